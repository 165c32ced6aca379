#!/usr/bin/env python3
"""Compares `mtt tokenize` with Hugging Face tokenizers: ids and offsets, on the golden strings, every text of the data sets,
every code point alone and between two letters, and 100,000 generated hostile strings. Offsets are those of code points of the
text as it was given. Tokens are compared by what the reference says of their ids.

Usage: tokenizer_parity.py --mtt build/release/bin/mtt --model DIR --data DIR --conformance DIR
Needs tokenizers 0.23.3. Prints the first differences; exits 1 if there is any.
"""
import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

from tokenizers import Tokenizer

BATCH = 20_000


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
    ]
    for _ in range(count):
        chosen = draw.sample(pools, draw.randrange(1, 4))
        yield "".join(draw.choice(draw.choice(chosen)) for _ in range(draw.randrange(1, 60)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--conformance", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    reference = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    added = {i: token.content for i, token in reference.get_added_tokens_decoder().items()}
    name = lambda i: added.get(i) or reference.id_to_token(i)
    golden = json.loads((args.conformance / "tokenizer_golden.json").read_text(encoding="utf-8"))
    texts = [*strings_in(golden), *data_texts(args.data), *code_points(),
             *hostile(100_000, args.seed, [*added.values()])]
    reference.no_truncation()
    reference.no_padding()
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        source.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
        subprocess.run([args.mtt, "tokenize", "--model", args.model, "--input", source, "--field", "text", "--output", out], check=True)
        different = 0
        with out.open(encoding="utf-8") as ours:
            for start in range(0, len(texts), BATCH):
                batch = texts[start : start + BATCH]
                for text, theirs in zip(batch, reference.encode_batch(batch)):
                    row = json.loads(next(ours))
                    if row["ids"] != theirs.ids or [tuple(o) for o in row["offsets"]] != theirs.offsets or row["tokens"] != [name(i) for i in theirs.ids]:
                        different += 1
                        if different <= 10:
                            print(repr(text), theirs.ids, theirs.offsets, row, sep="\n  ")
    print(f"{len(texts)} texts, {different} differences")
    raise SystemExit(different > 0)


if __name__ == "__main__":
    main()
