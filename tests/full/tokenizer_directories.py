#!/usr/bin/env python3
"""Compares `mtt` with sentence-transformers on generated model directories that combine settings of tokenizer.json,
tokenizer_config.json, special_tokens_map.json, added_tokens.json and the vocabulary files, for every family of encoders.

Each directory has a small random model. Ids and offsets (`mtt tokenize`) and vectors (`mtt encode`) are compared; of pairs of
texts, with and without truncation, also type ids and the text of each token. A difference is silent unless mtt refuses the
directory, or pairs alone. Directories that the reference itself cannot read are counted separately.

Usage: tokenizer_directories.py --mtt build/release/bin/mtt [--count 400] [--seed 1] [--keep DIR]
Needs sentence-transformers 6.2.0 and transformers 5.24. Prints every silent difference; exits 1 if there is one.
"""
import argparse
import collections
import copy
import json
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "critical")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
import logging

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoConfig, AutoModel
from transformers.utils import logging as transformers_logging

logging.disable(logging.WARNING)
transformers_logging.disable_progress_bar()
TOLERANCE = 2e-5
SPARE_ROWS = 24
POSITIONS = 40
TEXTS = [
    "the low café is LOW", "The Café, İstanbul!", "a\u0301 e\u0301 naïve ÀÉ", "東京 is a city 中a", "", " ", "  two  spaces\there\nnow ",
    "[NEW] token", "a[NEW]b [new] NEW", "x <mask> y [MASK]z", "[CLS] a [SEP]", "<s> a </s>", "<ent>low<ent> the", "lowlow <Ent> lowest",
    "``quoted'' text", "don't they'll", "ﬁne ½ ①", "▁low ▁ the", "unknown ☃ zebra", "<tag>the</tag> <extra_0>", "emoji 😀 low",
    "abcdefghijk lowlowlow thethethe", "the low is the low is the low is the low is a city now the end", "low " * 30 + "the end of it",
    "[UNK] <unk> <s>NOTUSED </s>NOTUSED <unk>NOTUSED", "LOW Low lOw", "a <pad> low [PAD] end", "end.", "a,b;c", "the\u00a0low\u3000a\u200bb",
]

PAIRS = [(first, TEXTS[(7 * i + 3) % len(TEXTS)]) for i, first in enumerate(TEXTS)] + [("", ""), (TEXTS[0], ""), ("", TEXTS[0])]
PAIR_LIMITS = [None, 5, 12]


def characters():
    seen = {}
    for text in TEXTS:
        for c in text + text.lower():
            if not c.isspace():
                seen[c] = True
    for c in ["☃", "z", "Z"]:
        seen.pop(c, None)
    return list(seen)


def special(token, i, **more):
    return {"id": i, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": True, **more}


def word_piece(specials):
    words = ["the", "low", "Low", "LOW", "is", "city", "caf", "café", "cafe", "##est", "##low", "end", "two", "now", "an", "##the"]
    tokens = [*specials, *characters(), *("##" + c for c in characters()), *words, "X]", "[UNUSED]"]
    return {t: i for i, t in enumerate(dict.fromkeys(tokens))}


def byte_characters():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    extra = iter(range(256, 600))
    return [chr(b) if b in printable else chr(next(extra)) for b in range(256)]


def byte_pairs(specials):
    vocabulary = {t: i for i, t in enumerate([*specials, *byte_characters()])}
    merges = [("l", "o"), ("lo", "w"), ("Ġ", "low"), ("t", "h"), ("th", "e"), ("Ġ", "the"), ("Ġ", "Ġ"), ("Ã", "©"), ("Ġ", "a"), ("N", "E"),
              ("NE", "W"), ("i", "s"), ("Ġ", "is"), ("e", "n"), ("en", "d")]
    for left, right in merges:
        vocabulary.setdefault(left + right, len(vocabulary))
    return vocabulary, merges


def unigram(specials):
    draw = random.Random(7)
    words = ["▁the", "▁low", "low", "▁is", "▁city", "▁a", "▁", "▁caf", "▁café", "▁cafe", "▁LOW", "the", "est", "▁end", "\"", "fi"]
    tokens = [*words, *(c for c in characters() if c != "▁")]
    return [[t, 0.0] for t in specials] + [[t, -round(draw.uniform(1, 12), 4)] for t in dict.fromkeys(tokens) if t not in specials]


def template(first, last, ids, type_id=0):
    piece = lambda t: {"SpecialToken": {"id": t, "type_id": type_id}}
    single = [piece(first), {"Sequence": {"id": "A", "type_id": type_id}}, piece(last)]
    return {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": last, "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in (first, last)}}


