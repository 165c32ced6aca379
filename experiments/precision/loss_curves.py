#!/usr/bin/env python3
"""Draws the training losses of the arms of a sweep: loss_curves.py RESULTS OUT.svg

RESULTS/runs/ARM,seed=N/metrics.jsonl hold the losses of every step. A point is the mean over 50 steps, the tasks and the
seeds. Prints the largest relative difference between the arms at a point.
"""
import collections
import json
import sys
from pathlib import Path

WINDOW = 50
WIDTH, HEIGHT, LEFT, TOP = 620, 300, 60, 20
COLOURS = ("#2470a0", "#c0392b")


def curves(results):
    sums = collections.defaultdict(lambda: collections.defaultdict(list))
    for file in sorted(Path(results).glob("runs/*/metrics.jsonl")):
        arm = file.parent.name.split(",")[0]
        for line in file.open(encoding="utf-8"):
            row = json.loads(line)
            if "loss" in row:
                sums[arm][(row["step"] - 1) // WINDOW].append(sum(row["loss"].values()) / len(row["loss"]))
    return {arm: [sum(values) / len(values) for _, values in sorted(windows.items())] for arm, windows in sorted(sums.items())}


def svg(lines):
    count = max(map(len, lines.values()))
    top = max(map(max, lines.values()))
    x = lambda i: LEFT + WIDTH * (i + 0.5) / count
    y = lambda value: TOP + HEIGHT * (1 - value / top)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {TOP + HEIGHT + 50}" '
             'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>']
    for i in range(5):
        value = top * i / 4
        parts.append(f'<path d="M{LEFT} {y(value):.1f}h{WIDTH}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for i in range(5):
        parts.append(f'<text x="{LEFT + WIDTH * i / 4:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">'
                     f'{round(count * WINDOW * i / 4)}</text>')
    for number, (arm, values) in enumerate(lines.items()):
        points = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(values))
        dashes = ' stroke-dasharray="5 4"' if number else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[number % 2]}" stroke-width="1.5"{dashes}/>'
                     f'<text x="{LEFT + WIDTH - 60}" y="{TOP + 20 + 16 * number}" fill="{COLOURS[number % 2]}">{arm}</text>')
    parts.append(f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 38}" text-anchor="middle">step</text>'
                 f'<text x="{LEFT}" y="{TOP - 6}">training loss, mean over tasks and seeds</text></svg>')
    return "\n".join(parts) + "\n"


def main():
    lines = curves(sys.argv[1])
    Path(sys.argv[2]).write_text(svg(lines), encoding="utf-8")
    for arm, values in lines.items():
        print(arm, " ".join(f"{value:.4f}" for value in values))
    first, second = list(lines.values())[:2]
    print("largest relative difference:", f"{max(abs(a - b) / a for a, b in zip(first, second)):.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
