#!/usr/bin/env python3
"""Full fine-tuning of all-MiniLM-L6-v2 in plain PyTorch, without mtt: the baseline of the arm `full`.

Usage: pytorch.py --data MTT_DATA --task snips|clinc150 [--seed N] [--learning-rate X] [--out FILE]
       pytorch.py --check

The setting is that of strategies.toml (intents and slots, 6 epochs) and strategies_clinc150.toml (intents, 3 epochs).
Intents have a linear layer on the mean of the token vectors; slots have one on the first sub-word of each word, with
BIO tags. Both losses are added. Scores are those after the last step. The row of JSON that is printed has the metrics
of the sweeps under the same names, the training time, the peak memory and what it was measured with.

Needs torch and transformers. If seqeval is installed, the row also has its F1, and `--check` compares with it.
`--check` tests tags, metrics and batches on known answers; it needs no package.
"""
from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import re
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

START = time.perf_counter()
BATCH_SIZE = 32
DROPOUT = 0.1  # of the heads; the encoder's is the same, in its config.json
WEIGHT_DECAY = 0.01
WARM_UP = 0.06
CLIP_NORM = 1.0
MAX_TOKENS = 256
EPOCHS = {"snips": 6, "clinc150": 3}
NO_TARGET = -100
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
MODEL = CACHE / "mtt/models/all-MiniLM-L6-v2"  # of framework/bootstrap
HUB_MODEL = "sentence-transformers/all-MiniLM-L6-v2"

try:
    import torch
    import transformers
    from torch.nn import functional as F

    missing = None
except ImportError as error:
    missing = error.name


class Span(NamedTuple):
    start: int
    end: int
    label: str


class Example(NamedTuple):
    text: str
    intent: str
    spans: list[Span]


@dataclass
class Encoded:
    ids: list[int]
    words: list[tuple[int, int]]  # the characters of each word
    first: list[int]  # the token of each word's first sub-word


# Data


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


def encode(tokenizer, examples: list[Example]) -> list[Encoded]:
    batch = tokenizer([example.text for example in examples], truncation=True, max_length=MAX_TOKENS, return_offsets_mapping=True)
    result = []
    for i, ids in enumerate(batch["input_ids"]):
        encoded, previous = Encoded(ids, [], []), None
        for token, (word, (start, end)) in enumerate(zip(batch.word_ids(i), batch["offset_mapping"][i])):
            if word is None:
                continue
            if word != previous:
                encoded.words.append((start, end))
                encoded.first.append(token)
            else:
                encoded.words[-1] = (encoded.words[-1][0], end)
            previous = word
        result.append(encoded)
    return result


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


# Metrics


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


# Model and training


def build(model: str, outputs: dict[str, int]) -> torch.nn.ModuleDict:
    encoder = transformers.AutoModel.from_pretrained(model, add_pooling_layer=False)
    heads = {task: torch.nn.Linear(encoder.config.hidden_size, size) for task, size in outputs.items()}
    return torch.nn.ModuleDict({"encoder": encoder, "dropout": torch.nn.Dropout(DROPOUT), **heads})


def padded(rows: list[list[int]], filler: int) -> torch.Tensor:
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=filler)


