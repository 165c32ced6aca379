#!/usr/bin/env python3
"""Runs the documented examples and compares every trained score with the score of its probe.

Usage: examples_beat_probes.py --mtt build/release/bin/mtt --data MTT_DATA --out FOLDER [quickstart training snips]

The examples are configs/quickstart.toml, the first one of docs/training.md, and configs/snips.toml (two hours on two
processors). Prints a table; exits 1 if a trained head is below its probe by more than one example. Needs no package.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]


def example(name, folder):
    if name != "training":
        return SOURCE / f"configs/{name}.toml"
    text = re.search(r"```toml\n(.*?)```", (SOURCE / "docs/training.md").read_text(), re.S).group(1)
    file = folder / "training.toml"
    file.write_text(text.replace('"data/', f'"{SOURCE}/configs/data/'))
    return file


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("examples", nargs="*", default=["quickstart", "training", "snips"])
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    below = 0
    print("| example | task | metric | probe | trained |\n|---|---|---|---|---|")
    for name in arguments.examples:
        out = arguments.out / name
        with (arguments.out / f"{name}.log").open("w") as log:
            subprocess.run([arguments.mtt, "run", example(name, arguments.out), "--out", out], check=True, stdout=log,
                           stderr=log, env={**os.environ, "MTT_DATA": str(arguments.data)})
        for line in (out / "scores.jsonl").read_text().splitlines():
            score = json.loads(line)
            metric, trained = next(iter(score["metrics"].items()))
            probe = (score.get("probe") or {}).get(metric)
            below += probe is not None and trained < probe - 1 / score["examples"]
            shown = "-" if probe is None else f"{probe:.4f}"
            print(f"| {name} | {score['task']} | {metric} | {shown} | {trained:.4f} |", flush=True)
    sys.exit(below > 0)


main()
