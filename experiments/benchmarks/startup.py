#!/usr/bin/env python3
"""Seconds and memory from process start to the first vector: mtt, sentence-transformers, and an empty LibTorch program.

Usage: startup.py --mtt build/release/bin/mtt --empty build/release/bin/empty_libtorch --model DIR [--rounds 5]
(empty_libtorch is built with -DMTT_BENCHMARKS=ON.) The arms take turns, each in a fresh process; medians are printed.
"""
import argparse
import json
import statistics

from peers import HERE, measured, peer_python, processor


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--empty", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--venv")
    args = parser.parse_args()
    python = peer_python(args.venv)
    spec = {"library": "sentence-transformers", "precision": "fp32", "model": args.model, "threads": args.threads}
    arms = {
        "empty LibTorch program": [args.empty],
        "mtt": [args.mtt, "encode", "--model", args.model],
        "sentence-transformers": [python, str(HERE / "peer_worker.py"), json.dumps(spec), "-"],
    }
    seconds = {arm: [] for arm in arms}
    memory = {arm: [] for arm in arms}
    for number in range(args.rounds):
        for arm, command in arms.items():
            took, peak, _, _ = measured(command, args.threads, b"hello world\n")
            seconds[arm].append(took)
            memory[arm].append(peak)
            print(f"round {number + 1}  {arm:24s} {took:7.3f} s {peak:7.1f} MiB", flush=True)
    time_of = {arm: statistics.median(values) for arm, values in seconds.items()}
    peak_of = {arm: statistics.median(values) for arm, values in memory.items()}
    print(f"\n{processor()}, {args.threads} threads, {args.rounds} rounds, medians")
    for arm in arms:
        print(f"  {arm:24s} {time_of[arm]:7.3f} s {peak_of[arm]:7.1f} MiB")
    print(f"sentence-transformers / mtt: {time_of['sentence-transformers'] / time_of['mtt']:.1f} in time, "
          f"{peak_of['sentence-transformers'] / peak_of['mtt']:.2f} in memory; "
          f"mtt is {time_of['mtt'] - time_of['empty LibTorch program']:.3f} s above an empty program")


if __name__ == "__main__":
    main()