def forward(model: torch.nn.ModuleDict, batch: list[Encoded]) -> dict[str, torch.Tensor]:
    """The logits of each task: [sentences, intents] and [sentences, tokens, tags]."""
    ids = padded([encoded.ids for encoded in batch], 0)
    mask = padded([[1] * len(encoded.ids) for encoded in batch], 0)
    tokens = model["encoder"](input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.unsqueeze(-1).to(tokens.dtype)
    mean = (tokens * weights).sum(1) / weights.sum(1)
    logits = {"intent": model["intent"](model["dropout"](mean))}
    if "slots" in model:
        logits["slots"] = model["slots"](model["dropout"](tokens))
    return logits


def optimizer_of(model: torch.nn.ModuleDict, rate: float, head_rate: float) -> torch.optim.AdamW:
    """AdamW without weight decay on biases and normalisation layers, which are the parameters with one dimension."""
    groups = []
    for is_head in (False, True):
        for decays in (False, True):
            parameters = [p for name, p in model.named_parameters()
                          if (not name.startswith("encoder.")) == is_head and (p.ndim > 1) == decays]
            groups.append({"params": parameters, "lr": head_rate if is_head else rate,
                           "weight_decay": WEIGHT_DECAY if decays else 0.0})
    return torch.optim.AdamW(groups)


def train(model: torch.nn.ModuleDict, encoded: list[Encoded], targets: dict[str, list], arguments: argparse.Namespace) -> int:
    """Trains for all epochs, or until --steps. Returns the number of steps."""
    epochs = EPOCHS[arguments.task]
    optimizer = optimizer_of(model, arguments.learning_rate, arguments.head_learning_rate)
    total = epochs * math.ceil(len(encoded) / BATCH_SIZE)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, math.ceil(WARM_UP * total), total)
    order = random.Random(arguments.seed)
    lengths = [len(e.ids) for e in encoded]
    step = 0
    model.train()
    for _ in range(epochs):
        for rows in batches_of(lengths, BATCH_SIZE, order):
            logits = forward(model, [encoded[i] for i in rows])
            loss = F.cross_entropy(logits["intent"], torch.tensor([targets["intent"][i] for i in rows]))
            if "slots" in logits:
                goal = padded([targets["slots"][i] for i in rows], NO_TARGET)
                loss = loss + F.cross_entropy(logits["slots"].flatten(0, 1), goal.flatten(), ignore_index=NO_TARGET)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
            optimizer.step()
            schedule.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step} of {total}, loss {loss.item():.4f}", file=sys.stderr)
            if step == arguments.steps:
                return step
    return step


def predict(model: torch.nn.ModuleDict, encoded: list[Encoded], intents: list[str],
            tags: list[str]) -> tuple[list[str], list[list[str]]]:
    """The intent and the tags of the words of each sentence."""
    found_intents, found_tags = [""] * len(encoded), [[] for _ in encoded]
    model.eval()
    with torch.inference_mode():
        for rows in batches_of([len(e.ids) for e in encoded], BATCH_SIZE):
            best = {task: logits.argmax(-1).tolist() for task, logits in forward(model, [encoded[i] for i in rows]).items()}
            for place, i in enumerate(rows):
                found_intents[i] = intents[best["intent"][place]]
                if "slots" in best:
                    found_tags[i] = [tags[best["slots"][place][token]] for token in encoded[i].first]
    return found_intents, found_tags


def run(arguments: argparse.Namespace) -> dict:
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    folder = arguments.data / arguments.task
    every, test = (read_examples(folder / f"{part}.jsonl") for part in ("train", "test"))
    examples = without_overlap(every, test)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    except OSError as error:
        sys.exit(f"--model {arguments.model}: no model was found. Give a directory of all-MiniLM-L6-v2; "
                 f"framework/bootstrap downloads one to {MODEL}.\n{error}")
    encoded, encoded_test = encode(tokenizer, examples), encode(tokenizer, test)

    intents = sorted({example.intent for example in examples})
    labels = sorted({span.label for example in examples for span in example.spans})
    tags = ["O"] + [prefix + label for label in labels for prefix in ("B-", "I-")]
    targets: dict[str, list] = {"intent": [intents.index(example.intent) for example in examples]}
    outputs = {"intent": len(intents)}
    if labels:
        outputs["slots"] = len(tags)
        targets["slots"] = []
        number = {tag: i for i, tag in enumerate(tags)}
        for example, e in zip(examples, encoded):
            row = [NO_TARGET] * len(e.ids)
            for token, tag in zip(e.first, tags_of(e.words, example.spans)):
                row[token] = number[tag]
            targets["slots"].append(row)
    model = build(arguments.model, outputs)

    begin = time.perf_counter()
    steps = train(model, encoded, targets, arguments)
    training = time.perf_counter() - begin
    found_intents, found_tags = predict(model, encoded_test, intents, tags)

    gold_intents = [example.intent for example in test]
    row: dict = {
        "program": "PyTorch", "task": arguments.task, "seed": arguments.seed,
        "learning_rate": arguments.learning_rate, "head_learning_rate": arguments.head_learning_rate, "steps": steps,
        "train_examples": len(examples), "dropped_examples": len(every) - len(examples), "test_examples": len(test),
        "training_minutes": training / 60, "process_minutes": (time.perf_counter() - START) / 60,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "processor": processor(), "threads": torch.get_num_threads(),
        "torch": torch.__version__, "transformers": transformers.__version__,
        "scores": {"intent.accuracy": accuracy(found_intents, gold_intents),
                   "intent.macro_f1": macro_f1(found_intents, gold_intents)},
    }
    if labels:
        gold = [example.spans for example in test]
        gold_tags = [tags_of(e.words, spans) for e, spans in zip(encoded_test, gold)]
        found = [spans_of(e.words, t) for e, t in zip(encoded_test, found_tags)]
        row["scores"]["slots.entity_f1"] = entity_f1(found, gold)
        row["scores"]["all tasks.exact_match"] = accuracy(list(zip(found_intents, found)), list(zip(gold_intents, gold)))
        row["seqeval_f1"] = seqeval_f1(found_tags, gold_tags)
        row["test_sentences_not_on_word_boundaries"] = sum(
            spans_of(e.words, t) != g for e, t, g in zip(encoded_test, gold_tags, gold))
    return row


