#!/usr/bin/env python3
"""A task of MTEB on sentence pairs, with mtt's Python package and with sentence-transformers: scores, vectors and time.

    mteb_task.py MODEL PAIRS.jsonl [--rounds 5]

PAIRS.jsonl has the keys text, text_pair and similarity (0 to 5), as the sts_images data. Needs the packages mtt, mteb and
sentence-transformers. Vectors may differ by 2e-6."""

import argparse
import json
import statistics
import sys
import time

import datasets
import mteb
import numpy
import sentence_transformers
from mteb.abstasks.sts import AbsTaskSTS
from mteb.abstasks.task_metadata import TaskMetadata

import mtt
from mtt.mteb import Encoder

PAIRS = []


class OwnSTS(AbsTaskSTS):
    metadata = TaskMetadata(
        name="OwnSTS", dataset={"path": "own/sts", "revision": "1"}, description="Pairs of a local file.", reference=None, type="STS", category="t2t", modalities=["text"],
        eval_splits=["test"], eval_langs=["eng-Latn"], main_score="cosine_spearman", date=None, domains=None, task_subtypes=None, license=None, annotations_creators=None, dialect=None, sample_creation=None, bibtex_citation="",
    )

    def load_data(self, **_):
        columns = {"sentence1": [pair["text"] for pair in PAIRS], "sentence2": [pair["text_pair"] for pair in PAIRS], "score": [pair["similarity"] for pair in PAIRS]}
        self.dataset = {"test": datasets.Dataset.from_dict(columns)}
        self.data_loaded = True


def evaluate(model):
    begin = time.time()
    results = mteb.evaluate(model, OwnSTS(), cache=None, overwrite_strategy="always", show_progress_bar=False)
    return results[0].scores["test"][0]["cosine_spearman"], time.time() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("pairs")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with open(arguments.pairs) as lines:
        PAIRS.extend(json.loads(line) for line in lines)
    own = mtt.open(arguments.model)
    other = sentence_transformers.SentenceTransformer(arguments.model, device="cpu")
    texts = [pair[key] for pair in PAIRS for key in ("text", "text_pair")]
    difference = float(numpy.abs(own.encode(texts) - other.encode(texts)).max())
    times = {"mtt": [], "sentence-transformers": []}
    scores = {}
    for _ in range(arguments.rounds):
        for name, model in (("mtt", Encoder(own)), ("sentence-transformers", other)):
            scores[name], seconds = evaluate(model)
            times[name].append(seconds)
    for name in times:
        print(f"{name:22} cosine_spearman {scores[name]:.6f}   {statistics.median(times[name]):.2f} s")
    ratios = [theirs / ours for ours, theirs in zip(times["mtt"], times["sentence-transformers"])]
    print(f"ratio of times {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}); largest difference of vectors {difference:.1e}")
    return difference > 2e-6 or abs(scores["mtt"] - scores["sentence-transformers"]) > 1e-5


if __name__ == "__main__":
    sys.exit(main())
