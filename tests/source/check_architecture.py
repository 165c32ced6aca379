#!/usr/bin/env python3
"""Checks that each file and folder of the repository that docs/architecture.md names in backticks exists. Names are relative
to the root, to framework/src or to framework/include; a name without a folder may also be in the folder of the name before
it."""

import re
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGE = "docs/architecture.md"
ROOTS = ("", "framework/src", "framework/include", "tests/source")
NAME = re.compile(r"[\w*./-]+\.(?:h|cpp|py|cmake)|(?:framework|plugins|tests)/[\w*./-]+")


def missing(text, exists):
    """The names for which `exists` is false; one without a folder is looked for in the folder of the name before it, too."""
    wrong, folder = [], ""
    for line in text.splitlines():
        for quoted in re.findall(r"`([^`]+)`", line):
            if not NAME.fullmatch(quoted):
                continue
            if "/" in quoted:
                folder = quoted.rpartition("/")[0] if "." in quoted else quoted
            if not exists(quoted) and not ("/" not in quoted and exists(f"{folder}/{quoted}")):
                wrong.append(quoted)
    return wrong


def self_test():
    files = {"mtt/head.h", "data/csv.cpp", "data/csv.h", "tests/cli", "tests/cli/run.h"}
    assert missing("`mtt/head.h`, `data/csv.cpp`, `csv.h`, `config.toml`, `tests/cli`, `run.h`, `text`", files.__contains__) == []
    assert missing("`mtt/head.h`, `csv.h` and `train/csv.h`", files.__contains__) == ["csv.h", "train/csv.h"]


def main():
    self_test()
    wrong = missing((SOURCE / PAGE).read_text(), lambda name: any(any(SOURCE.glob(f"{root}/{name}".strip("/"))) for root in ROOTS))
    print("\n".join(f"{PAGE}: there is no {name}" for name in wrong) or f"{PAGE}: every file exists")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
