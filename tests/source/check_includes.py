#!/usr/bin/env python3
"""Fails if a folder of the framework includes a header of a folder above it.

The folders of framework/src, from the bottom up, with framework/cli at the top. Public headers (mtt/...) belong to
no folder. The files in which Experiment and some libraries may be used are listed too.
"""
import re
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
ROOMS = ("value io http text data eval report nn plugin model freeze train probe experiment run library serve sweep recommend export check cli").split()
READS_EXPERIMENT = {"experiment", "run", "sweep", "recommend", "check", "cli"}
LIBRARIES = {"boost/beast": "src/http/", "boost/asio": "src/http/", "boost/dll": "src/plugin/", "toml++": "src/value/toml.cpp", "xxhash": "src/io/digest.cpp"}


def room_of(file):
    parts = file.relative_to(SOURCE / "framework").parts
    return parts[1] if parts[0] == "src" else parts[0]


def main():
    wrong = []
    files = [f for top in ("src", "cli") for f in sorted((SOURCE / "framework" / top).rglob("*")) if f.suffix in (".h", ".cpp")]
    for file in files:
        room = room_of(file)
        if room not in ROOMS:
            wrong.append(f"{file.relative_to(SOURCE)}: the folder '{room}' is not in the list of {Path(__file__).name}")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            for library, home in LIBRARIES.items():
                if re.match(rf'\s*#\s*include\s+[<"]{re.escape(library)}', line) and not str(file.relative_to(SOURCE / "framework")).startswith(home):
                    wrong.append(f"{file.relative_to(SOURCE)}:{number}: {line.strip()} belongs to {home} alone")
            found = re.match(r'\s*#\s*include\s+"([a-z_]+)/', line)
            if not found or found[1] == "mtt":
                continue
            place = f"{file.relative_to(SOURCE)}:{number}: {line.strip()}"
            if found[1] not in ROOMS:
                wrong.append(f"{place} is a header of no folder in the list")
            elif ROOMS.index(found[1]) > ROOMS.index(room):
                wrong.append(f"{place} points up from {room} to {found[1]}")
            elif "experiment/experiment.h" in line and room not in READS_EXPERIMENT:
                wrong.append(f"{place}: {room} must not read the experiment")
    print("\n".join(wrong) or f"{len(files)} files: every include points down")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
