"""Opened models."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy

from . import _libtorch

_libtorch.load()

from . import _mtt  # noqa: E402  (needs LibTorch)

atexit.register(_mtt.end)

Error = _mtt.Error


# Arguments of encode in sentence-transformers and MTEB that have no effect here.
_WITHOUT_EFFECT = {"batch_size", "show_progress_bar", "task_name", "task_metadata", "task_type", "hf_split", "hf_subset", "prompt_type"}


def _refuse_table(texts: Any, what: str) -> None:
    """Refuses what is iterated by its keys or columns: dicts, tables of pandas."""
    if isinstance(texts, Mapping) or getattr(texts, "ndim", 1) != 1:
        raise TypeError(f"expected a list of {what}, found {type(texts).__name__}; pass one of its lists or columns, for example batch['text']")


def _checked(texts: Any, what: str, hint: str = "", optional: bool = False) -> list[Any]:
    """The list of texts; with `optional`, some may be None."""
    if isinstance(texts, str):
        raise TypeError(f"expected a list of {what}, found a single text")
    _refuse_table(texts, what)
    texts = list(texts)
    for text in texts:
        if not isinstance(text, str) and not (optional and text is None):
            raise TypeError(f"expected {what}, found {type(text).__name__}{hint}")
    return texts


def _texts_of(sentences: Any) -> list[str]:
    """The texts of a list of texts, or of batches {"text": [...]} from MTEB's data loaders."""
    _refuse_table(sentences, "texts")
    texts: list[str] = []
    for item in sentences:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, dict) and "text" in item:
            texts.extend([item["text"]] if isinstance(item["text"], str) else item["text"])
        else:
            raise TypeError(f"expected texts, or dicts with the key 'text', found {type(item).__name__}")
    return _checked(texts, "texts")


def quantize(vectors: numpy.ndarray, precision: str, *, ranges: numpy.ndarray | None = None) -> numpy.ndarray:
    """Quantizes vectors to integers, as quantize_embeddings of sentence-transformers.

    precision: "int8" and "uint8" divide the range of each dimension into 255 steps; "binary" and "ubinary" keep only
    the signs, packed into bytes.
    ranges: smallest and largest value of each dimension, [2, dimensions]; default: those of the vectors.
    """
    vectors = numpy.asarray(vectors, dtype=numpy.float32)
    if precision in ("binary", "ubinary"):
        bits = numpy.packbits(vectors > 0, axis=1)
        return bits if precision == "ubinary" else (bits.astype(numpy.int16) - 128).astype(numpy.int8)
    if precision not in ("int8", "uint8"):
        raise Error(f"the precision is '{precision}'; expected int8, uint8, binary or ubinary")
    if ranges is None:
        if len(vectors) < 2:
            raise Error("ranges cannot be computed from fewer than two vectors; give ranges")
        ranges = numpy.stack([vectors.min(0), vectors.max(0)])
    smallest, largest = numpy.asarray(ranges, dtype=numpy.float32)
    steps = (largest - smallest) / numpy.float32(255)
    places = numpy.clip(numpy.floor((vectors - smallest) / numpy.where(steps == 0, numpy.float32(1), steps)), 0, 255)
    return places.astype(numpy.uint8) if precision == "uint8" else (places - 128).astype(numpy.int8)


