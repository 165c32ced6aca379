#!/usr/bin/env python3
"""What freezing buys: a training step of MiniLM under every policy, with and without the activation cache.

Usage: freezing.py --benchmark build/release/bin/freezing_benchmark [--rounds 5] [--threads 2] [--only TEXT]

Every policy runs alone in a fresh process; the policies take turns, and medians over the rounds are printed beside
the arithmetic: with a forward pass of cost 1 a layer and a backward pass of cost 2, a step costs 3n; freezing the
lowest k layers leaves 3n - 2k, and 3(n - k) where their outputs are cached.
"""
import argparse
import json
import os
import re
import statistics
import subprocess

LAYERS = 6


def names(program):
    listed = subprocess.run([program, "--benchmark_list_tests"], check=True, capture_output=True, text=True).stdout
    return [line.split("/real_time")[0] for line in listed.split()]


def measure(program, name, threads):
    command = [program, f"--benchmark_filter=^{re.escape(name)}/real_time$", "--benchmark_format=json", "--benchmark_min_time=1.5"]
    environment = dict(os.environ, MTT_THREADS=str(threads))
    report = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return json.loads(report)["benchmarks"][0]


def expected(name):
    """The speed-up over bottom_layers_0 that the arithmetic gives, or None."""
    policy, cache = name.split("/")
    if policy == "backbone":
        policy = f"bottom_layers_{LAYERS}"
    if not policy.startswith("bottom_layers_"):
        return None
    k = int(policy.rsplit("_", 1)[1])
    cost = 3 * LAYERS - 2 * k if cache == "plain" else 3 * (LAYERS - k)
    return 3 * LAYERS / cost if cost > 0 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", help="measure the policies whose name holds this, and the base")
    args = parser.parse_args()

    base = "bottom_layers_0/plain"
    chosen = [n for n in names(args.benchmark) if args.only in n or n == base]
    times = {name: [] for name in chosen}
    last = {}
    for number in range(args.rounds):
        for name in chosen:
            last[name] = measure(args.benchmark, name, args.threads)
            times[name].append(last[name]["real_time"])
            print(f"round {number + 1}  {name:24s} {times[name][-1]:8.1f} ms", flush=True)

    print(f"\n{args.threads} threads, {args.rounds} rounds, 32 sentences a step; speed-up: median over rounds of the ratio to {base}")
    print(f"{'policy':22s} {'trainable M':>11s} {'ms/step':>8s} {'speed-up':>9s} {'expected':>11s} {'ratio':>6s} {'peak MB':>8s} {'cache MB':>9s}")
    for name in chosen:
        ratio = statistics.median(b / t for b, t in zip(times[base], times[name]))
        model = expected(name)
        print(f"{name:22s} {last[name]['trained']:11.3f} {statistics.median(times[name]):8.1f} {ratio:9.2f} "
              f"{f'{model:.2f}' if model else '-':>11s} {f'{ratio / model:.2f}' if model else '-':>6s} "
              f"{last[name]['peak_mb']:8.0f} {last[name]['cache_mb']:9.1f}")


if __name__ == "__main__":
    main()
