#!/usr/bin/env python3
"""Does the cosine of two tasks' gradients go with what they gain from each other?

pairs_correlation.py RUNS.JSONL prints, for each pair, the mean cosine and what each task gains beside the other
(paired by seed), and Spearman's correlation of both over all tasks of all pairs. The range is that of 95 % of
10,000 draws of as many pairs from them; it describes these pairs, which share tasks, and no others.
"""
import collections
import json
import random
import sys

MAIN = {"intents": "accuracy", "slots": "entity_f1", "sentiment": "accuracy", "entities": "entity_f1"}
DRAWS = 10_000


def mean(values):
    return sum(values) / len(values)


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for i in order[at:end]:
            result[i] = (at + end - 1) / 2
        at = end
    return result


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    x, y = [v - mean(a) for v in a], [v - mean(b) for v in b]
    norm = (sum(v * v for v in x) * sum(v * v for v in y)) ** 0.5
    return sum(p * q for p, q in zip(x, y)) / norm if norm > 0 else float("nan")


def main():
    score, cosine = {}, collections.defaultdict(list)
    for line in open(sys.argv[1], encoding="utf-8"):
        row = json.loads(line)
        if row["error"]:
            continue
        for task in row["arm"].split("+"):
            score[row["arm"], task, row["seed"]] = row["scores"][f"{task}.{MAIN[task]}"]
        for name, value in row["log_means"].items():
            if name.endswith(".gradient_cosine") and value is not None:
                cosine[row["arm"]].append(value)

    pairs = []
    for arm, cosines in cosine.items():
        gains = {task: mean([value - score[task, task, seed] for (a, t, seed), value in score.items()
                             if (a, t) == (arm, task)]) for task in arm.split("+")}
        pairs.append((mean(cosines), gains))
        print(f"{arm:24} cosine {mean(cosines):+.3f}   " +
              "   ".join(f"{task} {100 * gain:+.1f}" for task, gain in gains.items()))

    def correlation(drawn):
        points = [(cosine, gain) for cosine, gains in drawn for gain in gains.values()]
        return spearman(*map(list, zip(*points)))

    draws = random.Random(0)
    drawn = [correlation(draws.choices(pairs, k=len(pairs))) for _ in range(DRAWS)]
    drawn = sorted(value for value in drawn if value == value)  # equal pairs have none
    print(f"Spearman's correlation of cosine and gain over {len(pairs)} pairs: {correlation(pairs):+.2f}, "
          f"95 % of drawn pairs {drawn[len(drawn) // 40]:+.2f} to {drawn[-len(drawn) // 40]:+.2f}")


if __name__ == "__main__":
    main()