def base_json(**parts):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
            "post_processor": None, "decoder": None, **parts}


def bert_json(specials, cls, sep, unk, processor, mask):
    vocabulary = word_piece(specials)
    added = [special(t, vocabulary[t], lstrip=t == "<mask>") for t in specials]
    return base_json(
        added_tokens=added,
        normalizer={"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        pre_tokenizer={"type": "BertPreTokenizer"},
        post_processor=template(cls, sep, vocabulary) if processor == "template" else
        {"type": "RobertaProcessing", "sep": [sep, vocabulary[sep]], "cls": [cls, vocabulary[cls]], "trim_offsets": True,
         "add_prefix_space": False},
        model={"type": "WordPiece", "unk_token": unk, "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
               "vocab": vocabulary})


def byte_json(specials, cls, sep, processor):
    vocabulary, merges = byte_pairs(specials)
    return base_json(
        added_tokens=[special(t, vocabulary[t], lstrip="mask" in t.lower()) for t in specials],
        pre_tokenizer={"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        post_processor={"type": "RobertaProcessing", "sep": [sep, vocabulary[sep]], "cls": [cls, vocabulary[cls]], "trim_offsets": True,
                        "add_prefix_space": False} if processor == "roberta" else template(cls, sep, vocabulary),
        model={"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
               "fuse_unk": False, "byte_fallback": False, "vocab": vocabulary, "merges": [" ".join(m) for m in merges]})


def unigram_json(specials, first, last, unk_id, normalizer):
    vocabulary = unigram(specials)
    ids = {t: i for i, (t, _) in enumerate(vocabulary)}
    return base_json(
        added_tokens=[special(t, ids[t], lstrip="mask" in t.lower()) for t in specials if "NOTUSED" not in t],
        normalizer=normalizer,
        pre_tokenizer={"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {
            "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}]},
        post_processor=template(first, last, ids),
        model={"type": "Unigram", "unk_id": unk_id, "vocab": vocabulary, "byte_fallback": False})


ALBERT_NORMALIZER = {"type": "Sequence", "normalizers": [
    {"type": "Replace", "pattern": {"String": "``"}, "content": "\""}, {"type": "Replace", "pattern": {"String": "''"}, "content": "\""},
    {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]}
BERT_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA_SPECIALS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": POSITIONS,
         "initializer_range": 0.4}


def bert_like():
    return bert_json(BERT_SPECIALS, "[CLS]", "[SEP]", "[UNK]", "template", "[MASK]")


FAMILIES = {
    "bert": ("BertTokenizer", bert_like, SIZES),
    "distilbert": ("DistilBertTokenizer", bert_like,
                   {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24, "max_position_embeddings": POSITIONS, "initializer_range": 0.4}),
    "electra": ("ElectraTokenizer", bert_like, {**SIZES, "embedding_size": 16}),
    "mpnet": ("MPNetTokenizer", lambda: bert_json(["<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>"], "<s>", "</s>", "[UNK]", "roberta", "<mask>"),
              {**SIZES, "pad_token_id": 1}),
    "roberta": ("RobertaTokenizer", lambda: byte_json(ROBERTA_SPECIALS, "<s>", "</s>", "roberta"),
                {**SIZES, "pad_token_id": 1, "type_vocab_size": 1}),
    "xlm-roberta": ("XLMRobertaTokenizer", lambda: unigram_json(ROBERTA_SPECIALS, "<s>", "</s>", 3, None),
                    {**SIZES, "pad_token_id": 1, "type_vocab_size": 1}),
    "camembert": ("CamembertTokenizer", lambda: unigram_json(
        ["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>", "<mask>"], "<s>", "</s>", 3, None),
        {**SIZES, "pad_token_id": 1, "type_vocab_size": 1}),
    "albert": ("AlbertTokenizer", lambda: unigram_json(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], "[CLS]", "[SEP]", 1, ALBERT_NORMALIZER),
               {**SIZES, "embedding_size": 16}),
    "modernbert": ("PreTrainedTokenizerFast", lambda: byte_json(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "[CLS]", "[SEP]", "template"),
                   {**SIZES, "pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3, "local_attention": 8,
                    "global_attn_every_n_layers": 2}),
}


def ids_of(d):
    vocabulary = d["vocab"]
    return vocabulary if isinstance(vocabulary, dict) else {t: i for i, (t, _) in enumerate(vocabulary)}


def new_token(draw, id_=None):
    token = {"content": draw.choice(["[NEW]", "<ent>", "low", "NEW", "<extra_0>", "the", "é", "東京", "[CLS]", "<tag>", " low"])}
    for key in ("lstrip", "rstrip", "single_word", "normalized", "special"):
        if draw.random() < 0.5:
            token[key] = draw.random() < 0.5
    return token


def named(d, draw):
    keys = ["cls_token", "sep_token", "bos_token", "eos_token", "unk_token", "pad_token", "mask_token"]
    return draw.choice(keys), draw.choice([*d["specials"], "[NEW]", "<ent>", "the"])


def typed(token):
    return {"__type": "AddedToken", **token}


def config_boolean(d, draw):
    key = draw.choice(["do_lower_case", "strip_accents", "tokenize_chinese_chars", "keep_accents", "add_prefix_space", "trim_offsets"])
    d["tokenizer_config.json"][key] = draw.random() < 0.5


def irrelevant(d, draw):
    d["tokenizer_config.json"].update(draw.choice([
        {"clean_up_tokenization_spaces": True}, {"do_basic_tokenize": False}, {"never_split": ["low"]}, {"errors": "strict"},
        {"name_or_path": "x"}, {"backend": "tokenizers"}, {"chat_template": "{{ messages }}"}, {"sp_model_kwargs": {}}, {"max_len": 9},
        {"add_bos_token": True}, {"add_eos_token": False}, {"legacy": True}, {"pad_token_type_id": 3}, {"is_local": False},
        {"fast_tokenizer_files": ["tokenizer.json"]}, {"init_inputs": []}, {"stride": 3}, {"max_length": 5}, {"verbose": True},
        {"truncation_strategy": "only_first"}, {"strip_accents": None}, {"vocab_file": "x"}, {"tokenizer_file": "y"}]))


def refusable(d, draw):
    d["tokenizer_config.json"].update(draw.choice([
        {"vocab": {"a": 0}}, {"init_inputs": ["x"]}, {"fast_tokenizer_files": ["tokenizer.4.0.json"]}, {"do_lower_case": None},
        {"truncation_side": "middle"}, {"model_input_names": ["input_ids"]}, {"cls_token": {"content": "[CLS]"}}, {"do_lower_case": "no"},
        {"extra_special_tokens": "x"}, {"model_input_names": None}, {"split_special_tokens": 1}, {"processor_class": "FooProcessor"}]))


def side(d, draw):
    where = draw.randrange(3)
    if where != 1:
        d["tokenizer_config.json"]["truncation_side"] = draw.choice(["left", "left", "right"])
    if where and d["tokenizer.json"]:
        d["tokenizer.json"]["truncation"] = {"direction": draw.choice(["Left", "Right"]), "max_length": draw.choice([3, 8, 100]),
                                             "strategy": "LongestFirst", "stride": draw.choice([0, 0, 1])}


def padding(d, draw):
    if draw.random() < 0.3:
        d["tokenizer_config.json"]["padding_side"] = draw.choice(["left", "right"])
    elif d["tokenizer.json"]:
        pad = d["specials"][1] if "<pad>" in d["specials"] else d["specials"][0]
        d["tokenizer.json"]["padding"] = {"strategy": draw.choice(["BatchLongest", {"Fixed": 20}]), "direction": draw.choice(["Right", "Right", "Left"]),
                                          "pad_to_multiple_of": draw.choice([None, 8]), "pad_id": draw.choice([0, 1, 7]), "pad_type_id": 0,
                                          "pad_token": pad}


def tokenizer_class(d, draw):
    name = draw.choice([d["class"], d["class"] + "Fast", "PreTrainedTokenizerFast", "PreTrainedTokenizer", None, "TokenizersBackend", "FooTokenizer",
                        "BertTokenizer", "DistilBertTokenizerFast", "MPNetTokenizer", "RobertaTokenizer", "BartTokenizerFast", "XLMRobertaTokenizer",
                        "CamembertTokenizer", "AlbertTokenizerFast", "ElectraTokenizerFast", "BertJapaneseTokenizer", "GPT2Tokenizer", "LlamaTokenizer"])
    if draw.random() < 0.2:
        d["config.json"]["tokenizer_class"] = name
        d["tokenizer_config.json"].pop("tokenizer_class", None)
    elif name is None:
        d["tokenizer_config.json"].pop("tokenizer_class", None)
    else:
        d["tokenizer_config.json"]["tokenizer_class"] = name
    if draw.random() < 0.15:
        d["tokenizer_config.json"]["auto_map"] = {"AutoTokenizer": ["tokenization.Own", None]}


def backend(d, draw):
    d["tokenizer_config.json"]["tokenizer_class"] = "PreTrainedTokenizerFast"


def input_names(d, draw):
    d["tokenizer_config.json"]["model_input_names"] = draw.choice(
        [["input_ids", "attention_mask"], ["input_ids", "token_type_ids", "attention_mask"]])


def named_token(d, draw):
    key, token = named(d, draw)
    form = draw.randrange(4)
    d["tokenizer_config.json"][key] = (token if form < 2 else None if form == 2 and key in ("mask_token", "bos_token") else
                                       typed({"content": token, "lstrip": draw.random() < 0.5, "rstrip": draw.random() < 0.5}))


def extra_tokens(d, draw):
    tokens = [draw.choice([new_token(draw)["content"], typed(new_token(draw))]) for _ in range(draw.randrange(1, 4))]
    config = d["tokenizer_config.json"]
    form = draw.randrange(6)
    if form == 0:
        config["additional_special_tokens"] = tokens
    elif form == 1:
        config["extra_special_tokens"] = tokens
    elif form == 2:
        config["extra_special_tokens"] = {f"x{i}_token": t for i, t in enumerate(tokens)}
    elif form == 3:
        config["entity_token"] = tokens[0]
    elif form == 4:
        config["additional_special_tokens"], config["extra_special_tokens"] = tokens[:1], tokens[1:]
    else:
        config["model_specific_special_tokens"] = {f"x{i}": t for i, t in enumerate(tokens)}


def decoder(d, draw):
    ids = ids_of(d)
    entries = {}
    if draw.random() < 0.7:
        entries.update({str(ids[t]): {k: v for k, v in special(t, 0, lstrip="mask" in t).items() if k != "id"} for t in d["specials"]})
    for i in range(draw.randrange(0, 4)):
        token = new_token(draw)
        at = ids.get(token["content"], len(ids) + i)
        entries[str(at + (draw.random() < 0.2) * 3)] = token
    d["tokenizer_config.json"]["added_tokens_decoder"] = entries


def special_map(d, draw):
    entries = {}
    for _ in range(draw.randrange(1, 4)):
        key, token = named(d, draw)
        entries[key] = token if draw.random() < 0.5 else {**new_token(draw), "content": token}
    if draw.random() < 0.3:
        entries["additional_special_tokens"] = [new_token(draw)["content"] for _ in range(2)]
    if draw.random() < 0.2:
        entries["extra_special_tokens"] = [draw.choice([new_token(draw), new_token(draw)["content"]])]
    d["special_tokens_map.json"] = entries


def added_file(d, draw):
    ids = ids_of(d)
    entries = {}
    for i in range(draw.randrange(1, 5)):
        token = new_token(draw)["content"]
        entries[token] = ids.get(token, len(ids) + i) + (draw.random() < 0.2) * 2
    d["added_tokens.json"] = entries


def json_added(d, draw):
    if not d["tokenizer.json"]:
        return
    ids, added = ids_of(d), d["tokenizer.json"]["added_tokens"]
    for i in range(draw.randrange(1, 4)):
        token = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False, **new_token(draw)}
        if token["content"] not in [t["content"] for t in added]:
            added.append({"id": ids.get(token["content"], len(ids) + i) + (draw.random() < 0.1), **token})
    if draw.random() < 0.3:
        draw.choice(added)[draw.choice(["lstrip", "rstrip", "single_word", "normalized"])] = True


