#!/usr/bin/env python3
"""Makes small random cross-encoders and classifiers, and compares what mtt predicts for pairs with what sentence-transformers
and transformers give.

Usage: cross_encoders.py --mtt build/release/bin/mtt --pairs FILE.jsonl [--keep DIR]
FILE.jsonl has "text" and "text_pair" on every line. Needs a Python with sentence-transformers (6.2.0) and transformers (5.24).
Scores of cross-encoders are those of CrossEncoder.predict, probabilities of classifiers those of transformers' model on the
pair. Prints one line per directory; exits 1 where a score differs by more than 2e-6 of the largest one.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import CrossEncoder
from transformers import (AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertForSequenceClassification,
                          RobertaConfig, RobertaForSequenceClassification)

from hugging_face_heads import byte_pairs, save, word_piece

ROBERTA = dict(tokenizer=byte_pairs, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1)
KINDS = {"bert": (BertForSequenceClassification, BertConfig, {}), "roberta": (RobertaForSequenceClassification, RobertaConfig, ROBERTA)}


def cross_encoder(folder, base, activation):
    CrossEncoder(str(base), activation_fn=activation).save_pretrained(str(folder))


def older_notation(folder, base, activation):
    """As sentence-transformers 3 and 4 wrote it: the activation in config.json, no other file."""
    cross_encoder(folder, base, activation)
    for name in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json"):
        (folder / name).unlink(missing_ok=True)
    config = json.loads((folder / "config.json").read_text())
    config["sentence_transformers"] = {"version": "4.1.0", "activation_fn": "torch.nn.modules.activation.Sigmoid"}
    (folder / "config.json").write_text(json.dumps(config))


def predict(mtt, folder, pairs, *options):
    lines = "".join(json.dumps({"text": a, "text_pair": b}) + "\n" for a, b in pairs)
    done = subprocess.run([mtt, "predict", "--model", folder, "--field", "text", *options], input=lines, text=True,
                          capture_output=True)
    if done.returncode:
        sys.exit(done.stderr)
    return [json.loads(line)["label"] for line in done.stdout.splitlines()]


def of_reference(folder, pairs):
    """Softmax of transformers' model on each pair."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    rows = []
    with torch.no_grad():
        for a, b in pairs:
            batch = tokenizer([a], [b], truncation="longest_first", return_tensors="pt")  # "" is a text here
            rows.append(model(**batch).logits.softmax(1)[0].numpy())
    return np.array(rows), [model.config.id2label[i] for i in range(model.config.num_labels)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.pairs.read_text().splitlines()]
    pairs = [(row["text"], row["text_pair"]) for row in rows] + [("hello", ""), ("a " * 80, "the rain " * 60)]
    root = arguments.keep or Path(tempfile.mkdtemp())
    root.mkdir(parents=True, exist_ok=True)
    worst = 0.0

    def report(name, ours, theirs):
        nonlocal worst
        difference = float(np.abs(np.array(ours) - np.array(theirs)).max() / max(1.0, np.abs(theirs).max()))
        worst = max(worst, difference)
        print(f"{name:24} {len(pairs)} pairs, largest difference {difference:.1e}", flush=True)

    for kind, (model, config, more) in KINDS.items():
        one, three = root / f"{kind}_one", root / f"{kind}_three"
        save(one, model, config, 1, labels={0: "LABEL_0"}, **more)
        save(three, model, config, 2, labels={0: "no", 1: "yes", 2: "maybe"}, **more)
        for name, make, activation in (("sigmoid", cross_encoder, None), ("identity", cross_encoder, torch.nn.Identity()),
                                       ("older", older_notation, None)):
            folder = root / f"{kind}_{name}"
            make(folder, one, activation)
            report(folder.name, [p["score"] for p in predict(arguments.mtt, folder, pairs)],
                   CrossEncoder(str(folder)).predict(pairs, show_progress_bar=False))
        folder = root / f"{kind}_scores"
        cross_encoder(folder, three, None)
        report(folder.name, [list(p["scores"].values()) for p in predict(arguments.mtt, folder, pairs)],
               CrossEncoder(str(folder)).predict(pairs, show_progress_bar=False))
        expected, names = of_reference(three, pairs)
        found = [{entry["label"]: entry["score"] for entry in p["top"]} for p in predict(arguments.mtt, three, pairs, "--top", "all")]
        report(three.name, [[row[name] for name in names] for row in found], expected)
    sys.exit(worst > 2e-6)


if __name__ == "__main__":
    main()
