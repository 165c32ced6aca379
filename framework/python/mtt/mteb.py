"""An encoder of MTEB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
from mteb.models import ModelMeta

from ._model import Model


class Encoder:
    """A model as mteb.evaluate takes it: `mteb.evaluate(Encoder("all-MiniLM-L6-v2"), tasks)`.

    It is no mtt.Model, because MTEB takes whatever has a method `predict` for a cross-encoder.
    """

    def __init__(self, model_name: str | Model, revision: str | None = None, *, device: str | None = None, **settings: Any) -> None:
        """model_name: an open model, or what mtt.open takes, with its settings."""
        self.model = model_name if isinstance(model_name, Model) else Model(model_name, **settings)
        meta = {"name": f"mtt/{Path(self.model.path).name}", "revision": revision, "embed_dim": self.model.dimensions, "max_tokens": self.model.max_tokens, "similarity_fn_name": self.model.similarity_fn_name}
        self.mteb_model_meta = ModelMeta.create_empty(meta)

    def encode(self, inputs: Any, **arguments: Any) -> numpy.ndarray:
        """The vectors of the texts in MTEB's batches."""
        return self.model.encode(inputs, **arguments)

    def similarity(self, embeddings1: Any, embeddings2: Any) -> numpy.ndarray:
        """As Model.similarity."""
        return self.model.similarity(embeddings1, embeddings2)

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> numpy.ndarray:
        """As Model.similarity_pairwise."""
        return self.model.similarity_pairwise(embeddings1, embeddings2)
