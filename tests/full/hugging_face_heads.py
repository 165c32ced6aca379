#!/usr/bin/env python3
"""Makes small random classifiers and taggers of transformers, and compares what mtt predicts and encodes with what
transformers' pipeline and sentence-transformers give.

Usage: hugging_face_heads.py --mtt build/release/bin/mtt [--keep DIR]
Needs a Python with sentence-transformers (6.2.0) and transformers (5.24). Predictions are those of the pipeline with
aggregation_strategy="first" or top_k=None; vectors those of SentenceTransformer(DIR). Prints one line per directory;
exits 1 where a score or a vector differs by more than 1e-5, or a label or an entity at all.
"""
import argparse
import json
import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (AlbertConfig, AlbertForSequenceClassification, BertConfig, BertForSequenceClassification,
                          BertForTokenClassification, DistilBertConfig, DistilBertForSequenceClassification,
                          DistilBertForTokenClassification, ElectraConfig, ElectraForSequenceClassification, MPNetConfig,
                          MPNetForSequenceClassification, MPNetForTokenClassification, PreTrainedTokenizerFast, RobertaConfig,
                          RobertaForSequenceClassification, RobertaForTokenClassification, pipeline)

TEXTS = ["hello world", "Mara Berg lives in Berlin, near the old harbour.", "a", "the rain in Spain stays mainly on the plain",
         "New York and San Francisco", "who are you?", "Dr. Jane-Ann O'Neil met Li Wei", "42 is the answer"]
WORDS = ("hello world mara berg lives in berlin near the old harbour a rain spain stays main ##ly on plain new york and san fran "
         "##cis ##co who are you dr jane ann o neil met li wei 4 ##2 is ans ##wer , . ? - '").split()
SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=64)
PER_LOC = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "I-LOC"}


def word_piece(folder):
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS
    tokenizer = Tokenizer(models.WordPiece({t: i for i, t in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                             special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, pad_token="[PAD]", unk_token="[UNK]",
                            cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]").save_pretrained(folder)
    return len(tokens)


def byte_pairs(folder):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] + alphabet
    merges = [("\u0120", "B"), ("\u0120B", "e"), ("i", "n"), ("a", "n"), ("r", "a")]
    tokens += [a + b for a, b in merges]
    tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True,
                                                            add_prefix_space=False)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=60, bos_token="<s>", eos_token="</s>", sep_token="</s>",
                            cls_token="<s>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>").save_pretrained(folder)
    return len(tokens)


def save(folder, model_class, config_class, seed, tokenizer=word_piece, labels=None, after=None, **config):
    """One directory. `after` changes its files."""
    folder.mkdir()
    torch.manual_seed(seed)
    if labels is not None:
        config.update(id2label=labels, label2id={name: i for i, name in labels.items()}, num_labels=len(labels))
    sizes = dict(SIZES)
    if config_class is DistilBertConfig:
        sizes = dict(dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=64)
    model = model_class(config_class(vocab_size=tokenizer(folder), initializer_range=0.4, **sizes, **config)).eval()
    for parameter in model.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 0.3, 0.3)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("classifier.weight", "out_proj.weight")):
                parameter.mul_(4)
    model.save_pretrained(folder)
    if after:
        after(folder)


def edit_config(**changes):
    def edit(folder):
        file = folder / "config.json"
        config = json.loads(file.read_text())
        for key, value in changes.items():
            config.pop(key, None)
            if value is not None:
                config[key] = value
        file.write_text(json.dumps(config))
    return edit


def half_weights(folder):
    file = folder / "model.safetensors"
    save_file({name: tensor.half() for name, tensor in load_file(file).items()}, file, metadata={"format": "pt"})


def modules_beside(folder):
    """A sentence-transformers model with a prompt, cls pooling and normalisation around the classifier's encoder."""
    names = ["Transformer", "Pooling", "Normalize"]
    (folder / "modules.json").write_text(json.dumps(
        [{"idx": i, "name": str(i), "path": "" if i == 0 else f"{i}_{name}", "type": f"sentence_transformers.models.{name}"}
         for i, name in enumerate(names)]))
    for i, config in (1, {"word_embedding_dimension": 32, "pooling_mode_max_tokens": True}), (2, {}):
        (folder / f"{i}_{names[i]}").mkdir()
        (folder / f"{i}_{names[i]}" / "config.json").write_text(json.dumps(config))


def default_prompt(folder):
    modules_beside(folder)
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps({"prompts": {"query": "who are "}, "default_prompt_name": "query"}))


