"""Data, tags and metrics of pytorch.py, with known answers."""
from __future__ import annotations

import json
import math
import random
import sys
from pathlib import Path
from typing import NamedTuple


class Span(NamedTuple):
    start: int
    end: int
    label: str


class Example(NamedTuple):
    text: str
    intent: str
    spans: list[Span]


def read_examples(file: Path) -> list[Example]:
    if not file.is_file():
        sys.exit(f"{file}: no such file. --data names the folder of the data sets; experiments/data/README.md has its layout.")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Example(row["text"], row["intent"], sorted(Span(s["start"], s["end"], s["label"]) for s in row.get("entities", [])))
            for row in rows]


def folded(text: str) -> str:
    return " ".join(text.lower().split())


def without_overlap(train: list[Example], test: list[Example]) -> list[Example]:
    held_out = {folded(example.text) for example in test}
    return [example for example in train if folded(example.text) not in held_out]


def tags_of(words: list[tuple[int, int]], spans: list[Span]) -> list[str]:
    """The BIO tag of each word."""
    tags, previous = [], None
    for start, end in words:
        span = next((s for s in spans if s.start < end and start < s.end), None)
        tags.append("O" if span is None else ("I-" if span == previous else "B-") + span.label)
        previous = span
    return tags


def spans_of(words: list[tuple[int, int]], tags: list[str]) -> list[Span]:
    """The spans of tags by seqeval's default definition: an I-x that continues no x begins a span."""
    spans: list[Span] = []
    before = ""
    for (start, end), tag in zip(words, tags, strict=True):
        prefix, _, label = tag.partition("-")
        if prefix == "I" and label == before:
            spans[-1] = spans[-1]._replace(end=end)
        elif prefix != "O":
            spans.append(Span(start, end, label))
        before = label
    return spans


def batches_of(lengths: list[int], size: int, random_order: random.Random | None = None) -> list[list[int]]:
    """Batches of examples of similar length. A random order is sorted by length within blocks of 50 batches only."""
    order = list(range(len(lengths)))
    block = len(order) or 1
    if random_order:
        random_order.shuffle(order)
        block = 50 * size
    batches = []
    for begin in range(0, len(order), block):
        rows = sorted(order[begin:begin + block], key=lengths.__getitem__)
        batches += [rows[i:i + size] for i in range(0, len(rows), size)]
    if random_order:
        random_order.shuffle(batches)
    return batches


def accuracy(predicted: list, gold: list) -> float:
    return sum(p == g for p, g in zip(predicted, gold, strict=True)) / len(gold)


def macro_f1(predicted: list[str], gold: list[str]) -> float:
    labels = sorted({*predicted, *gold})
    right = {label: sum(p == g == label for p, g in zip(predicted, gold, strict=True)) for label in labels}
    return sum(2 * right[label] / (predicted.count(label) + gold.count(label)) for label in labels) / len(labels)


def entity_f1(predicted: list[list[Span]], gold: list[list[Span]]) -> float:
    """Micro-averaged; a span is right if start, end and label are."""
    right = sum(len(set(p) & set(g)) for p, g in zip(predicted, gold, strict=True))
    total = sum(map(len, predicted)) + sum(map(len, gold))
    return 2 * right / total if total else 0.0


def seqeval_f1(predicted: list[list[str]], gold: list[list[str]]) -> float | None:
    """None if seqeval is not installed. It is imported here, after the memory was measured, since it loads scikit-learn."""
    try:
        from seqeval.metrics import f1_score
    except ImportError:
        return None
    return float(f1_score(gold, predicted))


def expect(name: str, found: object, expected: object) -> None:
    same = math.isclose(found, expected) if isinstance(found, float) else found == expected
    if not same:
        sys.exit(f"check failed: {name} is {found}; expected {expected}")


def check_scores() -> float | None:
    """Compares with known answers, and with seqeval. Its F1; None if it is not installed."""
    words = [(0, 4), (5, 8), (9, 13), (14, 16), (17, 20), (21, 28)]  # play Hey Jude by The Beatles
    song, artist = Span(5, 13, "song"), Span(17, 28, "artist")
    tags = ["O", "B-song", "I-song", "O", "B-artist", "I-artist"]
    expect("tags of spans", tags_of(words, [song, artist]), tags)
    expect("spans of tags", spans_of(words, tags), [song, artist])
    neighbours = [Span(0, 4, "x"), Span(5, 8, "x"), Span(9, 16, "y")]
    expect("neighbouring spans", spans_of(words, tags_of(words, neighbours)), neighbours)
    lone = ["I-x", "O", "I-x", "I-y", "I-y", "B-y"]
    expect("spans that begin with I", spans_of(words, lone),
           [Span(0, 4, "x"), Span(9, 13, "x"), Span(14, 20, "y"), Span(21, 28, "y")])

    short = ["B-song", "O", "O", "O", "B-artist", "I-artist"]
    gold_tags = [tags, ["O"] * 6, ["B-x"] + ["O"] * 5, tags]
    found_tags = [tags, ["O"] * 6, ["B-y"] + ["O"] * 5, short]
    gold, found = ([spans_of(words, row) for row in rows] for rows in (gold_tags, found_tags))
    expect("entity F1", entity_f1(found, gold), 0.6)  # 3 right, 5 predicted, 5 true
    expect("entity F1 without spans", entity_f1([[]], [[]]), 0.0)
    intents, found_intents = ["a", "a", "b", "c"], ["a", "b", "b", "b"]
    expect("accuracy", accuracy(found_intents, intents), 0.5)
    expect("macro F1", macro_f1(found_intents, intents), (2 / 3 + 2 / 4 + 0) / 3)
    expect("exact match", accuracy(list(zip(found_intents, found)), list(zip(intents, gold))), 0.25)  # the first sentence
    theirs = seqeval_f1(found_tags, gold_tags)
    if theirs is not None:
        expect("entity F1 of seqeval", theirs, entity_f1(found, gold))
        expect("F1 of seqeval with I first", seqeval_f1([lone], [["B-x", "O", "B-x", "B-y", "I-y", "B-y"]]), 1.0)
    return theirs


def check() -> None:
    theirs = check_scores()
    known = [Example(text, "", []) for text in ("Hello  World", "other")]
    expect("overlap", without_overlap(known, [Example("hello world ", "", [])]), known[1:])
    lengths = [random.Random(1).randrange(3, 30) for _ in range(5000)]
    for order in (None, random.Random(1)):
        batches = batches_of(lengths, 32, order)
        expect("examples in batches", sorted(i for rows in batches for i in rows), list(range(5000)))
        expect("size of the largest batch", max(map(len, batches)), 32)
    print(f"all checks passed, {'without' if theirs is None else 'with'} seqeval")
