#!/usr/bin/env python3
"""Writes the films' reviews with typing errors: typos.py FOLDER OUTPUT.

Every other training review goes into clean.jsonl as it is, the others into train.jsonl with errors, all test reviews
into test.jsonl with errors. In each word of three letters or more, with a chance of one in three, two neighbouring letters change
places, one is lost, or one is typed twice. The draws depend on the text alone.
"""
import json
import pathlib
import random
import sys

CHANCE = 1 / 3


def mistyped(word, draws):
    if len(word) < 3 or not word.isalpha() or draws.random() >= CHANCE:
        return word
    at = draws.randrange(len(word) - 1)
    kind = draws.choice(["swap", "drop", "double"])
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind == "drop":
        return word[:at] + word[at + 1:]
    return word[:at] + word[at] + word[at:]


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    train = (source / "train.jsonl").read_text(encoding="utf-8").splitlines()
    test = (source / "test.jsonl").read_text(encoding="utf-8").splitlines()
    for name, lines, change in (("clean", train[0::2], False), ("train", train[1::2], True), ("test", test, True)):
        with open(output / f"{name}.jsonl", "w", encoding="utf-8") as out:
            for line in lines:
                example = json.loads(line)
                if change:
                    draws = random.Random(example["text"])
                    example["text"] = " ".join(mistyped(word, draws) for word in example["text"].split(" "))
                out.write(json.dumps(example, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
