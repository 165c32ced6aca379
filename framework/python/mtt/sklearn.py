"""A transformer of scikit-learn: texts in, sentence vectors out."""

from __future__ import annotations

from typing import Any

import numpy
from sklearn.base import BaseEstimator, TransformerMixin

from ._model import Model


class SentenceVectors(TransformerMixin, BaseEstimator):
    """Sentence vectors of a pretrained encoder, as a step of a pipeline. Nothing is fitted.

    >>> make_pipeline(SentenceVectors("all-MiniLM-L6-v2"), LogisticRegression()).fit(texts, labels)
    """

    def __init__(self, model: str = "all-MiniLM-L6-v2", prompt: str | None = None, normalize: bool | None = None) -> None:
        self.model = model
        self.prompt = prompt
        self.normalize = normalize

    def fit(self, texts: Any, labels: Any = None) -> SentenceVectors:
        """Fits nothing."""
        return self

    def transform(self, texts: Any) -> numpy.ndarray:
        """float32 [texts, dimensions]"""
        if not hasattr(self, "_open"):
            self._open = Model(self.model, prompt=self.prompt)
        return self._open.encode(list(texts), normalize_embeddings=self.normalize)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key != "_open"}

    def __sklearn_is_fitted__(self) -> bool:
        return True
