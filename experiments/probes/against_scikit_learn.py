#!/usr/bin/env python3
"""Compares the framework's probes, and training from them, with scikit-learn's logistic regression on the same vectors.

Usage: against_scikit_learn.py --mtt build/release/bin/mtt --model DIR --data MTT_DATA --out results [--train] [set...]

Per data set: logistic regressions with C = 1, 10, 100 on the vectors of `mtt encode` (token sets: on the last layer's
vector of each word's first subword, from transformers), then `mtt run` with an experiment that names data and head only.
`--train` runs `[train]` with defaults instead and adds its score. Rows are appended to results/rows.jsonl.
Needs numpy and scikit-learn; token sets need torch and transformers. DIR is a sentence-transformers directory of a BERT.
"""
import argparse
import json
import subprocess
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

PENALTIES = (1, 10, 100)
ASSISTANT = Path(__file__).resolve().parents[2] / "configs/data"
SENTENCE_SETS = {
    "clinc150": ("clinc150/{}.jsonl", "intent"),
    "snips": ("snips/{}.jsonl", "intent"),
    "sentence_polarity": ("sentence_polarity/{}.jsonl", "sentiment"),
    "askubuntu": ("askubuntu/{}.jsonl", "intent"),
    "quickstart_intent": (str(ASSISTANT / "assistant_{}.jsonl"), "intent"),
    "quickstart_sentiment": (str(ASSISTANT / "assistant_{}.jsonl"), "sentiment"),
}
TOKEN_SETS = {
    "snips_slots": ("snips/train.jsonl", "snips/test.jsonl", "entities"),
    "wnut17": ("wnut17/wnut17train.conll", "wnut17/emerging.dev.conll", "entities"),
    "quickstart_slots": (str(ASSISTANT / "assistant_train.jsonl"), str(ASSISTANT / "assistant_test.jsonl"), "slots"),
}
TOML = """[backbone]
model = {model}
[data]
train = {train}
test = {test}
[tasks.{task}]
head = "{head}"
"""


def run(arguments, task, head, train, test, name):
    """One `mtt run`: its scores, and what it spent."""
    folder = arguments.out / (name + ("_trained" if arguments.train else ""))
    folder.mkdir(parents=True, exist_ok=True)
    text = TOML.format(model=json.dumps(str(arguments.model)), train=json.dumps(str(train)), test=json.dumps(str(test)),
                       task=task, head=head)
    (folder / "experiment.toml").write_text(text + ("[train]\n" if arguments.train else ""))
    begin = time.time()
    subprocess.run([arguments.mtt, "run", folder / "experiment.toml", "--out", folder / "run", "--threads", str(arguments.threads)],
                   check=True, stdout=(folder / "log").open("w"), stderr=subprocess.STDOUT)
    scores = json.loads((folder / "run/scores.jsonl").read_text().splitlines()[0])
    return scores, time.time() - begin


def regression(x, y, penalty):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=penalty, max_iter=1000).fit(x, y)


def labels_of(file, key):
    return [json.loads(line)[key] for line in file.read_text().splitlines() if line]


def sentence_set(arguments, name):
    pattern, key = SENTENCE_SETS[name]
    files = [arguments.data / pattern.format(part) for part in ("train", "test")]
    vectors = []
    for file in files:
        output = arguments.out / f"{name}_{file.stem}.npy"
        if not output.exists():
            subprocess.run([arguments.mtt, "encode", "--model", arguments.model, "--input", file, "--field", "text",
                            "--output", output], check=True)
        vectors.append(np.load(output))
    y, y_test = (np.array(labels_of(file, key)) for file in files)
    row = {"set": name, "metric": "accuracy", "train": len(y), "test": len(y_test)}
    for penalty in PENALTIES:
        begin = time.time()
        row[f"C={penalty}"] = regression(vectors[0], y, penalty).score(vectors[1], y_test)
        row[f"seconds C={penalty}"] = time.time() - begin
    return row, (key, "classification", *files, name)


