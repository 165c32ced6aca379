"""Running experiments."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._program import PROGRAM, environment


def run(path: str, overrides: Mapping[str, Any] | None = None, *, out: str | None = None, quiet: bool | None = None) -> dict[str, dict[str, float]]:
    """Runs an experiment, as `mtt run` does, and returns {"<task>": {"<metric>": value}} on held-out examples.

    overrides: keys and their values, as {"train.epochs": 1}; numbers, booleans, strings and lists.
    out: the directory of the results, for mtt.open; by default one that is removed afterwards.
    quiet: without the program's output; by default where out is not given.
    Without a test set the dict is empty. A failed run raises mtt.Error with the program's message. Paths of overrides
    are relative to the working directory, those of the file to the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(out) if out is not None else Path(folder) / "run"
        command = [str(PROGRAM), "run", str(path), "--out", str(results)]
        for key, value in (overrides or {}).items():
            command += ["--set", f"{key}={json.dumps(value)}"]
        if quiet or (quiet is None and out is None):
            command.append("--quiet")
        done = subprocess.run(command, env=environment(), stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            from ._model import Error

            raise Error(done.stderr.strip().removeprefix("mtt: error: ") or f"mtt run ended with code {done.returncode}")
        scores: dict[str, dict[str, float]] = {}
        lines = results / "scores.jsonl"
        for line in lines.read_text().splitlines() if lines.exists() else []:
            score = json.loads(line)
            scores[score["task"]] = score["metrics"]
        return scores
