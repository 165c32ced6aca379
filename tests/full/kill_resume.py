#!/usr/bin/env python3
"""Kills a training of a real model at random moments, resumes it until it is done, and compares every bit of what it gives
with a training that was never killed.

Usage: kill_resume.py --mtt build/release/bin/mtt --data DIR [--kills 100] [--threads 2] [--model all-MiniLM-L6-v2]
DIR holds snips/train.jsonl and snips/dev.jsonl. Prints the verdict; exits 1 if anything differs. Needs no package.
"""
import argparse
import filecmp
import itertools
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMPARED = ["metrics.jsonl", "backbone.safetensors", "heads/intent/model.safetensors", "heads/slots/model.safetensors",
            "predictions.jsonl", "scores.jsonl", "embeddings.npy"]

CONFIG = """[backbone]
model = {model}

[data]
train = "train.jsonl"
dev = "dev.jsonl"
test = "dev.jsonl"

[tasks.intent]
head = "classification"

[tasks.slots]
head = "token_classification"
field = "entities"
layer = 4
train = "slots.jsonl"

[train]
epochs = 4
steps_per_epoch = {steps}
batch_size = 8
dropout = 0.1
evaluate_every = {evaluate}
save_every = 2

[freeze]
policy = "gradual"

[sampler]
method = "temperature"

[show]
sentences = ["play some jazz", "will it rain tomorrow"]
"""


def write_experiment(folder, data, model, steps):
    for name, source, count in (("train", "train", 300), ("slots", "train", 200), ("dev", "dev", 50)):
        first = 300 if name == "slots" else 0
        with (data / "snips" / f"{source}.jsonl").open(encoding="utf-8") as lines:
            (folder / f"{name}.jsonl").write_text("".join(itertools.islice(lines, first, first + count)), encoding="utf-8")
    quoted = '"' + model + '"'
    (folder / "e.toml").write_text(CONFIG.format(model=quoted, steps=steps, evaluate=2 * steps + 1))


def logged(run):
    try:
        return (run / "metrics.jsonl").read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def start(command, log, *more):
    return subprocess.Popen([*command, *more], stdout=log, stderr=subprocess.STDOUT)


def kill_once(process, run, draw):
    """Kills after one to three more steps and a pause within which a save falls; False where the run had ended."""
    target = logged(run) + draw.randint(1, 3)
    while process.poll() is None and logged(run) < target:
        time.sleep(0.002)
    time.sleep(draw.uniform(0, 0.3))
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True, type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    # of four epochs, so that a killed stretch may gain eight steps
    steps = max(10, 2 * options.kills)

    with tempfile.TemporaryDirectory(prefix="mtt-kill-") as name:
        folder = Path(name)
        write_experiment(folder, options.data, options.model, steps)
        base = [str(options.mtt), "run", str(folder / "e.toml"), "--threads", str(options.threads), "--out"]
        with (folder / "log").open("wb") as log:
            begun = time.monotonic()
            if start([*base, str(folder / "whole")], log).wait() != 0:
                sys.exit("the run that is never killed fails:\n" + (folder / "log").read_text(errors="replace")[-2000:])
            print(f"never killed: {4 * steps} steps in {time.monotonic() - begun:.0f} s", flush=True)

            run = folder / "killed"
            kills = in_saves = 0
            more = ()
            while kills < options.kills:
                process = start([*base, str(run)], log, *more)
                if not kill_once(process, run, draw):
                    if process.returncode != 0:
                        sys.exit(f"a resumed run fails after {kills} kills:\n"
                                 + (folder / "log").read_text(errors="replace")[-2000:])
                    break
                kills += 1
                in_saves += any(run.glob("checkpoints/*.part"))
                more = ("--resume",)
                print(f"\rkill {kills} of {options.kills}, {logged(run)} lines logged", end="", flush=True)
            print()
            if start([*base, str(run)], log, "--resume").wait() != 0:
                sys.exit("the last run fails:\n" + (folder / "log").read_text(errors="replace")[-2000:])

        different = [f for f in COMPARED if not filecmp.cmp(folder / "whole" / f, run / f, shallow=False)]
        print(f"{kills} kills, {in_saves} of them inside a save")
        for file in COMPARED:
            print(f"  {'DIFFERS' if file in different else 'same   '}  {file}")
        if kills < options.kills:
            print("the run ended before all kills; give it more steps")
        print("verdict:", "DIFFERENT" if different else "bit-identical")
        sys.exit(1 if different or kills < options.kills else 0)


if __name__ == "__main__":
    main()
