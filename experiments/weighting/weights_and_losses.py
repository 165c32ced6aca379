#!/usr/bin/env python3
"""How near each task's weight is to 1 / (2 L), L being its mean loss of the last 20 steps: weights_and_losses.py DIR.

DIR is the directory of a sweep with its runs. Means over the seeds of an arm are printed at five steps, the last one
among them.
"""
import collections
import json
import pathlib
import statistics
import sys

WINDOW = 20
SHOWN = (0.1, 0.25, 0.5, 0.75, 1)  # of all steps


def main():
    pairs = collections.defaultdict(list)  # arm, task, step -> (weight, 1 / (2 L)) of every seed
    logs = sorted(pathlib.Path(sys.argv[1]).glob("runs/*/metrics.jsonl"))
    if not logs:
        sys.exit(f"{sys.argv[1]} has no runs/*/metrics.jsonl; make the sweep anew, into a directory of its own")
    for log in logs:
        arm = log.parent.name.rsplit(",seed=", 1)[0]
        rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        steps = [row for row in rows if "weight" in row]
        shown = sorted({max(1, round(share * len(steps))) for share in SHOWN})
        for step in shown:
            window = steps[max(0, step - WINDOW):step]
            for task, weight in steps[step - 1]["weight"].items():
                loss = statistics.mean(row["loss"][task] for row in window)
                pairs[arm, task, step].append((weight, 1 / (2 * loss)))
    print(f"{'arm':14s} {'task':8s}" + "".join(f"{f'step {step}':>18s}" for step in shown))
    for arm, task in dict.fromkeys((arm, task) for arm, task, _ in pairs):
        cells = (tuple(map(statistics.mean, zip(*pairs[arm, task, step]))) for step in shown)
        print(f"{arm:14s} {task:8s}" + "".join(f"{f'{weight:.2f} of {best:.2f}':>18s}" for weight, best in cells))


if __name__ == "__main__":
    main()
