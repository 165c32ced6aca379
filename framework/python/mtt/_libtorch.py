"""Loads LibTorch without importing torch."""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.util
import sys
from pathlib import Path

from . import _build

VERSION = "2.13"


def _version_of_torch() -> str | None:
    if "torch" in sys.modules:
        return str(sys.modules["torch"].__version__)
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return None


def library_folder() -> Path:
    """Returns the folder of libtorch_cpu.so: that of the installed torch, otherwise the one that mtt was built with."""
    version = _version_of_torch()
    if version is not None:
        if not version.startswith(VERSION + "."):
            raise ImportError(f"mtt needs torch {VERSION}, but torch {version} is installed; run: pip install 'torch=={VERSION}.*'")
        spec = importlib.util.find_spec("torch")
        if spec is not None and spec.origin is not None:
            return Path(spec.origin).parent / "lib"
    folder = Path(_build.LIBTORCH)
    if not (folder / "libtorch_cpu.so").exists():
        raise ImportError(f"mtt needs torch {VERSION}, which is not installed; run: pip install 'torch=={VERSION}.*'")
    return folder


def load() -> None:
    """Loads the LibTorch libraries that mtt needs into this process."""
    folder = library_folder()
    for name in ("libc10.so", "libtorch_cpu.so"):
        ctypes.CDLL(str(folder / name), mode=ctypes.RTLD_GLOBAL)