def json_normalizer(d, draw):
    if d["tokenizer.json"]:
        step = lambda t: {"type": t}
        d["tokenizer.json"]["normalizer"] = draw.choice([
            None, step("Lowercase"), step("NFC"), step("NFKC"), {"type": "Sequence", "normalizers": [step("NFD"), step("StripAccents"), step("Lowercase")]},
            {"type": "BertNormalizer", "clean_text": draw.random() < 0.5, "handle_chinese_chars": draw.random() < 0.5,
             "strip_accents": draw.choice([None, True, False]), "lowercase": draw.random() < 0.5},
            {"type": "Replace", "pattern": {"String": "low"}, "content": "the low"}, {"type": "Strip", "strip_left": True, "strip_right": True},
            {"type": "Sequence", "normalizers": []}])


def json_pre_tokenizer(d, draw):
    json_ = d["tokenizer.json"]
    if not json_:
        return
    if "merges" in json_["model"]:
        json_["pre_tokenizer"]["add_prefix_space"] = draw.random() < 0.7
    elif isinstance(json_["model"]["vocab"], list):
        json_["pre_tokenizer"] = draw.choice([
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": draw.choice(["always", "first", "never"]), "split": draw.random() < 0.5},
            {"type": "WhitespaceSplit"}])
    else:
        json_["pre_tokenizer"] = {"type": draw.choice(["Whitespace", "WhitespaceSplit", "BertPreTokenizer"])}


