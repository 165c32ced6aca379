"""A scikit-learn transformer from texts to sentence vectors."""

from __future__ import annotations

from typing import Any

import numpy
from sklearn.base import BaseEstimator, TransformerMixin

from ._model import Model


class SentenceVectors(TransformerMixin, BaseEstimator):
    """Sentence vectors of a frozen encoder, as a step of a pipeline.

    model, prompt: as in mtt.open.
    normalize: whether vectors are normalised to length 1; default: as the model does.
    threads: number of threads; use 1 if scikit-learn runs several processes (n_jobs).

    >>> make_pipeline(SentenceVectors("all-MiniLM-L6-v2"), LogisticRegression()).fit(texts, labels)
    """

    def __init__(self, model: str = "all-MiniLM-L6-v2", prompt: str | None = None, normalize: bool | None = None, threads: int | None = None) -> None:
        self.model = model
        self.prompt = prompt
        self.normalize = normalize
        self.threads = threads

    def fit(self, texts: Any, labels: Any = None) -> SentenceVectors:
        """Does nothing; the encoder is not trained."""
        return self

    def transform(self, texts: Any) -> numpy.ndarray:
        """Computes sentence vectors: float32 [texts, dimensions]."""
        if isinstance(texts, str):
            raise ValueError("expected an iterable of texts, found a single text")
        settings = (self.model, self.prompt, self.threads)
        if getattr(self, "_opened_with", None) != settings:  # the first call, or the first after set_params
            self._open = Model(self.model, prompt=self.prompt, threads=self.threads)
            self._opened_with = settings
        return self._open.encode(texts, normalize_embeddings=self.normalize)

    def get_feature_names_out(self, input_features: Any = None) -> numpy.ndarray:
        """Returns the names vector0, vector1, ..."""
        return numpy.array([f"vector{i}" for i in range(self.transform([]).shape[1])], dtype=object)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in super().__getstate__().items() if key not in ("_open", "_opened_with")}

    def __sklearn_is_fitted__(self) -> bool:
        return True
