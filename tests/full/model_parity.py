#!/usr/bin/env python3
"""Compares `mtt` with published vectors, with a score on sentence pairs, and with sentence-transformers on small directories.

Usage: model_parity.py --mtt build/release/bin/mtt --model DIR --data DIR --conformance DIR
Needs sentence-transformers 6.2.0. Prints one line a check; exits 1 if one fails.
"""
import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer

TEXTS = [
    "hello world", "Hello, world!", "hello hello.", "a b c", "xyz", "", "héllo wörld", "HELLO WORLD", "hello " * 100, "x" * 200,
]
failures = 0


def check(what, fine, figure):
    global failures
    failures += not fine
    print(f"{'ok  ' if fine else 'FAIL'}  {what}: {figure}")


def encode(mtt, model, texts, *more):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "v.npy"
        rows = "".join(json.dumps({"text": t}) + "\n" for t in texts).encode()
        subprocess.run([mtt, "encode", "--model", str(model), "--field", "text", "--output", str(out), *more], input=rows, check=True)
        return np.load(out)


def snapshot(path):
    body = path.read_text().split("---", 2)[2]
    rows = [[]]
    for line in body.splitlines():
        number = re.match(r"^(- )?\s*- (?:- )?(-?[\d.e-]+)$", line)
        if number:
            if line.startswith("- - ") and rows[-1]:
                rows.append([])
            rows[-1].append(float(number.group(2)))
    return np.array(rows)


def published(mtt, model, data):
    folder = data / "minilm_reference"
    facts = json.loads((folder / "facts.json").read_text())
    first = encode(mtt, model, [facts["fastembed"]["text"]])[0][:5]
    check("fastembed's vector", np.allclose(first, facts["fastembed"]["first5_normalised"], atol=1e-5), first)
    texts = facts["tei_snapshots"]["texts"]
    batch = [texts[0], texts[1], texts[0]]
    ours = encode(mtt, model, batch)
    theirs = snapshot(folder / "test_bert__bert_batch.snap")
    cosine = (ours * theirs).sum(1) / np.linalg.norm(theirs, axis=1)
    check("text-embeddings-inference's batch", theirs.shape == ours.shape and cosine.min() > 0.99999, cosine)
    mrl = snapshot(folder / "test_http_embed__mrl_embeddings_single.snap").ravel()[:128]
    cut = encode(mtt, model, ["test"])[0][:128]
    cosine = cut @ mrl / np.linalg.norm(cut) / np.linalg.norm(mrl)
    check("the first 128 dimensions of 'test'", cosine > 0.99999, cosine)
    pairs = facts["sentence_transformers"]
    vectors = encode(mtt, model, [pairs["query"], *pairs["documents"]])
    cosines = vectors[1:] @ vectors[0]
    check("sentence-transformers' cosines (bf16)", np.allclose(cosines, pairs["cosine"], rtol=0.01), cosines)


def sts(mtt, model, reference, data):
    file = data / "sts_images" / "test.jsonl"
    rows = [json.loads(line) for line in file.open(encoding="utf-8")]
    scores = json.loads(subprocess.run([mtt, "evaluate", "--model", str(model), "--data", str(file), "--json"], check=True,
                                       capture_output=True, text=True).stdout)
    a = reference.encode([r["text"] for r in rows], show_progress_bar=False, normalize_embeddings=True)
    b = reference.encode([r["text_pair"] for r in rows], show_progress_bar=False, normalize_embeddings=True)
    theirs = spearmanr((a * b).sum(1), [r["similarity"] for r in rows])[0]
    ours = scores["metrics"]["cosine_spearman"]
    check("Spearman on sts_images/test", round(ours, 4) == round(theirs, 4), f"{ours:.6f} against {theirs:.6f}")


def directories(mtt, conformance):
    for name in ("st_dir_compat", "st_dir_v6"):
        folder = conformance / name
        reference = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        for prompt in (None, "query", "document"):
            more = ["--prompt", prompt] if prompt else []
            difference = np.abs(encode(mtt, folder, TEXTS, *more) - reference.encode(TEXTS, prompt_name=prompt)).max()
            check(f"{name}, prompt {prompt}", difference <= 2e-6, f"{difference:.2e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--conformance", required=True, type=Path)
    args = parser.parse_args()
    reference = SentenceTransformer(str(args.model), device="cpu", local_files_only=True)
    published(args.mtt, args.model, args.data)
    sts(args.mtt, args.model, reference, args.data)
    directories(args.mtt, args.conformance)
    raise SystemExit(failures > 0)


if __name__ == "__main__":
    main()