def json_processor(d, draw):
    json_ = d["tokenizer.json"]
    if not json_:
        return
    ids = ids_of(d)
    cls, sep = [t for t in d["specials"] if t in ("[CLS]", "<s>")][0], [t for t in d["specials"] if t in ("[SEP]", "</s>")][0]
    json_["post_processor"] = draw.choice([
        None, template(cls, sep, ids), template(sep, cls, ids), template(cls, sep, ids, 1),
        {"type": "BertProcessing", "sep": [sep, ids[sep]], "cls": [cls, ids[cls]]}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False,
                                                                                       "use_regex": True},
        {"type": "RobertaProcessing", "sep": [sep, ids[sep]], "cls": [cls, ids[cls]], "trim_offsets": draw.random() < 0.5,
         "add_prefix_space": draw.random() < 0.5}])


def json_model(d, draw):
    if not d["tokenizer.json"]:
        return
    model = d["tokenizer.json"]["model"]
    if "merges" in model:
        model.update(draw.choice([{"ignore_merges": True}, {"byte_fallback": True}, {"fuse_unk": True}, {"dropout": None}]))
    elif isinstance(model["vocab"], list):
        model.update(draw.choice([{"unk_id": 0}, {"unk_id": 5}, {"byte_fallback": True}]))
    else:
        model.update(draw.choice([{"max_input_chars_per_word": 3}, {"continuing_subword_prefix": "@@"}, {"unk_token": d["specials"][0]}]))
    if draw.random() < 0.1:
        model.pop("type", None)


