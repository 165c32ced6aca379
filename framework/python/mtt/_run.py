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
    """Runs an experiment, as `mtt run` does, and returns the scores on the test set: {"<task>": {"<metric>": value}}.

    path: the experiment file.
    overrides: keys and their values, for example {"train.epochs": 1}; numbers, booleans, strings and lists. Paths in
    them are relative to the working directory; paths in the file are relative to the file.
    out: directory of the run, which mtt.open can open; default: a temporary one, which is removed.
    quiet: whether the output of the program is suppressed; default: only if `out` is not given.
    Without a test set the dict is empty. A failed run raises mtt.Error with the message of the program.
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
