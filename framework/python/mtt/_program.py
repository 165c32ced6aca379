"""The command `mtt`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from . import _libtorch

PROGRAM = Path(__file__).parent / "bin" / "mtt"


def environment() -> dict[str, str]:
    """Returns environment variables with which the program finds LibTorch."""
    folders = [str(_libtorch.library_folder()), os.environ.get("LD_LIBRARY_PATH", "")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(folder for folder in folders if folder)}


def main() -> None:
    """Replaces this process with the program."""
    os.execve(PROGRAM, ["mtt", *sys.argv[1:]], environment())
