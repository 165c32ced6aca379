"""Multi-task sentence transformers: vectors and several predictions per text from one forward pass.

>>> import mtt
>>> with mtt.open("runs/quickstart") as model:
...     vectors = model.encode(["wake me at six", "play some jazz"])    # numpy, float32 [2, 384]
...     predictions = model.predict(["wake me at six"])                 # one dict per text
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Error", "Model", "open", "quantize", "run"]

if TYPE_CHECKING:
    from ._model import Error, Model, open, quantize
    from ._run import run

_PLACES = {"Error": "._model", "Model": "._model", "open": "._model", "quantize": "._model", "run": "._run"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'mtt' has no attribute '{name}'")
    return getattr(importlib.import_module(_PLACES[name], __name__), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