class Model:
    """A model opened for inference. It is thread-safe.

    The GIL is released during computation. Results are the same as those of the commands `mtt encode`, `mtt predict`
    and `mtt tokenize`. Errors are raised as `mtt.Error`, a subclass of ValueError.
    """

    def __init__(self, model: str, *, prompt: str | None = None, max_tokens: int | None = None, threads: int | None = None, precision: str | None = None, plugin_path: Sequence[str] = ()) -> None:
        """Opens a model.

        model: a model directory, the directory of a run, or the name of a model in the local caches.
        prompt: the name of a prompt of the model, or its text; it is prepended to every text. Default: the model's
        default prompt.
        max_tokens: maximum number of tokens per text; longer texts are truncated. Default: the model's own limit.
        threads: number of threads; default: that of the run's configuration, or one per processor.
        precision: that of the encoder's products, "fp32", "bf16" or "int8"; default: "fp32", or "int8" for a model that
        was exported in it. Without bf16 products on this processor, "bf16" is "fp32", with a warning in `warnings`.
        plugin_path: folders that are searched for plugins before all others.
        """
        for name, value in (("max_tokens", max_tokens), ("threads", threads)):
            if value is not None and value < 1:
                raise Error(f"{name} is {value}; expected at least 1")
        self._model = _mtt.Model(str(model), prompt or "", max_tokens or 0, threads or 0, precision or "", [str(folder) for folder in plugin_path])

    def encode(
        self,
        sentences: str | Iterable[Any],
        *,
        prompt_name: str | None = None,
        prompt: str | None = None,
        normalize_embeddings: bool | None = None,
        truncate_dim: int | None = None,
        precision: str = "float32",
        convert_to_numpy: bool = True,
        convert_to_tensor: bool = False,
        output_value: str | None = "sentence_embedding",
        device: str | None = None,
        **others: Any,
    ) -> numpy.ndarray:
        """Computes sentence vectors: float32 [texts, dimensions], or [dimensions] for a single text.

        sentences: a text, a list of texts, or batches {"text": [...]} from MTEB.
        prompt_name, prompt: name or text of the prompt for this call; "": no prompt; default: the prompt of the opened model.
        normalize_embeddings: whether vectors are normalised to length 1; default: as the model does.
        truncate_dim: number of dimensions to keep; normalised vectors are normalised again.
        precision: "int8", "uint8", "binary" or "ubinary" returns integers, see quantize.
        batch_size, show_progress_bar and the arguments of MTEB (task_metadata, hf_split, hf_subset, prompt_type, ...)
        have no effect: batches are formed by tokens, and results do not depend on them.
        """
        unknown = sorted(set(others) - _WITHOUT_EFFECT)
        if unknown:
            raise TypeError(f"encode() has no argument '{unknown[0]}'")
        if not convert_to_numpy or convert_to_tensor:
            raise TypeError("encode returns numpy arrays only; convert them with torch.from_numpy")
        if output_value != "sentence_embedding":
            raise TypeError(f"output_value is '{output_value}'; expected 'sentence_embedding' (use encode_tokens for token vectors)")
        if truncate_dim is not None and truncate_dim < 1:
            raise Error(f"truncate_dim is {truncate_dim}; expected at least 1")
        if device not in (None, "cpu"):
            raise TypeError(f"device is '{device}'; only 'cpu' is supported")
        single = isinstance(sentences, str)
        if prompt_name is not None and prompt_name not in self.prompts:
            raise Error(f"the model has no prompt '{prompt_name}'; it has {', '.join(self.prompts) or 'none'}")
        chosen = prompt if prompt is not None else prompt_name
        texts = [sentences] if isinstance(sentences, str) else _texts_of(sentences)
        vectors = self._model.encode(texts, chosen, normalize_embeddings, truncate_dim or 0)
        if precision != "float32":
            vectors = quantize(vectors, precision)
        return vectors[0] if single else vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[numpy.ndarray]:
        """Computes the last layer's vectors of all tokens: float32 [tokens, hidden size] for each text."""
        return self._model.encode_tokens(_checked(texts, "texts"))

    def predict(
        self,
        texts: str | Iterable[str],
        second_texts: str | Iterable[str | None] | None = None,
        *,
        tasks: str | Sequence[str] = (),
        top: int = 0,
        prompt: str | None = None,
    ) -> Any:
        """Predicts with all heads in one forward pass: {"text": ..., "<task>": ...} for each text.

        texts: a list of texts returns a list of dicts, a single text returns one dict.
        second_texts: one per text, for heads that read pairs; None for a text without a second one.
        tasks: names of the tasks to predict; default: all.
        top: number of most probable classes listed in each prediction; default: 0.
        prompt: name or text of the prompt for this call; "": no prompt; default: the prompt of the opened model.
        """
        if isinstance(texts, str):
            seconds_of_one: Any = None if second_texts is None else [second_texts]
            return self.predict([texts], seconds_of_one, tasks=tasks, top=top, prompt=prompt)[0]
        if top < 0:
            raise Error(f"top is {top}; expected at least 0")
        given = _checked(texts, "texts", "; pass second texts as second_texts")
        seconds = [] if second_texts is None else _checked(second_texts, "second texts", optional=True)
        if second_texts is not None and len(seconds) != len(given):
            raise Error(f"there are {len(given)} texts and {len(seconds)} second texts; expected the same number")
        named = [tasks] if isinstance(tasks, str) else list(tasks)
        return self._model.predict(given, seconds, named, top, prompt)

    def tokenize(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Tokenizes without truncation: {"ids", "tokens", "offsets"} for each text; offsets count code points."""
        return self._model.tokenize(_checked(texts, "texts"))

    def similarity(self, a: Any, b: Any) -> numpy.ndarray:
        """Similarities of each vector of `a` with each of `b`, by the model's own measure: float32 [len(a), len(b)]."""
        a, b = (numpy.atleast_2d(numpy.asarray(vectors, dtype=numpy.float32)) for vectors in (a, b))
        measure = self.similarity_fn_name
        if measure in ("euclidean", "manhattan"):
            difference = a[:, None, :] - b[None, :, :]
            return -(numpy.sqrt((difference**2).sum(-1)) if measure == "euclidean" else numpy.abs(difference).sum(-1))
        if measure == "cosine":
            a, b = (vectors / numpy.maximum(numpy.linalg.norm(vectors, axis=1, keepdims=True), 1e-12) for vectors in (a, b))
        return a @ b.T

    def similarity_pairwise(self, a: Any, b: Any) -> numpy.ndarray:
        """Similarities of the vectors of `a` and `b` at the same position: float32 [len(a)]."""
        a, b = numpy.atleast_2d(a), numpy.atleast_2d(b)
        if len(a) != len(b):
            raise Error(f"there are {len(a)} and {len(b)} vectors; expected the same number")
        return numpy.array([self.similarity(one, other)[0, 0] for one, other in zip(a, b)], dtype=numpy.float32)

    def close(self) -> None:
        """Stops the threads and frees the memory of the model."""
        self._model.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        tasks = ", ".join(task["name"] for task in self.tasks)
        return f"<mtt.Model {self.path}, {self.dimensions} dimensions{', tasks ' + tasks if tasks else ''}>"

    @property
    def path(self) -> str:
        """Path of the opened directory."""
        return self._model.path

    @property
    def dimensions(self) -> int:
        """Number of dimensions of the sentence vectors."""
        return self._model.dimensions

    def get_sentence_embedding_dimension(self) -> int:
        """Same as `dimensions`, for code written for sentence-transformers."""
        return self.dimensions

    @property
    def max_tokens(self) -> int:
        """Maximum number of tokens per text; longer texts are truncated."""
        return self._model.max_tokens

    @property
    def precision(self) -> str:
        """The precision of the encoder's products: "fp32", "bf16" or "int8"."""
        return self._model.precision

    @property
    def similarity_fn_name(self) -> str:
        """The model's own measure: "cosine", "dot", "euclidean" or "manhattan"."""
        return self._model.similarity

    @property
    def prompts(self) -> list[str]:
        """Names of the model's prompts."""
        return self._model.prompts

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The heads: {"name", "head", "labels", "reads_pairs", "reads_single_texts"}."""
        return self._model.tasks

    @property
    def warnings(self) -> list[str]:
        """Warnings from opening the model."""
        return self._model.warnings


def open(model: str, *, prompt: str | None = None, max_tokens: int | None = None, threads: int | None = None, precision: str | None = None, plugin_path: Sequence[str] = ()) -> Model:
    """Opens a model for inference; see Model."""
    return Model(model, prompt=prompt, max_tokens=max_tokens, threads=threads, precision=precision, plugin_path=plugin_path)
