"""Model directories with a BPE vocabulary of characters, trained on given texts, with the components of Llama's and Gemma's files."""
import json

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

BYTES = [f"<0x{b:02X}>" for b in range(256)]
REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
PREPEND = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, REPLACE]}
LONGEST_LINE = 60  # of a text that is one word to the trainer


def metaspace(scheme, split):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}


def split(behavior, text=" ", invert=False):
    return {"type": "Split", "pattern": {"String": text}, "behavior": behavior, "invert": invert}


def added(token, **more):
    return {"content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **more}


LLAMA_SPECIALS = [added("<unk>"), added("<s>"), added("</s>")]
GEMMA_SPECIALS = [added(t) for t in ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")]
ORDINARY = {"normalized": False, "special": False}

# style: normalizer, pre-tokenizer, added tokens, settings of the model, bytes that have a token
STYLES = {
    "llama": (PREPEND, None, [*LLAMA_SPECIALS, added("<ent>", lstrip=True), added("the", **ORDINARY, single_word=True)], {}, BYTES),
    "llama-normalized": (PREPEND, None, [added(t, normalized=True) for t in ("<unk>", "<s>", "</s>")] + [added("the", normalized=True, special=False)],
                         {}, BYTES),
    "gemma": (REPLACE, split("MergedWithPrevious"),
              [*GEMMA_SPECIALS, *(added(c * n, **ORDINARY) for c in "\n▁\t" for n in range(2, 6)), added("<h1>", **ORDINARY),
               *(added(f"<unused{i}>") for i in range(99)), added("<start_of_image>", rstrip=True)], {}, BYTES),
    "metaspace-first": (None, metaspace("first", False), LLAMA_SPECIALS, {"unk_token": None}, BYTES),
    "metaspace-always": (None, metaspace("always", True), [*LLAMA_SPECIALS, added("<ent>", rstrip=True)], {"ignore_merges": True}, BYTES),
    "metaspace-never": (None, metaspace("never", True), LLAMA_SPECIALS, {"fuse_unk": False}, BYTES),
    "some-bytes": (PREPEND, None, LLAMA_SPECIALS, {"fuse_unk": True}, BYTES[0x60:0xE5]),
    "some-bytes-unfused": (None, metaspace("first", True), LLAMA_SPECIALS, {"fuse_unk": False}, BYTES[0x60:0xE5]),
    "some-bytes-without-unknown": (REPLACE, split("Isolated", "▁"), LLAMA_SPECIALS, {"unk_token": None}, BYTES[0x60:0xE5]),
    "no-bytes": (REPLACE, split("MergedWithNext", "▁"), LLAMA_SPECIALS, {"byte_fallback": False}, []),
    "whole-words": (None, {"type": "WhitespaceSplit"}, [], {"ignore_merges": True, "unk_token": "e", "byte_fallback": False}, []),
}


def trained(texts, crosses_words, size):
    """The vocabulary and merges of a BPE model; its tokens may hold ▁ within if it crosses words."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    if crosses_words:
        texts = (text[:LONGEST_LINE] for text in texts)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, limit_alphabet=120, show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), model["merges"]


def write(style, texts, folder):
    """Writes a directory that a tokenizer can be read from; it has no weights."""
    normalizer, pre_tokenizer, tokens, settings, byte_tokens = STYLES[style]
    words, merges = trained(texts, crosses_words=style.startswith(("llama", "gemma", "some-bytes")), size=6000)
    first = [t["content"] for t in tokens if t["special"]]
    byte_merges = [[a, b] for a, b in (("<0xC3>", "<0xA4>"), ("<0xE2>", "<0x80>"), ("<0xE4>", "<0xB8>")) if {a, b} <= set(byte_tokens)]
    merges = [*merges, *byte_merges] if style != "gemma" else [" ".join(m) for m in [*byte_merges, *merges]]
    listed = dict.fromkeys([*first, *byte_tokens, *words, *(a + b for a, b in byte_merges)])
    vocabulary = {token: i for i, token in enumerate(listed)}
    beyond = [t["content"] for t in tokens if t["content"] not in vocabulary]
    ids = {**vocabulary, **{token: len(vocabulary) + i for i, token in enumerate(beyond)}}
    tokens = [{"id": ids[t["content"]], **t} for t in tokens]
    bos = next((t for t in ("<s>", "<bos>") if t in vocabulary), None)
    piece = lambda type_id: [{"SpecialToken": {"id": bos, "type_id": type_id}}] if bos else []
    one, two = ([*piece(i), {"Sequence": {"id": name, "type_id": i}}] for i, name in enumerate("AB"))
    model = {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": True, "byte_fallback": True, "ignore_merges": False, "vocab": vocabulary, "merges": merges, **settings}
    processor = {"type": "TemplateProcessing", "single": one, "pair": one + two,
                 "special_tokens": {bos: {"id": bos, "ids": [vocabulary[bos]], "tokens": [bos]}} if bos else {}}
    content = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": sorted(tokens, key=lambda t: t["id"]),
               "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": processor, "decoder": None, "model": model}
    folder.mkdir(parents=True)
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))
    (folder / "config.json").write_text(json.dumps({"model_type": "modernbert"}))