def processor() -> str:
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)
    except (OSError, AttributeError):
        return platform.processor() or platform.machine()


# Known answers


def expect(name: str, found: object, expected: object) -> None:
    same = math.isclose(found, expected) if isinstance(found, float) else found == expected
    if not same:
        sys.exit(f"check failed: {name} is {found}; expected {expected}")


def check() -> None:
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

    known = [Example(text, "", []) for text in ("Hello  World", "other")]
    expect("overlap", without_overlap(known, [Example("hello world ", "", [])]), known[1:])
    lengths = [random.Random(1).randrange(3, 30) for _ in range(5000)]
    for order in (None, random.Random(1)):
        batches = batches_of(lengths, 32, order)
        expect("examples in batches", sorted(i for rows in batches for i in rows), list(range(5000)))
        expect("size of the largest batch", max(map(len, batches)), 32)
    print(f"all checks passed, {'without' if theirs is None else 'with'} seqeval")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("MTT_DATA"), help="Folder of the data sets; default: MTT_DATA.")
    parser.add_argument("--task", choices=list(EPOCHS), default="snips", help="Data set; default: snips.")
    parser.add_argument("--model", default=str(MODEL) if MODEL.is_dir() else HUB_MODEL,
                        help="Directory or name of the model; default: %(default)s.")
    parser.add_argument("--seed", type=int, default=1, help="Seed of heads, order and dropout; default: 1.")
    parser.add_argument("--learning-rate", type=float, default=2e-4, help="Learning rate of the encoder; default: 2e-4.")
    parser.add_argument("--head-learning-rate", type=float, default=5e-3, help="Learning rate of the heads; default: 5e-3.")
    parser.add_argument("--threads", type=int, help="Number of threads; default: PyTorch's.")
    parser.add_argument("--steps", type=int, default=0, help="Stop after this number of steps; 0: after all epochs.")
    parser.add_argument("--out", type=Path, help="File to which the row is appended.")
    parser.add_argument("--check", action="store_true", help="Test tags, metrics and batches on known answers, and train nothing.")
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    if missing:
        sys.exit(f"The Python package {missing} is missing. pytorch.py needs torch and transformers: pip install torch transformers")
    if arguments.data is None:
        parser.error("--data is missing; give the folder of the data sets, or set MTT_DATA")
    if arguments.steps < 0 or (arguments.threads is not None and arguments.threads < 1):
        parser.error("--steps must be at least 0 and --threads at least 1")
    if arguments.out and not arguments.out.parent.is_dir():
        parser.error(f"--out {arguments.out}: no such folder; create it first")
    text = json.dumps(run(arguments))
    print(text)
    if arguments.out:
        with arguments.out.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    main()
