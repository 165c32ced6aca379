#!/usr/bin/env python3
"""Writes requests whose labels have changed: remap.py FOLDER OUTPUT.

Every other training request goes into known.jsonl with its intent. The others, and all test requests, get one of two
labels in place of it: intents take turns in the order of their names, so that neighbours in meaning (AddToPlaylist and
PlayMusic, SearchCreativeWork and SearchScreeningEvent) fall apart and strangers fall together.
"""
import json
import pathlib
import sys


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    train, test = ([json.loads(line) for line in (source / name).read_text(encoding="utf-8").splitlines()]
                   for name in ("train.jsonl", "test.jsonl"))
    intents = sorted({example["intent"] for example in train})
    group = {intent: ("even", "odd")[place % 2] for place, intent in enumerate(intents)}
    for name, examples, change in (("known", train[0::2], False), ("train", train[1::2], True), ("test", test, True)):
        with open(output / f"{name}.jsonl", "w", encoding="utf-8") as out:
            for example in examples:
                labels = {"group": group[example["intent"]]} if change else {"intent": example["intent"]}
                out.write(json.dumps({"text": example["text"], **labels}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
