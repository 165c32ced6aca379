#!/usr/bin/env python3
"""Changes the configuration files of a small random model in many ways, and compares mtt with sentence-transformers.

Usage: configuration_files.py --mtt build/release/bin/mtt
Needs a Python with sentence-transformers (6.2.0). For each change mtt must give the vectors of SentenceTransformer(DIR)
within 1e-5, or name the changed key in an error or a warning. Exits 1 where neither is true.
"""
import argparse
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel

from hugging_face_heads import SIZES, word_piece

TEXTS = ["hello world", "Mara Berg lives in Berlin, near the old harbour, and who are you?", "a"]
TEXT = {"method": "forward", "method_output_name": "last_hidden_state"}
BERT, POOLING, DENSE = "sentence_bert_config.json", "1_Pooling/config.json", "2_Dense/config.json"
NORMALIZE, MODEL, SETTINGS = "3_Normalize/config.json", "config.json", "config_sentence_transformers.json"

# (file, keys that are set, the word that a message must have where vectors differ or something is refused)
CHANGES = [
    (BERT, {"max_seq_length": 5}, ""),
    (BERT, {"max_seq_length": 500}, "max_position_embeddings"),
    (BERT, {"do_lower_case": True}, ""),
    (BERT, {"processing_kwargs": {"text": {"max_length": 4, "truncation": True}}}, ""),
    (BERT, {"processing_kwargs": {"text": {"max_length": 9}, "common": {"max_length": 4}}}, ""),
    (BERT, {"processing_kwargs": {"text": {"padding": "max_length", "max_length": 20}}}, ""),
    (BERT, {"processing_kwargs": {"text": {"truncation": False}, "audio": {"padding": True}}}, "truncation"),
    (BERT, {"processing_kwargs": {"text": {"add_special_tokens": False}}}, "add_special_tokens"),
    (BERT, {"processing_kwargs": {"common": {"padding_side": "left"}}}, "padding_side"),
    (BERT, {"processing_kwargs": {"max_length": 4}}, "max_length"),
    (BERT, {"processor_kwargs": {"model_max_length": 4}, "max_seq_length": 20}, ""),
    (BERT, {"tokenizer_args": {"model_max_length": 4}}, ""),
    (BERT, {"model_args": {"attn_implementation": "eager"}}, ""),
    (BERT, {"model_kwargs": {"dtype": "float16"}}, "dtype"),
    (BERT, {"config_args": {"hidden_act": "relu"}}, "hidden_act"),
    (BERT, {"modality_config": {"text": TEXT}, "module_output_name": "token_embeddings"}, ""),
    (BERT, {"modality_config": {"text": TEXT}, "module_output_name": "sentence_embedding"}, "sentence_embedding"),
    (BERT, {"modality_config": {"text": {**TEXT, "method_output_name": "pooler_output"}},
            "module_output_name": "token_embeddings"}, "pooler_output"),
    (BERT, {"modality_config": {"text": {**TEXT, "method": "get_text_features"}}, "module_output_name": "token_embeddings"},
     "get_text_features"),
    (BERT, {"module_output_name": "sentence_embedding"}, ""),
    (BERT, {"transformer_task": "fill-mask"}, "fill-mask"),
    (BERT, {"query_length": 3}, ""),
    (BERT, {"unpad_inputs": False}, ""),
    (BERT, {"max_seq_len": 3}, "max_seq_len"),
    (POOLING, {"word_embedding_dimension": 31}, ""),
    (POOLING, {"embedding_dimension": 7}, ""),
    (POOLING, {"pooling_mode": "max"}, ""),
    (POOLING, {"pooling_mode": ["max"], "pooling_mode_mean_tokens": False}, ""),
    (POOLING, {"pooling_mode_mean_tokens": False}, ""),
    (POOLING, {"pooling_mode_mean_token": True}, "pooling_mode_mean_token"),
    (POOLING, {"include_prompt": None}, ""),
    (DENSE, {"activation_function": None}, "activation_function"),
    (DENSE, {"activation_function": "mine.Swish"}, ""),
    (DENSE, {"activation_function": "torch.nn.modules.activation.ReLU"}, ""),
    (DENSE, {"activation_function": "torch.nn.modules.activation.Mish"}, "Mish"),
    (DENSE, {"created_by": "me"}, ""),
    (DENSE, {"module_output_name": "other"}, "other"),
    (DENSE, {"in_features": 16}, "in_features"),
    (NORMALIZE, {"module_input_name": "token_embeddings"}, "token_embeddings"),
    (NORMALIZE, {"epsilon": 1}, ""),
    (MODEL, {"dtype": "float16"}, "float16"),
    (MODEL, {"quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": True}}, "quantization_config"),
    (MODEL, {"my_key": 3, "output_hidden_states": True}, ""),
    (SETTINGS, {"truncate_dim": 5}, ""),
    (SETTINGS, {"default_prompt_name": "query"}, ""),
    (SETTINGS, {"default_prompt_name": "query", "prompts": {"query": "who are "}}, ""),
    (SETTINGS, {"default_prompt_name": "query", "prompts": {"query": None}}, ""),
    (SETTINGS, {"default_prompt_name": "other"}, "other"),
    (SETTINGS, {"my_key": 3}, ""),
    (SETTINGS, {"similarity_fn_name": "dot"}, ""),
    (SETTINGS, {"model_type": "SparseEncoder", "prompts": {"query": "who "}, "default_prompt_name": "query"}, ""),
    (SETTINGS, {"model_type": "CrossEncoder"}, ""),
]


