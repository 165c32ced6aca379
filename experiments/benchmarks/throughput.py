#!/usr/bin/env python3
"""Sentences a second, from text in memory to normalised vectors: mtt, sentence-transformers and CTranslate2 in fp32.

Usage: throughput.py --mtt build/release/bin/mtt --model DIR (--texts FILE | --data DIR) [--rounds 5] [--threads 2]

The arms take turns, each alone in a fresh process; medians are printed. The peers are warmed up first, mtt is not.
CTranslate2 is tokenized by Hugging Face tokenizers, mean-pooled in numpy, and run both as 1 worker x 2 threads and 2 x 1.
With --data, 2,048 sentences are drawn from the data sets with a fixed seed.
"""
import argparse
import json
import random
import statistics
import subprocess
import tempfile
from pathlib import Path

from peers import HERE, environment, last_json, measured, peer_python, processor

COUNT = 2048
ARMS = ["mtt", "sentence-transformers", "ctranslate2 1x2", "ctranslate2 2x1"]


def drawn_texts(data):
    by_set = {}
    for path in sorted(Path(data).rglob("*.jsonl")):
        for line in path.open(encoding="utf-8"):
            text = json.loads(line).get("text", "").replace("\n", " ").replace("\r", " ").strip()
            if text:
                by_set.setdefault(path.parent.name, []).append(text)
    draw = random.Random(1)
    pools = [draw.sample(texts, len(texts)) for _, texts in sorted(by_set.items())]
    drawn = []
    while len(drawn) < COUNT and any(pools):
        drawn += [pool.pop() for pool in pools if pool]
    return drawn[:COUNT]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--model", required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--texts")
    source.add_argument("--data")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--venv")
    args = parser.parse_args()
    python = peer_python(args.venv)

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        texts = folder / "texts.txt"
        if args.data:
            texts.write_text("".join(t + "\n" for t in drawn_texts(args.data)), encoding="utf-8")
        else:
            texts.write_bytes(Path(args.texts).read_bytes())
        converted = folder / "ct2"
        converter = [str(Path(python).parent / "ct2-transformers-converter"), "--model", args.model, "--output_dir", str(converted)]
        subprocess.run(converter, check=True, env=environment(args.threads), stdout=subprocess.DEVNULL)

        rates = {arm: [] for arm in ARMS}
        for number in range(args.rounds):
            for arm in ARMS:
                if arm == "mtt":
                    command = [args.mtt, "encode", "--model", args.model, "--input", str(texts), "--output", str(folder / "mtt.npy"),
                               "--threads", str(args.threads), "--timing"]
                    report = last_json(measured(command, args.threads)[3])
                    rate = report["texts"] / report["encode_seconds"]
                else:
                    command = [python, str(HERE / "peer_worker.py"), arm, args.model, str(texts), str(args.threads), str(converted),
                               str(folder / (arm.replace(" ", "_") + ".npy"))]
                    report = last_json(measured(command, args.threads)[2])
                    rate = report["sentences"] / report["seconds"]
                rates[arm].append(rate)
                print(f"round {number + 1}  {arm:24s} {rate:8.1f} sentences/s", flush=True)

        check = "import numpy, sys; a, b = map(numpy.load, sys.argv[1:]); print(f'{abs(a - b).max():.2e}')"
        for arm in ARMS[1:]:
            files = [str(folder / "mtt.npy"), str(folder / (arm.replace(" ", "_") + ".npy"))]
            difference = subprocess.run([python, "-c", check, *files], check=True, capture_output=True, text=True).stdout.strip()
            print(f"largest difference between mtt and {arm}: {difference}")

    medians = {arm: statistics.median(values) for arm, values in rates.items()}
    ct2 = max(medians["ctranslate2 1x2"], medians["ctranslate2 2x1"])
    print(f"\n{processor()}, {args.threads} threads, {args.rounds} rounds, medians")
    for arm in ARMS:
        print(f"  {arm:24s} {medians[arm]:8.1f} sentences/s   mtt is {medians['mtt'] / medians[arm]:.2f} times as fast")
    print(f"mtt / best CTranslate2 {medians['mtt'] / ct2:.3f}   mtt / sentence-transformers {medians['mtt'] / medians['sentence-transformers']:.3f}")


if __name__ == "__main__":
    main()
