#!/usr/bin/env python3
"""Repeats training steps of `mtt` in plain PyTorch and compares the losses.

Usage: training_parity.py FOLDER [--mutant decay-on-norms|no-decay] [--time] [--threads N] [--limit X]
Needs torch only. FOLDER holds what our run wrote:

  initial.safetensors  float32 parameters before the first step, by our names: backbone.embeddings.word.weight,
                       backbone.layers.0.attention.qkv.weight, ..., heads.<task>.classifier.weight and .bias
  batches.jsonl        {"step": 0, "ids": [[101, ...], ...], "targets": {"intent": [3, ...], "slots": [[-100, 0, ...], ...]}},
                       one target a sentence or one a token; -100: none
  losses.jsonl         {"step": 0, "losses": {"intent": 1.7, "slots": 2.3}}, mean losses before that step's update, unweighted
  hyper.json           {"attention_heads": 12, "layer_norm_eps": 1e-12, "learning_rate": 2e-5, "betas": [0.9, 0.999],
                       "epsilon": 1e-8, "weight_decay": 0.01, "clip_norm": 1.0, "warmup": 0.06, "steps": 50,
                       "normalize": true, "weights": {"intent": 1.0}}; clip_norm 0: no clipping; steps: T of the linear schedule;
                       weights may lack tasks, which then have 1

Prints the largest relative difference of any task's loss at any step; exits 1 above the limit. With --mutant the optimizer
decays biases and norms too, or nothing, and the difference of that from the right optimizer is printed as well; the exit code
is 1 also where our losses do not differ from the right optimizer's by less than a quarter of that, since the comparison then
cannot tell the two (more weight decay, a higher rate or more steps make it sharper). With --time it prints the median seconds
a step.
"""
import argparse
import json
import math
import re
import statistics
import struct
import time
from pathlib import Path

import torch
import torch.nn.functional as F

NO_TARGET = -100
LIMIT = 1e-5
KEYS = {
    "attention_heads", "layer_norm_eps", "learning_rate", "betas", "epsilon", "weight_decay", "clip_norm", "warmup", "steps",
    "normalize", "weights",
}


def read_safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    data = bytearray(raw[8 + size :])
    tensors = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path}: {name} is {entry['dtype']}; expected F32")
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin).reshape(entry["shape"]).clone()
    return tensors


def read_lines(path):
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    for i, row in enumerate(rows):
        if row["step"] != i:
            raise SystemExit(f"{path}:{i + 1}: step {row['step']}; expected {i}")
    return rows


class Model:
    """BERT with heads, on padded batches, in functional form; parameters by our names."""

    def __init__(self, tensors, hyper):
        self.p = {name: tensor.clone().requires_grad_() for name, tensor in tensors.items()}
        self.used = set()
        self.attention_heads = hyper["attention_heads"]
        self.eps = hyper["layer_norm_eps"]
        self.normalize = hyper["normalize"]
        self.depth = 1 + max(int(m.group(1)) for m in (re.match(r"backbone\.layers\.(\d+)\.", n) for n in tensors) if m)

    def __getitem__(self, name):
        if name not in self.p:
            raise SystemExit(f"initial.safetensors lacks {name}")
        self.used.add(name)
        return self.p[name]

    def linear(self, name, x):
        return F.linear(x, self[name + ".weight"], self[name + ".bias"])

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self[name + ".weight"], self[name + ".bias"], self.eps)

    def tokens(self, ids, mask):
        """ids, mask [B, L] -> [B, L, H]"""
        b, length = ids.shape
        e = "backbone.embeddings."
        x = F.embedding(ids, self[e + "word.weight"]) + self[e + "type.weight"][0] + self[e + "position.weight"][:length]
        x = self.norm(e + "norm", x)
        bias = torch.zeros(b, 1, 1, length).masked_fill(~mask[:, None, None, :], -math.inf)
        for n in range(self.depth):
            layer = f"backbone.layers.{n}."
            qkv = self.linear(layer + "attention.qkv", x).view(b, length, 3, self.attention_heads, -1).permute(2, 0, 3, 1, 4)
            context = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], attn_mask=bias)
            context = context.transpose(1, 2).reshape(b, length, -1)
            x = self.norm(layer + "attention.norm", x + self.linear(layer + "attention.output", context))
            inner = F.gelu(self.linear(layer + "ffn.intermediate", x))
            x = self.norm(layer + "ffn.norm", x + self.linear(layer + "ffn.output", inner))
        return x

    def sentences(self, tokens, mask):
        """[B, L, H] -> [B, H]"""
        weights = mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * weights).sum(1) / weights.sum(1)
        return F.normalize(mean, dim=1) if self.normalize else mean

    def losses(self, row):
        """One step's batch -> the mean loss of every task that has a target in it."""
        ids, mask = padded(row["ids"], 0)
        tokens = self.tokens(ids, mask)
        sentences = self.sentences(tokens, mask)
        losses = {}
        for task, targets in row["targets"].items():
            if len(targets) != len(ids):
                raise SystemExit(f"step {row['step']}: {len(targets)} targets of {task} for {len(ids)} sentences")
            if isinstance(targets[0], list):
                if [len(t) for t in targets] != [len(s) for s in row["ids"]]:
                    raise SystemExit(f"step {row['step']}: {task} needs one target for each token")
                goal, _ = padded(targets, NO_TARGET)
                features, goal = tokens.flatten(0, 1), goal.flatten()
            else:
                features, goal = sentences, torch.tensor(targets)
            if (goal != NO_TARGET).any():
                logits = self.linear(f"heads.{task}.classifier", features)
                losses[task] = F.cross_entropy(logits, goal, ignore_index=NO_TARGET)
        return losses