def without_json(d, draw):
    model = d["tokenizer.json"]["model"] if d["tokenizer.json"] else None
    if not model or isinstance(model["vocab"], list):
        return
    if "merges" in model:
        d["vocab.json"] = model["vocab"]
        d["merges.txt"] = "#version: 0.2\n" + "\n".join(m if isinstance(m, str) else " ".join(m) for m in model["merges"]) + "\n"
    else:
        d["vocab.txt"] = "\n".join(model["vocab"]) + draw.choice(["\n", "", "\n\n"])
    d["tokenizer.json"] = None


def no_config(d, draw):
    d["tokenizer_config.json"] = {}


def sentence_settings(d, draw):
    d["sentence_bert_config.json"].update(draw.choice([{"do_lower_case": True}, {"max_seq_length": None}, {"max_seq_length": 7}]))


def length(d, draw):
    d["sentence_bert_config.json"]["max_seq_length"] = None
    d["tokenizer_config.json"][draw.choice(["model_max_length", "max_len"])] = draw.choice([6, 11, int(1e30)])


def splitting(d, draw):
    d["tokenizer_config.json"]["split_special_tokens"] = True


SETTINGS = [config_boolean] * 4 + [irrelevant, refusable, side, side, padding, tokenizer_class, tokenizer_class, backend, backend, input_names, named_token,
            named_token, extra_tokens, extra_tokens, decoder, decoder, special_map, special_map, added_file, added_file, json_added, json_added, json_normalizer,
            json_normalizer, json_pre_tokenizer, json_processor, json_processor, json_model, without_json, without_json, no_config, sentence_settings,
            length, splitting]


