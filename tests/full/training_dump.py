#!/usr/bin/env python3
"""Runs training steps with `mtt run` and writes down what training_parity.py needs to repeat them.

Usage: training_dump.py --mtt build/release/bin/mtt --model DIR --data snips/train.jsonl --out FOLDER [--steps 50]
                        [--threads 2] [--learning-rate 1e-4] [--clip 1.0] [--set key=value]...
Standard library only. DIR is a sentence-transformers directory of a BERT; the data have `intent` and `entities`.

The initial heads are those of the same experiment without [train]; batches follow from the sampler's documented streams
(splitmix64, seeded by run.seed, the purpose and the step), written here a second time.
"""
import argparse
import json
import struct
import subprocess
import sys
from pathlib import Path

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
NO_TARGET = -100
BATCH = 32

CONFIG = """[backbone]
model = {model}
[data]
train = {data}
[tasks.intent]
head = "classification"
dropout = 0.0
[tasks.slots]
head = "token_classification"
field = "entities"
dropout = 0.0
[run]
seed = 1
threads = {threads}
"""
TRAIN = """[train]
epochs = 1
steps_per_epoch = {steps}
batch_size = 32
learning_rate = {rate}
head_learning_rate = {rate}
weight_decay = 0.01
warm_up = 0.06
schedule = "linear"
clip_norm = {clip}
dropout = 0.0
[cache]
where = "none"
"""


def mixed(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Stream:
    def __init__(self, seed, purpose, step):
        state = seed
        for byte in purpose.encode():
            state = ((mixed(state) ^ byte) * 0x100000001B3) & MASK
        self.state = mixed(state) ^ mixed((step + STEP) & MASK)

    def next(self):
        self.state = (self.state + STEP) & MASK
        return mixed(self.state)

    def below(self, count):
        limit = MASK - MASK % count
        draw = self.next()
        while draw >= limit:
            draw = self.next()
        return draw % count

    def shuffle(self, items):
        for i in range(len(items), 1, -1):
            j = self.below(i)
            items[i - 1], items[j] = items[j], items[i - 1]


def read_tensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    entries = json.loads(raw[8 : 8 + size])
    entries.pop("__metadata__", None)
    return {name: (e["shape"], raw[8 + size + e["data_offsets"][0] : 8 + size + e["data_offsets"][1]]) for name, e in entries.items()}


def write_tensors(path, tensors):
    header, offset = {}, 0
    for name, (shape, data) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, data in tensors.values()))


def backbone(model, layers):
    theirs = {name.removeprefix("bert."): value for name, value in read_tensors(model / "model.safetensors").items()}
    ours = {}
    for part, name in (("word", "word_embeddings"), ("position", "position_embeddings"), ("type", "token_type_embeddings")):
        ours[f"backbone.embeddings.{part}.weight"] = theirs[f"embeddings.{name}.weight"]
    for kind in ("weight", "bias"):
        ours[f"backbone.embeddings.norm.{kind}"] = theirs[f"embeddings.LayerNorm.{kind}"]
        for i in range(layers):
            to, of = f"backbone.layers.{i}", f"encoder.layer.{i}"
            parts = [theirs[f"{of}.attention.self.{p}.{kind}"] for p in ("query", "key", "value")]
            shape = [3 * parts[0][0][0]] + parts[0][0][1:]
            ours[f"{to}.attention.qkv.{kind}"] = (shape, b"".join(data for _, data in parts))
            for a, b in (("attention.output", "attention.output.dense"), ("attention.norm", "attention.output.LayerNorm"),
                         ("ffn.intermediate", "intermediate.dense"), ("ffn.output", "output.dense"), ("ffn.norm", "output.LayerNorm")):
                ours[f"{to}.{a}.{kind}"] = theirs[f"{of}.{b}.{kind}"]
    return ours


def tags(row, tokens, labels):
    targets, before = [], None
    for token, (begin, end) in zip(tokens["tokens"], tokens["offsets"]):
        if begin == end or token.startswith("##"):
            targets.append(NO_TARGET)
            continue
        entity = next((e for e in row["entities"] if e["start"] < end and begin < e["end"]), None)
        targets.append(0 if entity is None else 2 * labels.index(entity["label"]) + (2 if entity is before else 1))
        before = entity
    return targets


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    model, data, out = args.model.resolve(), args.data.resolve(), args.out.resolve()
    out.mkdir(parents=True, exist_ok=True)

    config = CONFIG.format(model=json.dumps(str(model)), data=json.dumps(str(data)), threads=args.threads)
    (out / "initial.toml").write_text(config)
    (out / "train.toml").write_text(config + TRAIN.format(steps=args.steps, rate=args.learning_rate, clip=args.clip))
    for name in ("initial", "train"):
        extra = [part for item in args.set for part in ("--set", item)] if name == "train" else []
        subprocess.run([args.mtt, "run", str(out / f"{name}.toml"), "--out", str(out / name), *extra], check=True, stdout=sys.stderr)

    settings = json.loads((model / "config.json").read_text())
    tensors = backbone(model, settings["num_hidden_layers"])
    for task in ("intent", "slots"):
        for name, value in read_tensors(out / "initial" / "heads" / task / "model.safetensors").items():
            tensors[f"heads.{task}.{name}"] = value
    write_tensors(out / "initial.safetensors", tensors)

    rows = [json.loads(line) for line in data.open(encoding="utf-8")]
    intents = sorted({row["intent"] for row in rows}, key=lambda s: s.encode())
    slots = sorted({e["label"] for row in rows for e in row["entities"]}, key=lambda s: s.encode())
    order = []
    for number in range(-(-args.steps * BATCH // len(rows))):
        one = list(range(len(rows)))
        Stream(1, "pass:" + data.name, number).shuffle(one)
        order += one
    chosen = order[: args.steps * BATCH]
    lines = "".join(json.dumps({"text": rows[i]["text"]}) + "\n" for i in chosen)
    printed = subprocess.run([args.mtt, "tokenize", "--model", str(model), "--input", "-", "--field", "text"], input=lines, check=True, capture_output=True, text=True).stdout
    tokens = [json.loads(line) for line in printed.splitlines()]
    with (out / "batches.jsonl").open("w") as file:
        for step in range(args.steps):
            part = range(step * BATCH, (step + 1) * BATCH)
            targets = {"intent": [intents.index(rows[chosen[i]]["intent"]) for i in part],
                       "slots": [tags(rows[chosen[i]], tokens[i], slots) for i in part]}
            file.write(json.dumps({"step": step, "ids": [tokens[i]["ids"] for i in part], "targets": targets}) + "\n")
    with (out / "losses.jsonl").open("w") as file:
        for line in (out / "train" / "metrics.jsonl").open():
            row = json.loads(line)
            if "loss" in row:
                file.write(json.dumps({"step": row["step"], "losses": row["loss"]}) + "\n")
    hyper = {"attention_heads": settings["num_attention_heads"], "layer_norm_eps": settings["layer_norm_eps"],
             "learning_rate": args.learning_rate, "betas": [0.9, 0.999], "epsilon": 1e-8, "weight_decay": 0.01, "clip_norm": args.clip,
             "warmup": 0.06, "steps": args.steps, "normalize": True, "weights": {}}
    (out / "hyper.json").write_text(json.dumps(hyper))


if __name__ == "__main__":
    main()
