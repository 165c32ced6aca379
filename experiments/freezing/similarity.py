#!/usr/bin/env python3
"""Divides pairs by their genre: similarity.py FOLDER OUTPUT.

The test file of the similarity data holds pairs of captions and pairs of answers in forums. Each genre gets a file of its own,
since a rank correlation over both together also depends on how the cosines of the genres lie to each other.
"""
import json
import pathlib
import sys

NAMES = {"images": "captions", "answer-answer": "answers"}


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    files = {genre: [] for genre in NAMES}
    for line in (source / "test.jsonl").read_text(encoding="utf-8").splitlines():
        files[json.loads(line)["genre"]].append(line)
    for genre, lines in files.items():
        (output / f"{NAMES[genre]}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