def padded(rows, filler):
    """Lists of unequal length -> int64 [B, L] and the mask of what is no filling."""
    lengths = torch.tensor([len(row) for row in rows])
    longest = int(lengths.max())
    values = torch.tensor([row + [filler] * (longest - len(row)) for row in rows])
    return values, torch.arange(longest) < lengths[:, None]


def optimizer_of(model, hyper, mutant):
    """AdamW without decay on biases and the parameters of normalisation."""
    plain = {n for n in model.p if n.endswith(".bias") or ".norm." in n}
    decay = 0.0 if mutant == "no-decay" else hyper["weight_decay"]
    groups = [
        {"params": [t for n, t in model.p.items() if n not in plain], "weight_decay": decay},
        {"params": [t for n, t in model.p.items() if n in plain], "weight_decay": decay if mutant == "decay-on-norms" else 0.0},
    ]
    return torch.optim.AdamW(groups, lr=hyper["learning_rate"], betas=tuple(hyper["betas"]), eps=hyper["epsilon"])


def linear_schedule(hyper):
    total = hyper["steps"]
    warm = math.ceil(total * hyper["warmup"])
    return lambda t: t / warm if t < warm else max(0.0, (total - t) / max(1, total - warm))


def train(tensors, batches, hyper, mutant=None):
    """-> the losses of every step, and its seconds."""
    model = Model(tensors, hyper)
    optimizer = optimizer_of(model, hyper, mutant)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, linear_schedule(hyper))
    weights = hyper.get("weights", {})
    found, seconds = [], []
    for row in batches:
        start = time.perf_counter()
        losses = model.losses(row)
        optimizer.zero_grad()
        sum(weights.get(task, 1.0) * loss for task, loss in losses.items()).backward()
        if hyper["clip_norm"] > 0:
            torch.nn.utils.clip_grad_norm_(list(model.p.values()), hyper["clip_norm"])
        optimizer.step()
        schedule.step()
        seconds.append(time.perf_counter() - start)
        found.append({task: loss.item() for task, loss in losses.items()})
    idle = sorted(set(model.p) - model.used)
    if idle:
        raise SystemExit(f"initial.safetensors holds tensors that no step used: {', '.join(idle)}")
    return found, seconds


def largest_difference(ours, theirs):
    """-> (relative difference, step, task)"""
    worst = (0.0, -1, "")
    for step, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if set(a) != set(b):
            raise SystemExit(f"step {step}: losses of {sorted(a)} against {sorted(b)}")
        for task in b:
            difference = abs(a[task] - b[task]) / max(abs(b[task]), 1e-12)
            if not difference <= worst[0]:  # NaN too
                worst = (difference, step, task)
    return worst


def text(worst):
    return f"{worst[0]:.3e} (step {worst[1]}, {worst[2]})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mutant", choices=["decay-on-norms", "no-decay"])
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--limit", type=float, default=LIMIT)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)

    hyper = json.loads((args.folder / "hyper.json").read_text())
    if set(hyper) - KEYS or KEYS - {"weights"} - set(hyper):
        raise SystemExit(f"hyper.json: unknown {sorted(set(hyper) - KEYS)}, missing {sorted(KEYS - {'weights'} - set(hyper))}")
    tensors = read_safetensors(args.folder / "initial.safetensors")
    batches = read_lines(args.folder / "batches.jsonl")
    ours = [row["losses"] for row in read_lines(args.folder / "losses.jsonl")]
    if len(ours) != len(batches) or not batches:
        raise SystemExit(f"{len(batches)} steps in batches.jsonl, {len(ours)} in losses.jsonl; expected as many, and at least one")

    theirs, seconds = train(tensors, batches, hyper)
    worst = largest_difference(ours, theirs)
    print(f"{len(batches)} steps, largest relative difference of a loss: {text(worst)}, limit {args.limit:.0e}")
    if args.time:
        steady = seconds[3:] or seconds
        print(f"median of {len(steady)} steps: {statistics.median(steady):.4f} s, {torch.get_num_threads()} threads")
    fine = worst[0] <= args.limit
    if args.mutant:
        mutant, _ = train(tensors, batches, hyper, args.mutant)
        apart = largest_difference(mutant, theirs)
        fine = fine and worst[0] < apart[0] / 4
        print(f"{args.mutant}: from the right optimizer {text(apart)}, from ours {text(largest_difference(ours, mutant))}")
    raise SystemExit(0 if fine else 1)


if __name__ == "__main__":
    main()
