"""Prints the accuracy of vectors as JSON: accuracy.py REFERENCE.npy STS.jsonl|- {"ARM": [VECTORS.npy, STS_VECTORS.npy]}.

The STS vectors are those of all first sentences, followed by those of all second sentences.
"""
import json
import sys
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr


def unit(path):
    vectors = np.load(path).astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main():
    reference, sts, arms = unit(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    golds = []
    if sts != "-":
        golds = [json.loads(line)["similarity"] for line in Path(sts).read_text(encoding="utf-8").splitlines()]
    results = {}
    for arm, (vectors, sts_vectors) in arms.items():
        cosines = (unit(vectors) * reference).sum(axis=1)
        results[arm] = {"cosine_mean": cosines.mean(), "cosine_quantile": np.quantile(cosines, 0.001), "cosine_min": cosines.min()}
        if golds:
            both = unit(sts_vectors)
            similarities = (both[: len(golds)] * both[len(golds) :]).sum(axis=1)
            results[arm]["spearman"] = spearmanr(similarities, golds).statistic
    print(json.dumps(results))


if __name__ == "__main__":
    main()
