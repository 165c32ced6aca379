#!/usr/bin/env python3
"""Compares `mtt encode` with transformers on tiny models with random weights, layer by layer, for every model type that mtt
serves.

Usage: backbone_parity.py --mtt build/release/bin/mtt
Needs transformers 5.23 and torch. A model of k layers stands for layer k; four poolings of its tokens (first, largest, mean,
last) are compared, for sentences of several lengths in one ragged batch. Prints the largest difference of each model; exits
1 above 1e-5.
"""
import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoConfig, AutoModel

LIMIT = 1e-5
WORDS = ["play", "music", "rain", "loud", "wake", "me", "up", "at", "six", "now", "some", "the"]
VOCABULARY = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]", *WORDS]
TEXTS = ["play music", "rain", "wake me up at six now", "loud loud loud music", "the rain at six", "play some loud music now the rain",
         " ".join(WORDS * 3)]
COMMON = dict(vocab_size=len(VOCABULARY), hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=48,
              max_position_embeddings=64, pad_token_id=1)
MODELS = {
    "bert": {},
    "bert, heads of a size without a kernel": {"model_type": "bert", "num_attention_heads": 4},
    "bert, gelu_new and one token type": {"model_type": "bert", "hidden_act": "gelu_new", "type_vocab_size": 1},
    "distilbert": dict(vocab_size=len(VOCABULARY), dim=32, n_layers=3, n_heads=2, hidden_dim=48, max_position_embeddings=64),
    "roberta": {"type_vocab_size": 1, "layer_norm_eps": 1e-5},
    "xlm-roberta": {"type_vocab_size": 1, "layer_norm_eps": 1e-5},
    "camembert": {"type_vocab_size": 1},
    "electra": {"embedding_size": 16},
    "electra, embeddings of the hidden size": {"model_type": "electra", "embedding_size": 32},
    "albert": {"embedding_size": 16, "num_hidden_groups": 1, "inner_group_num": 1},
    "albert, embeddings of the hidden size": {"model_type": "albert", "embedding_size": 32, "hidden_act": "gelu"},
    "mpnet": {"relative_attention_num_buckets": 32},
    "mpnet, another padding id": {"model_type": "mpnet", "pad_token_id": 4},
    "roberta, another padding id": {"model_type": "roberta", "type_vocab_size": 1, "pad_token_id": 4},
    "mpnet, long": {"model_type": "mpnet", "max_position_embeddings": 600},
    "modernbert": {"local_attention": 8, "global_attn_every_n_layers": 2, "num_hidden_layers": 4, "bos_token_id": 0,
                   "eos_token_id": 2, "cls_token_id": 0, "sep_token_id": 2, "attn_implementation": "eager"},
}


def tokenizer(folder):
    made = Tokenizer(models.WordPiece({t: i for i, t in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 2)])
    made.save(str(folder / "tokenizer.json"))
    return made


def write_model(folder, model, layers, key):
    config = model.config.to_dict()
    config[key] = layers
    if "layer_types" in config:
        config["layer_types"] = config["layer_types"][:layers]
    (folder / "config.json").write_text(json.dumps(config))
    save_file({n: t.contiguous() for n, t in model.state_dict().items() if not beyond(n, layers)}, folder / "model.safetensors")
    (folder / "modules.json").write_text(json.dumps([
        {"idx": i, "name": str(i), "path": p, "type": "sentence_transformers.models." + t}
        for i, (p, t) in enumerate((("", "Transformer"), ("1_Pooling", "Pooling")))]))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling/config.json").write_text(json.dumps(
        {"embedding_dimension": 32, "pooling_mode": ["cls", "max", "mean", "lasttoken"]}))


def beyond(name, layers):
    parts = name.split(".")
    return any(a in ("layer", "layers") and b.isdigit() and int(b) >= layers for a, b in zip(parts, parts[1:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--only")
    args = parser.parse_args()
    failed = False
    for name, changes in MODELS.items():
        if args.only and not name.startswith(args.only):
            continue
        options = dict(changes)
        kind = options.pop("model_type", name.split(",")[0])
        own = kind == "distilbert"
        attention = options.pop("attn_implementation", "eager")
        config = AutoConfig.for_model(kind, **(options if own else {**COMMON, **options}))
        config._attn_implementation = attention
        torch.manual_seed(1)
        model = AutoModel.from_config(config).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.randn_like(parameter) * 0.3 + (1 if parameter.dim() == 1 else 0) * 0.5)
        key = "n_layers" if own else "num_hidden_layers"
        depth = getattr(config, "n_layers" if own else "num_hidden_layers")
        texts = TEXTS + ([" ".join(WORDS * 40)] if config.max_position_embeddings > 500 else [])
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            made = tokenizer(folder)
            largest = []
            for layers in range(1, depth + 1):
                write_model(folder, model, layers, key)
                out = folder / "v.npy"
                subprocess.run([args.mtt, "encode", "--model", place, "--input", "-", "--output", str(out)],
                               input="".join(t + "\n" for t in texts).encode(), check=True, capture_output=True)
                ours, theirs = np.load(out), []
                for text in texts:
                    ids = torch.tensor([made.encode(text).ids])
                    with torch.no_grad():
                        states = model(input_ids=ids, output_hidden_states=True)
                    hidden = states.hidden_states[layers][0]
                    if layers == depth:
                        hidden = states.last_hidden_state[0]
                    elif kind == "modernbert":  # a model of fewer layers ends in the final norm
                        with torch.no_grad():
                            hidden = model.final_norm(hidden)
                    theirs.append(torch.cat([hidden[0], hidden.max(0).values, hidden.mean(0), hidden[-1]]).numpy())
                largest.append(float(np.abs(ours - np.array(theirs)).max()))
        bad = max(largest) > LIMIT
        failed = failed or bad
        print(f"{'FAIL' if bad else 'ok  '}  {name:42s} layers {' '.join(f'{d:.1e}' for d in largest)}", flush=True)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
