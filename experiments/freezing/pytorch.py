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

from pytorch_parts import (Example, accuracy, batches_of, check, entity_f1, macro_f1, read_examples, seqeval_f1, spans_of, tags_of,
                           without_overlap)

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


@dataclass
class Encoded:
    ids: list[int]
    words: list[tuple[int, int]]  # the characters of each word
    first: list[int]  # the token of each word's first sub-word


# Data


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
