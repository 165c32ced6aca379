#!/usr/bin/env python3
"""Counts the vectors and predictions of a text that depend on the other texts of a batch.

Usage: batch_invariance.py --mtt build/release/bin/mtt --run RUN --data MTT_DATA [--texts N] [--rounds 20]
                          [--precision fp32|bf16|int8]
RUN is a finished run, for example of configs/quickstart.toml. Every round takes the texts in another order, divides them into
files and forward passes of another size, and uses one or two threads. Exits 1 if a vector or a line of predictions differs in
a bit. Needs numpy and a processor with AVX2.
"""
import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def texts_of(data):
    texts = set()
    for file in sorted(data.rglob("*.jsonl")):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            for key in ("text", "text_pair"):
                if isinstance(row.get(key), str) and row[key].strip() and "\n" not in row[key]:
                    texts.add(row[key])
    return sorted(texts)


def with_tokens(run, folder, tokens):
    """The run with another number of tokens per forward pass."""
    copy = folder / f"run_{tokens}"
    copy.mkdir()
    for part in run.iterdir():
        if part.name != "config.toml":
            (copy / part.name).symlink_to(part.resolve())
    config, count = re.subn(r"(?m)^tokens_per_forward = 512\b", f"tokens_per_forward = {tokens}", (run / "config.toml").read_text())
    assert count == 1
    (copy / "config.toml").write_text(config)
    return copy


def compute(mtt, run, texts, folder, threads, precision):
    """Vectors and lines of predictions, in the order of the texts."""
    source, vectors = folder / "texts.txt", folder / "vectors.npy"
    source.write_text("\n".join(texts) + "\n")
    vectors.unlink(missing_ok=True)
    common = ["--model", run, "--input", source, "--threads", str(threads), "--precision", precision, "--quiet"]
    subprocess.run([mtt, "encode", *common, "--output", vectors], check=True)
    lines = subprocess.run([mtt, "predict", *common], check=True, capture_output=True, text=True).stdout.splitlines()
    return np.load(vectors), lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=0, help="this many texts, drawn; 0: all")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--precision", default="fp32")
    arguments = parser.parse_args()
    draws = random.Random(1)
    texts = texts_of(arguments.data)
    if arguments.texts:
        texts = draws.sample(texts, arguments.texts)
    folder = Path(tempfile.mkdtemp())
    runs = {tokens: with_tokens(arguments.run, folder, tokens) for tokens in (64, 512, 4096)}
    vectors, lines = compute(arguments.mtt, runs[512], texts, folder, 2, arguments.precision)
    differ = 0
    for number in range(arguments.rounds):
        order = draws.sample(range(len(texts)), len(texts))
        size, tokens, threads = draws.choice([50, 1000, len(texts)]), draws.choice([64, 512, 4096]), 1 + number % 2
        order = order[:20 * size] if size == 50 else order
        wrong = [0, 0]
        for begin in range(0, len(order), size):
            part = order[begin:begin + size]
            found, predicted = compute(arguments.mtt, runs[tokens], [texts[i] for i in part], folder, threads, arguments.precision)
            wrong[0] += int((found != vectors[part]).sum())
            wrong[1] += sum(line != lines[i] for i, line in zip(part, predicted))
        differ += sum(wrong)
        print(f"round {number + 1}: {len(order)} texts, files of {size}, {tokens} tokens, {threads} threads: "
              f"{wrong[0]} values of vectors and {wrong[1]} predictions differ", flush=True)
    sys.exit(differ > 0)


if __name__ == "__main__":
    main()