def make_all(root):
    three = {0: "zeta", 1: "alpha", 2: "mid"}
    multi = dict(problem_type="multi_label_classification")
    bert = (BertForSequenceClassification, BertConfig)
    tagger = (BertForTokenClassification, BertConfig)
    roberta = dict(tokenizer=byte_pairs, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1)
    save(root / "seq_three", *bert, 1, labels=three)
    save(root / "seq_multi", *bert, 2, labels=three, **multi)
    save(root / "seq_multi_one", *bert, 3, labels={0: "toxic"}, **multi)
    save(root / "seq_one", *bert, 4, labels={0: "relevance"})
    save(root / "seq_regression", *bert, 5, labels={0: "stars"}, problem_type="regression")
    save(root / "seq_default", *bert, 6)
    save(root / "seq_default_five", *bert, 7, num_labels=5, after=edit_config(id2label=None, label2id=None, num_labels=5))
    save(root / "seq_fp16_weights", *bert, 8, labels=three, after=half_weights)
    save(root / "seq_modules", *bert, 9, labels=three, after=modules_beside)
    save(root / "seq_modules_prompt", *bert, 10, labels=three, after=default_prompt)
    save(root / "seq_distilbert", DistilBertForSequenceClassification, DistilBertConfig, 11, labels=three)
    save(root / "seq_roberta", RobertaForSequenceClassification, RobertaConfig, 12, labels=three, **roberta)
    save(root / "seq_electra", ElectraForSequenceClassification, ElectraConfig, 13, labels=three, embedding_size=32)
    save(root / "seq_mpnet", MPNetForSequenceClassification, MPNetConfig, 14, labels=three, **multi)
    save(root / "seq_albert", AlbertForSequenceClassification, AlbertConfig, 15, labels=three, embedding_size=16)
    save(root / "tok_iob2", *tagger, 16, labels=PER_LOC)
    save(root / "tok_iob1", *tagger, 17, labels={0: "I-LOC", 1: "I-PER", 2: "O", 3: "B-PER"})
    save(root / "tok_io", *tagger, 18, labels={0: "PER", 1: "O", 2: "LOC"})
    save(root / "tok_bioes", *tagger, 19, labels=dict(enumerate(["O", "B-PER", "I-PER", "E-PER", "S-PER"])))
    save(root / "tok_pos", *tagger, 20, labels=dict(enumerate(["NOUN", "VERB", "ADP", "PRP$", "-LRB-", "."])))
    save(root / "tok_default", *tagger, 21)
    save(root / "tok_fp16_weights", *tagger, 22, labels=PER_LOC, after=half_weights)
    save(root / "tok_distilbert", DistilBertForTokenClassification, DistilBertConfig, 23, labels=PER_LOC)
    save(root / "tok_mpnet", MPNetForTokenClassification, MPNetConfig, 24, labels=PER_LOC)
    save(root / "tok_roberta", RobertaForTokenClassification, RobertaConfig, 25, labels=PER_LOC, **roberta)


def run(mtt, *arguments):
    result = subprocess.run([mtt, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(result.stderr.strip())
    return result.stdout


def compare_entities(theirs, ours):
    theirs = [e for e in theirs if e["start"] < e["end"]]  # a token that is a space alone
    span = lambda e, key: (e["start"], e["end"], e[key])
    if [span(e, "entity_group") for e in theirs] != [span(e, "label") for e in ours]:
        return math.inf
    return max([abs(float(a["score"]) - b["score"]) for a, b in zip(theirs, ours)], default=0)


def scores_of(prediction):
    if "value" in prediction:
        return {None: prediction["value"]}
    return prediction.get("scores") or {entry["label"]: entry["score"] for entry in prediction["top"]}


def compare_classes(theirs, ours):
    expected = {entry["label"]: float(entry["score"]) for entry in theirs}
    given = scores_of(ours)
    if None in given:
        return abs(given[None] - theirs[0]["score"])
    if set(expected) != set(given):
        return math.inf
    if "labels" in ours and set(ours["labels"]) != {name for name, score in expected.items() if score >= 0.5}:
        return math.inf
    if "label" in ours and ours["label"] != theirs[0]["label"]:
        return math.inf
    return max(abs(expected[name] - given[name]) for name in expected)


def compare(mtt, folder, texts):
    tokens = folder.name.startswith("tok")
    kind = "token-classification" if tokens else "text-classification"
    pipe = pipeline(kind, str(folder), device="cpu", **({"aggregation_strategy": "first"} if tokens else {"top_k": None}))
    arguments = ["predict", "--model", folder, "--input", texts]
    if not tokens and pipe.model.config.problem_type != "regression":
        arguments += ["--top", "all"]
    ours = [json.loads(line) for line in run(mtt, *arguments).splitlines()]
    worst = 0
    for text, row in zip(TEXTS, ours, strict=True):
        theirs = pipe(text)
        if tokens:
            worst = max(worst, compare_entities(theirs, row["tags"]["entities"]))
        else:
            theirs = theirs[0] if theirs and isinstance(theirs[0], list) else theirs
            worst = max(worst, compare_classes(theirs, row["label"]))
    run(mtt, "encode", "--model", folder, "--input", texts, "--output", folder / "vectors.npy")
    vectors = SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode(TEXTS)
    return worst, float(np.abs(np.load(folder / "vectors.npy") - vectors).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--keep", help="make the directories here and leave them")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    mtt = str(Path(args.mtt).resolve())
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(args.keep or temporary)
        root.mkdir(exist_ok=True)
        make_all(root)
        texts = root / "texts.txt"
        texts.write_text("".join(text + "\n" for text in TEXTS))
        folders = sorted(path for path in root.iterdir() if path.is_dir())
        for folder in folders:
            try:
                predictions, vectors = compare(mtt, folder, texts)
            except Exception as error:
                predictions = vectors = math.inf
                print(f"{folder.name}: {error}")
            wrong = not (predictions < 1e-5 and vectors < 1e-5)
            failed += wrong
            print(f"{folder.name}: scores {predictions:.1e}, vectors {vectors:.1e}{'  WRONG' if wrong else ''}", flush=True)
    print(f"{len(folders)} directories, {failed} wrong")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
