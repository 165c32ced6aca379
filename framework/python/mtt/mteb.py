"""An encoder for MTEB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
from mteb.models import ModelMeta

from ._model import Model


class Encoder:
    """A model for mteb.evaluate: `mteb.evaluate(Encoder("all-MiniLM-L6-v2"), tasks)`.

    It is not an mtt.Model, because MTEB treats every object with a method `predict` as a cross-encoder.
    """

    def __init__(self, model_name: str | Model, revision: str | None = None, *, device: str | None = None, **settings: Any) -> None:
        """model_name: an opened model, or a model for mtt.open; `settings` are the arguments of mtt.open."""
        self.model = model_name if isinstance(model_name, Model) else Model(model_name, **settings)
        meta = {"name": f"mtt/{Path(self.model.path).name}", "revision": revision, "embed_dim": self.model.dimensions, "max_tokens": self.model.max_tokens, "similarity_fn_name": self.model.similarity_fn_name}
        self.mteb_model_meta = ModelMeta.create_empty(meta)

    def encode(self, inputs: Any, **arguments: Any) -> numpy.ndarray:
        """Computes the vectors of the texts in MTEB's batches; see Model.encode."""
        return self.model.encode(inputs, **arguments)

    def similarity(self, embeddings1: Any, embeddings2: Any) -> numpy.ndarray:
        """See Model.similarity."""
        return self.model.similarity(embeddings1, embeddings2)

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> numpy.ndarray:
        """See Model.similarity_pairwise."""
        return self.model.similarity_pairwise(embeddings1, embeddings2)
