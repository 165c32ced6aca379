#!/usr/bin/env python3
"""Checks that tests/unit mirrors framework/src: folder/name_test.cpp tests framework/src/folder/name.h or .cpp, or a public
header name.h. OTHERS lists the tests that belong to no unit; an entry that nothing needs is an error."""

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
OTHERS = {  # test: reason
    "data/real_data_test.cpp": "reading, labels and checks together, on the data sets of the examples",
    "data/import/real_data_test.cpp": "all imports, on the files that their authors publish",
}


def has_unit(test):
    name = test.name.removesuffix("_test.cpp")
    units = [SOURCE / "framework/src" / test.parent / (name + ending) for ending in (".h", ".cpp")]
    return any(unit.exists() for unit in units) or any((SOURCE / "framework/include/mtt").rglob(name + ".h"))


def main():
    root = SOURCE / "tests/unit"
    tests = [test.relative_to(root) for test in sorted(root.rglob("*_test.cpp"))]
    without = [str(test) for test in tests if not has_unit(test)]
    wrong = [f"tests/unit/{test} tests no file of its name in framework/src or framework/include" for test in without if test not in OTHERS]
    wrong += [f"tests/unit/{test} is listed, but it has a unit or does not exist" for test in OTHERS if test not in without]
    print("\n".join(wrong) or f"{len(tests)} files: every test has the name of a unit, except for {len(OTHERS)} that are listed")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
