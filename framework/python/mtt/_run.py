"""Running experiments."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._program import PROGRAM, environment

_ERROR = "mtt: error: "


def _program(arguments: list[str], quiet: bool) -> None:
    """Runs the program. Its warnings and progress are passed on to sys.stderr, its error is raised."""
    with subprocess.Popen([str(PROGRAM), *arguments], env=environment(), stderr=subprocess.PIPE, encoding="utf-8", errors="replace") as process:
        assert process.stderr is not None
        said = ""
        try:
            for line in process.stderr:
                said += line
                if not quiet and _ERROR not in said:
                    sys.stderr.write(line)
                    sys.stderr.flush()
        except BaseException:
            # A training ends after a checkpoint at the first signal of a kind. The terminal may have sent it SIGINT.
            process.terminate()
            process.communicate()
            raise
    if process.returncode != 0:
        from ._model import Error

        raise Error(said.rpartition(_ERROR)[2].strip() or f"mtt {arguments[0]} ended with code {process.returncode}")


def run(path: str, overrides: Mapping[str, Any] | None = None, *, out: str | None = None, quiet: bool | None = None) -> dict[str, dict[str, float]]:
    """Runs an experiment, as `mtt run` does, and returns the scores on the test sets: {"<task>": {"<metric>": value}}.

    path: the experiment file.
    overrides: keys and their values, for example {"train.epochs": 1}; numbers, booleans, strings and lists. Paths in
    them are relative to the working directory; paths in the file are relative to the file.
    out: directory of the run, which mtt.open can open; default: a temporary one, which is removed.
    quiet: whether the output of the program is suppressed, warnings included; default: only if `out` is not given.

    If several tasks share a test set, the entry "all tasks" has their exact match: {"exact_match": value}. If a task has
    several test sets, it has one entry for each, named as in `mtt compare`: "<task> (<file>)", with the name of the file
    without its extension. Undefined scores are NaN. A training without test sets returns the scores on its validation
    set; without any of them, the dict is empty.

    A failed run raises mtt.Error with the message of the program. An interrupt (Ctrl-C) during training saves a checkpoint
    in `out` before KeyboardInterrupt is raised; `mtt run --resume` resumes it.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(out) if out is not None else Path(folder) / "run"
        arguments = ["run", str(path), "--out", str(results)]
        for key, value in (overrides or {}).items():
            arguments += ["--set", f"{key}={json.dumps(value, ensure_ascii=False)}"]
        silent = out is None if quiet is None else quiet
        if silent:
            arguments.append("--quiet")
        _program(arguments, silent)
        if not (results / "scores.jsonl").exists():
            return {}
        compared = subprocess.run([str(PROGRAM), "compare", "--json", str(results)], env=environment(), stdout=subprocess.PIPE, encoding="utf-8", check=True)
    scores: dict[str, dict[str, float]] = {}
    for name, value in json.loads(compared.stdout)["runs"][0]["scores"].items():
        task, _, metric = name.rpartition(".")
        scores.setdefault(task, {})[metric] = math.nan if value is None else value
    return scores