def write(file, value):
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(value))


def make_base(folder):
    folder.mkdir()
    torch.manual_seed(1)
    BertModel(BertConfig(vocab_size=word_piece(folder), initializer_range=0.4, **SIZES)).save_pretrained(folder)
    write(folder / "modules.json",
          [{"idx": i, "name": str(i), "path": "" if i == 0 else f"{i}_{name}", "type": f"sentence_transformers.models.{name}"}
           for i, name in enumerate(["Transformer", "Pooling", "Dense", "Normalize"])])
    write(folder / BERT, {"max_seq_length": 64, "do_lower_case": False})
    write(folder / POOLING, {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True})
    write(folder / DENSE, {"in_features": 32, "out_features": 8, "bias": True})
    write(folder / NORMALIZE, {})
    write(folder / SETTINGS, {"prompts": {}})
    save_file({"linear.weight": torch.randn(8, 32) / 6, "linear.bias": torch.randn(8) / 6}, folder / "2_Dense/model.safetensors")


def only_bert(folder):
    (folder / "modules.json").unlink()
    write(folder / BERT, {"max_seq_length": 4})
    write(folder / SETTINGS, {"prompts": {"query": "who "}, "default_prompt_name": "query"})


def older_name(folder):
    (folder / BERT).unlink()
    write(folder / "sentence_roberta_config.json", {"max_seq_length": 4})


def half_weights(folder):
    file = folder / "model.safetensors"
    save_file({name: tensor.half() for name, tensor in load_file(file).items()}, file, metadata={"format": "pt"})
    config = json.loads((folder / MODEL).read_text())
    config.pop("dtype", None)
    write(folder / MODEL, config)


OTHERS = [("without modules.json", only_bert, ""), ("sentence_roberta_config.json", older_name, ""),
          ("float16 weights, no dtype", half_weights, "float16")]


def theirs(folder):
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode(TEXTS).astype(np.float32), ""
    except Exception as error:
        return None, f"{type(error).__name__}: {str(error).splitlines()[0][:60]}"


def ours(mtt, folder):
    output = folder / "vectors.npy"
    result = subprocess.run([mtt, "encode", "--model", str(folder), "--input", "-", "--output", str(output)],
                            input="".join(text + "\n" for text in TEXTS), capture_output=True, text=True)
    return (np.load(output) if result.returncode == 0 else None), result.stderr


def verdict(expected, vectors, message, word):
    if vectors is not None and expected is not None and vectors.shape == expected.shape:
        difference = float(np.abs(vectors - expected).max())
        if difference < 1e-5:
            return True, f"equal, {difference:.0e}"
        return bool(word) and word in message, f"differs by {difference:.0e}, {'named' if word in message else 'SILENT'}"
    if vectors is None:
        return bool(word) and word in message, "refused" + (", named" if word and word in message else f": {message.strip()}")
    return bool(word) and word in message, "not loaded by sentence-transformers"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    mtt = str(Path(args.mtt).resolve())
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        base, folder = Path(temporary) / "base", Path(temporary) / "changed"
        make_base(base)
        def change(file, keys):
            return lambda at: write(at / file, {**json.loads((at / file).read_text()), **keys})
        cases = [(f"{file} {json.dumps(keys)}", change(file, keys), word) for file, keys, word in CHANGES] + OTHERS
        for name, make, word in cases:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(base, folder)
            make(folder)
            expected, error = theirs(folder)
            vectors, message = ours(mtt, folder)
            fine, text = verdict(expected, vectors, message, word)
            failed += not fine
            print(f"{'ok   ' if fine else 'WRONG'} {name}: {text}{'; ' + error if error else ''}", flush=True)
    print(f"{len(cases)} changes, {failed} wrong")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
