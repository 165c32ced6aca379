#!/usr/bin/env python3
"""Compares `mtt tokenize` with Hugging Face tokenizers: ids and offsets, on the golden strings, every text of the data sets,
every code point alone and between two letters, and 100,000 generated hostile strings. Offsets are those of code points of the
text as it was given. Tokens are compared by what the reference says of their ids.

100,000 pairs of such texts, of long ones and of empty ones are compared with transformers, without a limit and truncated to several
lengths on both sides: ids, offsets, type ids, and which text each token belongs to.

Usage: tokenizer_parity.py --mtt build/release/bin/mtt --model DIR|--train STYLE --data DIR --conformance DIR [--only texts|pairs]
With --train, the tokenizer is trained on the data sets, in a style of trained_tokenizers.py: llama, gemma, ...; "all": each of them.
Needs tokenizers 0.23.3 and transformers 5.24. Prints the first differences; exits 1 if there is any.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "critical")
from tokenizers import Tokenizer
from trained_tokenizers import STYLES, write
from transformers import AutoTokenizer

BATCH = 20_000
PAIR_BATCH = 200
PAIRS = 100_000
LIMITS = [None, 0, 1, 2, 7, 20, 61, 126]  # tokens beside the special ones
SHOWN = 10


def strings_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings_in(item)


def data_texts(data):
    for path in sorted(data.rglob("*")):
        if path.suffix == ".jsonl":
            for line in path.open(encoding="utf-8"):
                yield from (v for k, v in json.loads(line).items() if k in ("text", "text_pair"))
        elif path.suffix in (".conll", ".annotated", ".txt"):
            yield from path.read_text(encoding="utf-8", errors="ignore").splitlines()


def code_points():
    for cp in range(0x110000):
        if not 0xD800 <= cp < 0xE000:
            yield chr(cp)
            yield "a" + chr(cp) + "b"


def hostile(count, seed, added=()):
    draw = random.Random(seed)
    anywhere = [chr(cp) for cp in (draw.randrange(0x110000) for _ in range(5000)) if not 0xD800 <= cp < 0xE000]
    pools = [
        [chr(cp) for cp in range(0x80)],
        [chr(cp) for cp in range(0x80, 0x600)],
        [chr(cp) for cp in range(0x300, 0x370)],
        [chr(cp) for cp in range(0x4E00, 0x4F00)],
        [chr(cp) for cp in range(0xAC00, 0xAD00)],
        ["[MASK]", "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[mask]", "##ing", "##", "word", "unaffable"],
        list("\u0344\u0f73\u0f75\u0f81\u302e\u0345\u0334\ufb1d\u2126\u0130\u1e9e\u03a3\x85\x0b\u00a0\u2028\ufeff\ufffd\0\u200d"),
        anywhere,
        [*added, " ", "  ", "\n", "'s", "'LL", "can't"],
        list("ae\u0300\u0301\u200d\u094d\u0915\u0937\u09cd\u0995\u093f\u0e33\u0600\u1100\u1161\u11a8\uac00\u00a9\u2764\ufe0f\U0001f600\U0001f3fb\U0001f1e9\r\n"),
        list("\u2581\ufb01\u00bd\u2460\u32a2\uff21\uff76\uff9e\u3000\u00a0\u200b\u00ad\u2028`'\" \x01\x7f\x8f"),
        [c * n for c in "-=.!a\u2581\u3042" for n in (1, 2, 3, 5, 9)],
        ["<0x41>", "<0xE4>", "<0x", "\u2581the", "the", " the", "\n\n", "\t\t", *" \u2581\u00e4\u4e2d\U0001f600\u2019"],
    ]
    for _ in range(count):
        chosen = draw.sample(pools, draw.randrange(1, 4))
        yield "".join(draw.choice(draw.choice(chosen)) for _ in range(draw.randrange(1, 60)))


def drawn_pairs(texts, count, longest, draw):
    """The reference keeps what it cuts off, in memory that grows with the square of the length: `longest` is in characters."""

    def text():
        kind = draw.random()
        length = 0 if kind < 0.05 else 1 if kind < 0.9 else draw.randrange(2, 20)
        return " ".join(draw.choice(texts) for _ in range(length))[:longest]

    for _ in range(count):
        first = text()
        yield first, first if draw.random() < 0.05 else text()


def tokenized(mtt, model, rows, folder, *options):
    source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    subprocess.run([mtt, "tokenize", "--model", model, "--input", source, "--field", "text", "--output", out, *options], check=True)
    with out.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


class Differences:
    def __init__(self):
        self.count = 0

    def check(self, equal, *shown):
        if not equal:
            self.count += 1
            if self.count <= SHOWN:
                print(*shown, sep="\n  ", flush=True)


def compare_texts(args, texts, folder):
    reference = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    reference.no_truncation()
    reference.no_padding()
    added = {i: token.content for i, token in reference.get_added_tokens_decoder().items()}
    name = lambda i: added.get(i) or reference.id_to_token(i)
    rows = tokenized(args.mtt, args.model, [{"text": t} for t in texts], folder)
    differences = Differences()
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        for text, theirs, row in zip(batch, reference.encode_batch(batch), rows):
            equal = row["ids"] == theirs.ids and [tuple(o) for o in row["offsets"]] == theirs.offsets
            differences.check(equal and row["tokens"] == [name(i) for i in theirs.ids], repr(text), theirs.ids, theirs.offsets, row)
    print(f"{len(texts)} texts, {differences.count} differences")
    return differences.count


def with_side(model, side, folder):
    """A copy of a model directory, without weights, whose tokenizer truncates on a side."""
    copy = Path(folder) / side
    shutil.copytree(model, copy, ignore=shutil.ignore_patterns("*.safetensors", "*.bin", "*.onnx"))
    config = model / "tokenizer_config.json"
    settings = json.loads(config.read_text()) if config.exists() else {}
    (copy / "tokenizer_config.json").write_text(json.dumps({**settings, "truncation_side": side}))
    return copy


def compare_pairs(args, texts, folder):
    settings = [(side, limit) for side in ("right", "left") for limit in LIMITS]
    count, draw = -(-PAIRS // len(settings)), random.Random(args.seed)
    differences, truncated = Differences(), 0
    models = {side: with_side(args.model, side, folder) for side in ("right", "left")}
    references = {side: AutoTokenizer.from_pretrained(models[side]) for side in models}
    for side, limit in settings:
        reference = references[side]
        pairs = [*drawn_pairs(texts, count, None if limit is None else 12 * (limit + 2), draw)]
        length = None if limit is None else limit + reference.num_special_tokens_to_add(pair=True)
        options = ["--max-tokens", str(length)] if length else []
        truncation = {"truncation": "longest_first", "max_length": length} if length else {"truncation": False}
        rows = tokenized(args.mtt, models[side], [{"text": a, "text_pair": b} for a, b in pairs], folder, *options)
        for start in range(0, len(pairs), PAIR_BATCH):
            batch = pairs[start : start + PAIR_BATCH]
            theirs = reference([a for a, _ in batch], [b for _, b in batch], padding=False, return_offsets_mapping=True, **truncation)
            for j, pair in enumerate(batch):
                row = next(rows)
                ids = theirs["input_ids"][j]
                types = theirs["token_type_ids"][j] if "token_type_ids" in theirs else [0] * len(ids)
                expected = [ids, [list(o) for o in theirs["offset_mapping"][j]], types, theirs.sequence_ids(j)]
                found = [row[key] for key in ("ids", "offsets", "type_ids", "sequence_ids")]
                differences.check(found == expected, f"{side} {length} {pair!r}", expected, found)
                truncated += len(ids) == length
    print(f"{count * len(settings)} pairs, {truncated} of them as long as their limit, {differences.count} differences")
    return differences.count


def compare(args):
    added = Tokenizer.from_file(str(args.model / "tokenizer.json")).get_added_tokens_decoder().values()
    golden = json.loads((args.conformance / "tokenizer_golden.json").read_text(encoding="utf-8"))
    texts = [*strings_in(golden), *data_texts(args.data)]
    contents = [token.content for token in added]
    different = 0
    with tempfile.TemporaryDirectory() as folder:
        if args.only != "pairs":
            different += compare_texts(args, [*texts, *code_points(), *hostile(100_000, args.seed, contents)], folder)
        if args.only != "texts":
            different += compare_pairs(args, [*texts, *hostile(20_000, args.seed, contents)], folder)
    return different


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", type=Path)
    source.add_argument("--train", choices=[*STYLES, "all"])
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--conformance", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["texts", "pairs"])
    args = parser.parse_args()
    styles = [*STYLES] if args.train == "all" else [args.train]
    different = 0
    with tempfile.TemporaryDirectory() as folder:
        for style in styles:
            if style:
                print(style, flush=True)
                args.model = Path(folder) / style
                write(style, [*data_texts(args.data)], args.model)
            different += compare(args)
    raise SystemExit(different > 0)


if __name__ == "__main__":
    main()