def write(folder, d):
    for name, content in d.items():
        if name.endswith((".json", ".txt")) and content is not None:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            (folder / name).write_text(text, encoding="utf-8")
    (folder / "modules.json").write_text(json.dumps([
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}))


class Family:
    def __init__(self, name, folder):
        self.type, self.folder = name, folder / name
        self.name_of_class, make, sizes = FAMILIES[name]
        self.json = make()
        vocabulary = self.json["model"]["vocab"]
        config = AutoConfig.for_model(name, vocab_size=len(vocabulary) + SPARE_ROWS, **sizes)
        torch.manual_seed(3)
        AutoModel.from_config(config).eval().save_pretrained(self.folder)
        self.config = json.loads((self.folder / "config.json").read_text())
        for key in ("tokenizer_class", "transformers_version"):
            self.config.pop(key, None)

    def directory(self, draw):
        specials = [t["content"] for t in self.json["added_tokens"]]
        d = {"config.json": copy.deepcopy(self.config), "tokenizer.json": copy.deepcopy(self.json), "class": self.name_of_class,
             "vocab": self.json["model"]["vocab"], "specials": specials,
             "tokenizer_config.json": {"tokenizer_class": self.name_of_class, "model_max_length": 30},
             "sentence_bert_config.json": {"max_seq_length": 12, "do_lower_case": False}}
        if self.type == "modernbert":
            d["tokenizer_config.json"].update(cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]", unk_token="[UNK]")
        chosen = draw.sample(SETTINGS, draw.choice([1, 1, 2, 2, 3, 4, 6]))
        for change in chosen:
            change(d, draw)
        return d, sorted({change.__name__ for change in chosen})


def reference(folder):
    """Ids, offsets and vectors, and what pairs give for each limit, or the exception that the reference throws."""
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        tokens = model.tokenizer(TEXTS, return_offsets_mapping=True, padding=False, truncation=False)
        vectors = model.encode(TEXTS, batch_size=8, show_progress_bar=False)
        return tokens["input_ids"], tokens["offset_mapping"], vectors, [reference_pairs(model.tokenizer, limit) for limit in PAIR_LIMITS]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def reference_pairs(tokenizer, limit):
    firsts, seconds = zip(*PAIRS)
    tokens = tokenizer(list(firsts), list(seconds), return_offsets_mapping=True, padding=False,
                       **({"truncation": "longest_first", "max_length": limit} if limit else {"truncation": False}))
    ids = tokens["input_ids"]
    types = tokens["token_type_ids"] if "token_type_ids" in tokens else [[0] * len(row) for row in ids]
    return [{"ids": ids[i], "offsets": [list(o) for o in tokens["offset_mapping"][i]], "type_ids": types[i],
             "sequence_ids": tokens.sequence_ids(i)} for i in range(len(ids))]


def our_pairs(mtt, folder, limit):
    """The same from mtt; None where it says that it encodes no pairs."""
    rows = "".join(json.dumps({"text": a, "text_pair": b}) + "\n" for a, b in PAIRS)
    tokens = subprocess.run([mtt, "tokenize", "--model", folder, "--field", "text", *(["--max-tokens", str(limit)] if limit else [])],
                            input=rows, capture_output=True, text=True)
    if tokens.returncode:
        if "does not encode pairs" not in tokens.stderr:
            raise SystemExit(f"mtt refuses pairs: {tokens.stderr}")
        return None
    return [json.loads(line) for line in tokens.stdout.splitlines()]


