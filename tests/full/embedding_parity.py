#!/usr/bin/env python3
"""Compares `mtt encode` with sentence-transformers on every text of the data sets.

Usage: embedding_parity.py --mtt build/release/bin/mtt --model DIR --data DIR
Needs sentence-transformers 6.2.0. Prints the largest difference and the texts behind the ten largest; exits 1 above 2e-6.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

LIMIT = 2e-6


def texts_of(data):
    texts = {}
    for path in sorted(data.rglob("*")):
        if path.suffix == ".jsonl":
            for line in path.open(encoding="utf-8"):
                row = json.loads(line)
                for key in ("text", "text_pair"):
                    if key in row:
                        texts[row[key]] = None
        elif path.parent.name in ("wnut17", "crossner_ai") and path.suffix in (".conll", ".annotated", ".txt"):
            for block in path.read_text(encoding="utf-8").split("\n\n"):
                words = [line.split("\t")[0] for line in block.splitlines() if line.strip()]
                if words and path.name != "SOURCE.txt":
                    texts[" ".join(words)] = None
    return list(texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True, type=Path)
    args = parser.parse_args()

    texts = texts_of(args.data)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "texts.jsonl"
        source.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
        out = Path(folder) / "ours.npy"
        subprocess.run(
            [args.mtt, "encode", "--model", args.model, "--input", source, "--field", "text", "--output", out, "--timing"],
            check=True,
        )
        ours = np.load(out)
    reference = SentenceTransformer(args.model, device="cpu", local_files_only=True)
    theirs = reference.encode(texts, batch_size=64, convert_to_numpy=True, show_progress_bar=False)
    difference = np.abs(ours - theirs).max(axis=1)
    for i in np.argsort(-difference)[:10]:
        print(f"{difference[i]:.3e}  {texts[i][:80]!r}")
    print(f"{len(texts)} texts, largest difference {difference.max():.3e}, limit {LIMIT:.0e}")
    raise SystemExit(0 if difference.max() <= LIMIT else 1)


if __name__ == "__main__":
    main()
