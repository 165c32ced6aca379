#!/usr/bin/env python3
"""Trains LoRA on tiny random models of several types, exports the adapters, and compares what PEFT gives with what mtt gives.

Usage: adapter_parity.py --mtt build/release/bin/mtt
Run it with a Python that has transformers, tokenizers and peft: that of the virtual environment which export_parity.py
makes. Prints the largest difference of each type; exits 1 where one is above 1e-5, or where the adapter changed nothing.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import torch
import transformers
from peft import PeftModel
from tokenizers import ByteLevelBPETokenizer

LARGEST = 1e-5
TEXTS = ["play some music", "what is the weather in Oslo", "wake me at six", "a rather long story about the sea"]
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48, "max_position_embeddings": 64}
EXPERIMENT = """[backbone]
model = "{model}"
pooling = "mean"
normalize = "no"
[data]
train = "train.jsonl"
[tasks.intent]
head = "classification"
[train]
epochs = 5
batch_size = 4
head_learning_rate = 1e-2
[freeze]
policy = "lora"
places = ["attention.query", "attention.value", "ffn.output"]
"""


def byte_pairs(folder):
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(TEXTS * 10, vocab_size=300, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer.save_model(str(folder))
    return transformers.RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=60)


def word_pieces(folder):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + sorted(set(" ".join(TEXTS).lower().split()))
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    return transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=60)


def make(kind, folder):
    folder.mkdir()
    torch.manual_seed(0)
    tokenizer = byte_pairs(folder) if kind == "roberta" else word_pieces(folder)
    if kind == "roberta":
        model = transformers.RobertaModel(transformers.RobertaConfig(vocab_size=len(tokenizer), type_vocab_size=1, pad_token_id=1,
                                                                     bos_token_id=0, eos_token_id=2, **SIZES))
    elif kind == "electra":
        model = transformers.ElectraModel(transformers.ElectraConfig(vocab_size=len(tokenizer), embedding_size=32, **SIZES))
    elif kind == "distilbert":
        model = transformers.DistilBertModel(transformers.DistilBertConfig(
            vocab_size=len(tokenizer), dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=64))
    else:
        model = transformers.BertModel(transformers.BertConfig(vocab_size=len(tokenizer), **SIZES))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return tokenizer


def vectors(model, tokenizer):
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = model.eval()(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(2).float()
    return ((hidden * mask).sum(1) / mask.sum(1)).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    mtt = Path(parser.parse_args().mtt).resolve()
    wrong = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [json.dumps({"text": text, "intent": "ab"[i % 2]}) + "\n" for i, text in enumerate(TEXTS)]
        (folder / "train.jsonl").write_text("".join(rows))
        (folder / "texts.txt").write_text("\n".join(TEXTS) + "\n")
        for kind in ("bert", "roberta", "electra", "distilbert"):
            base, run, adapter, array = (folder / f"{what}-{kind}" for what in ("base", "run", "adapter", "vectors"))
            tokenizer = make(kind, base)
            experiment = folder / f"{kind}.toml"
            experiment.write_text(EXPERIMENT.format(model=base))
            for command in (["run", experiment, "--out", run], ["export", run, adapter, "--adapter"],
                            ["encode", "--model", run, "--input", folder / "texts.txt", "--output", f"{array}.npy"]):
                subprocess.run([mtt, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
            ours = numpy.load(f"{array}.npy")
            theirs = vectors(PeftModel.from_pretrained(transformers.AutoModel.from_pretrained(base), adapter), tokenizer)
            untouched = vectors(transformers.AutoModel.from_pretrained(base), tokenizer)
            difference, change = abs(theirs - ours).max(), abs(untouched - ours).max()
            fails = difference > LARGEST or change < 100 * LARGEST
            wrong = wrong or fails
            print(f"{'FAILED' if fails else 'ok':8}{kind:12} difference to PEFT {difference:.1e}, to the base {change:.1e}")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