def ours(mtt, folder, rows):
    """The same from mtt, or its message."""
    out = folder / "vectors.npy"
    tokens = subprocess.run([mtt, "tokenize", "--model", folder, "--input", rows, "--field", "text", "--output", "-"],
                            capture_output=True, text=True)
    if tokens.returncode:
        return tokens.stderr
    vectors = subprocess.run([mtt, "encode", "--model", folder, "--input", rows, "--field", "text", "--output", out, "--threads", "1"],
                             capture_output=True, text=True)
    if vectors.returncode:
        return vectors.stderr
    lines = [json.loads(line) for line in tokens.stdout.splitlines()]
    return ([line["ids"] for line in lines], [[tuple(o) for o in line["offsets"]] for line in lines], np.load(out),
            [our_pairs(mtt, folder, limit) for limit in PAIR_LIMITS])


def pair_difference(theirs, mine):
    for limit, expected, found in zip(PAIR_LIMITS, theirs, mine):
        if found is None:
            continue
        for pair, row, our_row in zip(PAIRS, expected, found, strict=True):
            for key, value in row.items():
                if our_row[key] != value:
                    return f"{key} of {pair!r} with the limit {limit}: {our_row[key]}, reference {value}"
    return ""


def difference(theirs, mine):
    for i, text in enumerate(TEXTS):
        if theirs[0][i] != mine[0][i]:
            return f"ids of {text!r}: {mine[0][i]}, reference {theirs[0][i]}"
        if [tuple(o) for o in theirs[1][i]] != mine[1][i]:
            return f"offsets of {text!r}: {mine[1][i]}, reference {theirs[1][i]}"
    largest = np.abs(theirs[2] - mine[2]).max(axis=1)
    if not largest.max() <= TOLERANCE:
        return f"vector of {TEXTS[int(largest.argmax())]!r}: {largest.max():.2g}"
    return pair_difference(theirs[3], mine[3])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where directories with a silent difference are kept")
    parser.add_argument("--refusals", action="store_true", help="print what mtt says of directories that it refuses")
    args = parser.parse_args()
    torch.set_num_threads(1)
    counts, settings = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        rows = work / "texts.jsonl"
        rows.write_text("".join(json.dumps({"text": t}) + "\n" for t in TEXTS))
        families = [Family(name, work) for name in FAMILIES]
        for i in range(args.count):
            family = families[i % len(families)]
            d, chosen = family.directory(random.Random(f"{args.seed} {i}"))
            folder = work / f"directory_{i}"
            folder.mkdir()
            write(folder, d)
            os.link(family.folder / "model.safetensors", folder / "model.safetensors")
            mine, theirs = ours(args.mtt, folder, rows), reference(folder)
            if isinstance(theirs, str):
                counts["read by mtt alone" if not isinstance(mine, str) else "refused by both"] += 1
            elif isinstance(mine, str):
                counts["refused by mtt"] += 1
                if args.refusals:
                    print(f"{i} {family.type} {' '.join(chosen)}: {mine.strip().splitlines()[-1]}", flush=True)
            else:
                wrong = difference(theirs, mine)
                counts["silent differences" if wrong else "equal"] += 1
                counts["pairs refused by mtt"] += None in mine[3]
                settings.update(chosen)
                if wrong:
                    print(f"FAIL {i} {family.type} {' '.join(chosen)}: {wrong}", flush=True)
                    if args.keep:
                        shutil.copytree(folder, args.keep / f"{args.seed}_{i}", dirs_exist_ok=True)
            shutil.rmtree(folder)
    print(f"{args.count} directories: " + ", ".join(f"{n} {what}" for what, n in counts.most_common() if n))
    print("settings among those compared: " + ", ".join(f"{what} {n}" for what, n in settings.most_common()))
    raise SystemExit(1 if counts["silent differences"] else 0)


if __name__ == "__main__":
    main()
