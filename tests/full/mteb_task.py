#!/usr/bin/env python3
"""A task of MTEB on sentence pairs, with mtt's Python package and with sentence-transformers: scores, vectors and time.
Then the prompts that both choose for tasks of MTEB.

    mteb_task.py MODEL PAIRS.jsonl [--rounds 5]

PAIRS.jsonl has the keys text, text_pair and similarity (0 to 5), as the sts_images data. Needs the packages mtt, mteb and
sentence-transformers. Vectors may differ by 2e-6."""

import argparse
import json
import logging
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

import datasets
import mteb
import numpy
import sentence_transformers
from mteb.abstasks.sts import AbsTaskSTS
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.models import SentenceTransformerEncoderWrapper
from mteb.types import PromptType
from torch.utils.data import DataLoader

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


def prompts(model):
    """The largest difference of vectors for tasks of several names and types, with a model that has prompts."""
    several = {"query": "a question: ", "STS": "a sentence: ", "Retrieval-document": "a passage: ", "NFCorpus": "on food: ", "NFCorpus-query": "asked on food: ", "other": "something else: "}
    logging.getLogger("mteb").setLevel(logging.ERROR)  # no warnings of prompts that are not for a task
    loader = DataLoader(datasets.Dataset.from_dict({"text": ["how much iron is in spinach?", "wake me at six"]}), batch_size=2)
    largest = 0.0
    for settings in ({"prompts": several}, {"prompts": several, "default_prompt_name": "other"}, {"prompts": {"passage": "a passage: "}, "default_prompt_name": "passage"}):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(model, folder, dirs_exist_ok=True)
            Path(folder, "config_sentence_transformers.json").write_text(json.dumps(settings))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ours = Encoder(folder)
                theirs = SentenceTransformerEncoderWrapper(sentence_transformers.SentenceTransformer(folder, device="cpu"))
            found = set()
            for name in ("STSBenchmark", "NFCorpus", "SciFact", "Banking77Classification"):
                for kind in (None, PromptType.query, PromptType.document):
                    task = {"task_metadata": mteb.get_task(name).metadata, "hf_split": "test", "hf_subset": "default", "prompt_type": kind}
                    given, expected = ours.encode(loader, **task), theirs.encode(loader, **task, show_progress_bar=False)
                    difference = float(numpy.abs(given - expected).max())
                    if difference > 2e-6:
                        print(f"FAIL the prompt for {name}, {kind}, with {settings}: vectors differ by {difference:.1e}")
                    largest = max(largest, difference)
                    found.add(expected[0].tobytes())
            print(f"{len(found)} different prompts, largest difference of vectors so far {largest:.1e}")
    return largest


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
    return max(difference, prompts(arguments.model)) > 2e-6 or abs(scores["mtt"] - scores["sentence-transformers"]) > 1e-5


if __name__ == "__main__":
    sys.exit(main())