def read_tagged(file, key):
    """Texts and their spans [(start, end, label)], from JSONL or from tags in columns."""
    if file.suffix == ".jsonl":
        lines = [json.loads(line) for line in file.read_text().splitlines() if line]
        return [(line["text"], [(s["start"], s["end"], s["label"]) for s in line[key]]) for line in lines]
    examples, words, tags = [], [], []
    for line in file.read_text().splitlines() + [""]:
        if line.strip():
            fields = line.split("\t") if "\t" in line else line.split()
            words.append(fields[0])
            tags.append(fields[-1])
        elif words:
            starts = np.cumsum([0] + [len(word) + 1 for word in words[:-1]])
            words_at = [(int(s), int(s) + len(word)) for s, word in zip(starts, words)]
            examples.append((" ".join(words), spans_of(words_at, tags)))
            words, tags = [], []
    return examples


def spans_of(words, tags):
    """Spans of a sequence of tags, read as conlleval does: I-x begins a span where none of x is open."""
    spans = []
    for (start, end), tag in zip(words, tags):
        if tag == "O":
            spans.append(None)
        elif tag[0] == "I" and spans and spans[-1] and spans[-1][2] == tag[2:]:
            spans[-1] = (spans[-1][0], end, tag[2:])
        else:
            spans.append((start, end, tag[2:]))
    return [span for span in spans if span]


def word_examples(arguments, examples):
    """Per text: the vectors of its words in the last layer, the words' ranges of characters, and their gold tags."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModel.from_pretrained(arguments.model).eval()
    result = [None] * len(examples)
    order = sorted(range(len(examples)), key=lambda i: len(examples[i][0]))
    for at in range(0, len(order), 32):
        rows = order[at:at + 32]
        batch = tokenizer([examples[i][0] for i in rows], padding=True, truncation=True, max_length=256,
                          return_offsets_mapping=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state.numpy()
        for b, i in enumerate(rows):
            words, first, previous = [], [], None
            for t, word in enumerate(batch.word_ids(b)):
                start, end = batch["offset_mapping"][b, t].tolist()
                if word is None:
                    continue
                if word != previous:
                    words.append([start, end])
                    first.append(t)
                else:
                    words[-1][1] = end
                previous = word
            tags, taken = ["O"] * len(words), set()
            for start, end, label in examples[i][1]:
                inside = [w for w, (s, e) in enumerate(words) if s < end and e > start and w not in taken]
                for w in inside:
                    tags[w] = ("B-" if w == inside[0] else "I-") + label
                taken.update(inside)
            result[i] = (states[b, first], words, tags)
    return result


def entity_f1(predicted, gold):
    right = sum(len(set(p) & set(g)) for p, g in zip(predicted, gold))
    return 2 * right / max(1, sum(map(len, predicted)) + sum(map(len, gold)))


def token_set(arguments, name):
    train, test, key = TOKEN_SETS[name]
    files = [arguments.data / train, arguments.data / test]
    fitted, scored = (word_examples(arguments, read_tagged(file, key)) for file in files)
    x = np.concatenate([vectors for vectors, _, _ in fitted])
    y = np.array([tag for _, _, tags in fitted for tag in tags])
    row = {"set": name, "metric": "entity_f1", "train": len(fitted), "test": len(scored), "words": len(y)}
    gold = [spans_of(words, tags) for _, words, tags in scored]
    for penalty in PENALTIES:
        begin = time.time()
        model = regression(x, y, penalty)
        row[f"seconds C={penalty}"] = time.time() - begin
        predicted = [spans_of(words, model.predict(vectors)) if len(words) else [] for vectors, words, _ in scored]
        row[f"C={penalty}"] = entity_f1(predicted, gold)
    return row, (key, "token_classification", *files, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("sets", nargs="*", default=[*SENTENCE_SETS, *TOKEN_SETS])
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.sets:
        row, experiment = (sentence_set if name in SENTENCE_SETS else token_set)(arguments, name)
        scores, seconds = run(arguments, *experiment)
        row["mtt"] = scores["metrics"][row["metric"]]
        row["mtt seconds"] = seconds
        if arguments.train:
            row["mtt probe"] = scores["probe"][row["metric"]]
        with (arguments.out / "rows.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)


main()
