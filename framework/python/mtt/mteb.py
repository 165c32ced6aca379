"""An encoder for MTEB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
from mteb.models import ModelMeta
from mteb.models.abs_encoder import AbsEncoder, get_prompt_name

from ._model import Model


class Encoder:
    """A model for mteb.evaluate: `mteb.evaluate(Encoder("all-MiniLM-L6-v2"), tasks)`.

    Each task gets the same prompt of the model as MTEB gives it with sentence-transformers, by its name, its type, or
    "query" and "document". It is not an mtt.Model, because MTEB treats every object with a method `predict` as a
    cross-encoder.
    """

    def __init__(self, model_name: str | Model, revision: str | None = None, *, device: str | None = None, **settings: Any) -> None:
        """model_name: an opened model, or a model for mtt.open; `settings` are the arguments of mtt.open."""
        self.model = model_name if isinstance(model_name, Model) else Model(model_name, **settings)
        meta = {"name": f"mtt/{Path(self.model.path).name}", "revision": revision, "embed_dim": self.model.dimensions, "max_tokens": self.model.max_tokens, "similarity_fn_name": self.model.similarity_fn_name}
        self.mteb_model_meta = ModelMeta.create_empty(meta)
        # A model of sentence-transformers always has these two prompts; they are empty unless it defines them.
        names = dict.fromkeys(["query", "document", *self.model.prompts], "")
        self._prompts = AbsEncoder.validate_task_to_prompt_name(names, raise_for_invalid_keys=False)[0]

    def encode(self, inputs: Any, *, task_metadata: Any = None, prompt_type: Any = None, **arguments: Any) -> numpy.ndarray:
        """Computes the vectors of the texts in MTEB's batches, with the model's prompt for the task; see Model.encode."""
        if task_metadata is not None:
            name = get_prompt_name(self._prompts, task_metadata, prompt_type)
            if name in self.model.prompts:
                arguments["prompt_name"] = name
            elif name is not None:
                arguments["prompt"] = ""
        return self.model.encode(inputs, **arguments)

    def similarity(self, embeddings1: Any, embeddings2: Any) -> numpy.ndarray:
        """See Model.similarity."""
        return self.model.similarity(embeddings1, embeddings2)

    def similarity_pairwise(self, embeddings1: Any, embeddings2: Any) -> numpy.ndarray:
        """See Model.similarity_pairwise."""
        return self.model.similarity_pairwise(embeddings1, embeddings2)
