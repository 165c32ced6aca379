#!/usr/bin/env python3
"""Gives the rows of a sweep the keys of the present program.

    experiments/rekey.py build/release/bin/mtt experiments/freezing/depth.toml experiments/freezing/results/depth

A key is a digest of a run's resolved configuration. After a default has changed, write its old value into the
TOML file: then the file says again what the rows were computed from, and this script gives each row the key of its
run. It cannot tell whether the file still describes the runs; check that first. Where the key version changes,
"inputs" (the digest of the examples and the model) becomes "", which means unknown. Scores and everything else in a
row stay byte for byte. Runs with values chosen by tuning runs keep their keys: run these sweeps again.
"""
import json
import re
import subprocess
import sys


def keys_of(program, config):
    listed = subprocess.run([program, "sweep", config, "--check"], check=True, capture_output=True, text=True)
    pairs = re.findall(r"^(\S.*), seed (\d+)  \(key ([0-9a-f]+), version (\d+)\)$", listed.stdout, re.MULTILINE)
    return {(title, int(seed)): (key, int(version)) for title, seed, key, version in pairs}


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, config, results = sys.argv[1:]
    keys = keys_of(program, config)
    path = results + "/runs.jsonl"
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.readlines()
    changed = 0
    for i, line in enumerate(lines):
        row = json.loads(line)
        title = row["arm"] + (", " + row["point"] if row["point"] else "")
        title += ", tuning " + row["tuning"] if row.get("tuning") else ""
        if (title, row["seed"]) not in keys:
            print(f"{path}:{i + 1}: {title}, seed {row['seed']} is not a run of {config}; left as it is")
            continue
        key, version = keys[title, row["seed"]]
        if row.get("inputs") and row.get("key_version", 1) != version:
            line = line.replace(f'"inputs":"{row["inputs"]}"', '"inputs":""', 1)
        line = re.sub(r',"key_version":\d+', "", line, count=1)
        lines[i] = re.sub(r'"key":"[^"]*"', f'"key":"{key}","key_version":{version}', line, count=1)
        changed += 1
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
    print(f"{path}: {changed} of {len(lines)} rows have the keys of {config}")


main()
