#!/usr/bin/env python3
"""Writes unicode_tables.inc by asking the reference library about every code point.

Usage: python unicode_tables.py > unicode_tables.inc     (needs tokenizers 0.23.3)

Nothing here is taken from a Unicode database: the reference's own tables are of several Unicode versions, and
only its answers count. Every assumption that the C++ code makes is asserted here for all code points.
"""
import struct
import sys
import unicodedata

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

REFERENCE = "0.23.3"
SPACE, REMOVED, CJK, NONSPACING, MARK, PUNCTUATION, WORD, LETTER, NUMBER = (1 << i for i in range(9))
BLOCK = 128
HANGUL = range(0xAC00, 0xD7A4)
GRAPHEME_CLASSES = (
    "other", "control", "cr", "lf", "extend", "conjunct_extend", "linker", "zwj", "spacing_mark", "prepend",
    "lead", "vowel", "tail", "lv", "lvt", "pictographic", "consonant",
)  # in the order of GraphemeClass in unicode.h


def code_points():
    return (cp for cp in range(0x110000) if not 0xD800 <= cp < 0xE000)


def bert(**on):
    options = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**options, **on}).normalize_str


def added_token_properties():
    """Which code points are word characters and white space for single_word, lstrip and rstrip."""
    whole = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    whole.add_tokens([AddedToken("<t>", single_word=True, normalized=False)])
    strip = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    strip.add_tokens([AddedToken("<t>", rstrip=True, normalized=False)])
    word, space = set(), set()
    for cp in code_points():
        right = whole.encode("<t>" + chr(cp)).ids[0] == 0
        left = whole.encode(chr(cp) + "<t>").ids[-1] == 0
        assert right == left, hex(cp)
        if right:
            word.add(cp)
        if strip.encode("<t>" + chr(cp)).offsets[0] == (0, 4):
            space.add(cp)
    return word, space


def combining_classes(nfd):
    """Canonical combining classes, found by watching which marks change places."""
    low, high = "\u0334", "\u0345"  # the lowest class above zero and the highest
    marks = [
        cp
        for cp in code_points()
        if nfd(chr(cp)) == chr(cp)
        and (nfd("a" + high + chr(cp)) != "a" + high + chr(cp) or nfd("a" + chr(cp) + low) != "a" + chr(cp) + low)
    ]
    marks = sorted(set(marks) | {ord(low), ord(high)})
    swaps = lambda x, y: nfd("a" + x + y) == "a" + y + x and x != y
    samples = {}
    for cp in marks:
        samples.setdefault(unicodedata.combining(chr(cp)), chr(cp))
    samples.pop(0, None)
    result = {}
    for cp in marks:
        equal = [c for c, s in samples.items() if not swaps(chr(cp), s) and not swaps(s, chr(cp))]
        assert len(equal) == 1, (hex(cp), equal)
        result[cp] = equal[0]
    return result


def charsmap_of_points():
    """A Precompiled normalizer that makes "." of every grapheme cluster below 6 bytes, and of every character of longer ones."""
    root, leaf = 256, 511  # where the children of the root begin, and the one leaf that they share
    units = [0] * 512
    units[0] = root << 10
    for byte in range(1, 0xF5):
        units[root ^ byte] = byte | 1 << 8 | (root ^ byte ^ leaf) << 10
    units[leaf] = 1 << 31  # "." stands at 0
    return normalizers.Precompiled(struct.pack("<513I", 2048, *units) + b".\0")


def grapheme_class(count, cp):
    """Count tells clusters apart: those below 6 bytes count one, longer ones as many as they have characters."""
    x, mark, zwj, ka, virama, copyright = chr(cp), "\u0300", "\u200d", "\u0915", "\u094d", "\u00a9"
    size = len(x.encode())
    joined = lambda text: count(text) == len(text)
    if cp in (0x0D, 0x0A):
        return "cr" if cp == 0x0D else "lf"
    if count(x + mark + mark) == 2:
        return "control"
    if count("a" + x) == 1:
        if size < 4 and count(copyright + x + copyright) == 3:
            return "zwj"
        if not joined(copyright + x + zwj + copyright + mark):
            assert not joined(ka + x + ka + mark) and not joined(ka + virama + x + ka + mark), hex(cp)
            return "spacing_mark"
        if joined(ka + x + ka + mark):
            return "linker"
        return "conjunct_extend" if joined(ka + virama + x + ka + mark) else "extend"
    if count(x + "a") == 1:
        return "prepend"
    if size == 3:
        before = "".join(str(int(joined(p + x + mark))) for p in "\u1100\uac00\uac01")
        after = "".join(str(int(joined(x + n + mark))) for n in "\u1100\u1161\u11a8")
        if (before, after) != ("000", "000"):
            return {
                ("100", "110"): "lead", ("110", "011"): "vowel", ("011", "001"): "tail", ("100", "011"): "lv", ("100", "001"): "lvt",
            }[before, after]
    pictographic = joined(copyright + zwj + x + mark)
    consonant = joined(x + virama + ka + mark)
    assert not (pictographic and consonant), hex(cp)
    return "pictographic" if pictographic else "consonant" if consonant else "other"


def main():
    assert tokenizers.__version__ == REFERENCE, f"needs tokenizers {REFERENCE}, found {tokenizers.__version__}"
    nfd, nfc = normalizers.NFD().normalize_str, normalizers.NFC().normalize_str
    nfkd, nfkc = normalizers.NFKD().normalize_str, normalizers.NFKC().normalize_str
    points = charsmap_of_points().normalize_str
    count = lambda text: len(points(text))
    assert count("ab") == 2 and count("a\u0300") == 1 and count("a\u0300\u0300\u0300") == 4 and count("\r\n") == 1
    lower = normalizers.Lowercase().normalize_str
    marks = normalizers.StripAccents().normalize_str
    clean, cjk = bert(clean_text=True), bert(handle_chinese_chars=True)
    accents, bert_lower = bert(strip_accents=True), bert(lowercase=True)
    split_bert = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    split_space = pre_tokenizers.WhitespaceSplit().pre_tokenize_str
    split_word = pre_tokenizers.Whitespace().pre_tokenize_str
    letter, number, space = (
        pre_tokenizers.Split(Regex(pattern), "isolated").pre_tokenize_str for pattern in (r"\p{L}", r"\p{N}", r"\s")
    )
    matches = lambda split, c: len(split("\0" + c + "\0")) == 3
    word, regex_space = added_token_properties()
    classes = combining_classes(nfd)

    pool, pool_index = [], {}

    def pooled(text, source):
        if text == source:
            return (0, 0)
        if text not in pool_index:
            pool_index[text] = len(pool)
            pool.extend(map(ord, text))
        return (pool_index[text], len(text))

    empty = (0,) * 9
    records, record_index = [empty], {empty: 0}
    index = [0] * 0x110000
    for cp in code_points():
        c = chr(cp)
        flags = 0
        split = [s for s, _ in split_bert("a" + c + "b")]
        assert split in (["a", "b"], ["a", c, "b"], ["a" + c + "b"]), hex(cp)
        if split == ["a", "b"]:
            flags |= SPACE
        if split == ["a", c, "b"]:
            flags |= PUNCTUATION
        is_space = bool(flags & SPACE)
        assert is_space == (len(split_space("a" + c + "b")) == 2) == (cp in regex_space), hex(cp)
        cleaned = clean(c)
        if cleaned == "":
            flags |= REMOVED
        else:
            assert cleaned == (" " if is_space else c), hex(cp)
        if cjk(c) != c:
            assert cjk(c) == f" {c} ", hex(cp)
            flags |= CJK
        decomposed = nfd(c)
        if decomposed == c and accents("a" + c) != "a" + c:
            assert accents("a" + c) == "a", hex(cp)
            flags |= NONSPACING
        if marks("a" + c) != "a" + c:
            assert marks("a" + c) == "a", hex(cp)
            flags |= MARK
        if cp in word:
            flags |= WORD
        if matches(letter, c):
            flags |= LETTER
        if matches(number, c):
            flags |= NUMBER
        assert matches(space, c) == is_space, hex(cp)
        parts = [s for s, _ in split_word("a" + c + "b")]
        expected = ["a" + c + "b"] if cp in word else ["a", "b"] if is_space else ["a", c, "b"]
        assert parts == expected, (hex(cp), parts)
        assert lower(c) == bert_lower(c), hex(cp)
        if cp in HANGUL:
            s = cp - 0xAC00
            jamo = chr(0x1100 + s // 588) + chr(0x1161 + s % 588 // 28) + (chr(0x11A7 + s % 28) if s % 28 else "")
            assert decomposed == jamo, hex(cp)
            decomposed = c
        compatible = nfkd(c)
        assert cp not in HANGUL or compatible == nfd(c), hex(cp)
        assert nfkd(nfd(c)) == compatible and nfkc(c) == nfc(compatible), hex(cp)
        record = (
            flags,
            classes.get(cp, 0),
            GRAPHEME_CLASSES.index(grapheme_class(count, cp)),
            *pooled(decomposed, c),
            *pooled(c if cp in HANGUL else compatible, c),
            *pooled(lower(c), c),
        )
        if record not in record_index:
            record_index[record] = len(records)
            records.append(record)
        index[cp] = record_index[record]

    compositions = []
    for cp in code_points():
        c = chr(cp)
        if nfd(c) == c or nfc(c) != c or cp in HANGUL:
            continue
        before, last = nfc(nfd(c)[:-1]), nfd(c)[-1]
        assert len(before) == 1 and nfc(before + last) == c, hex(cp)
        compositions.append((ord(before), ord(last), cp))

    blocks, block_index, first = [], {}, []
    for start in range(0, 0x110000, BLOCK):
        block = tuple(index[start : start + BLOCK])
        if block not in block_index:
            block_index[block] = len(blocks)
            blocks.append(block)
        first.append(block_index[block])
    assert len(pool) < 65536 and len(records) < 65536 and len(blocks) < 65536
    assert max(max(r[4], r[6], r[8]) for r in records) < 256

    def rows(items, width):
        line = "    "
        for item in items:
            text = str(item) + ","
            if len(line) + len(text) > width:
                print(line)
                line = "    "
            line += text
        print(line)

    print(f"// Written by unicode_tables.py from tokenizers {REFERENCE}; do not edit.")
    print("// clang-format off\nnamespace mtt::unicode {\n")
    print(f"const std::uint16_t kBlockOf[{len(first)}] = {{")
    rows(first, 110)
    print("};\n")
    print(f"const std::uint16_t kRecordOf[{len(blocks) * BLOCK}] = {{")
    rows([i for b in blocks for i in b], 110)
    print("};\n")
    print(f"const CodePoint kRecords[{len(records)}] = {{")
    rows(["{%d,%d,GraphemeClass(%d),%d,%d,%d,%d,%d,%d}" % r for r in records], 110)
    print("};\n")
    print(f"const char32_t kPool[{len(pool)}] = {{")
    rows(pool, 110)
    print("};\n")
    print(f"const Composition kCompositions[{len(compositions)}] = {{")
    rows(["{%d,%d,%d}" % c for c in sorted(compositions)], 110)
    print("};")
    print(f"const std::size_t kCompositionCount = {len(compositions)};\n\n}}  // namespace mtt::unicode")
    print(f"{len(blocks)} blocks, {len(records)} records, {len(pool)} pooled", file=sys.stderr)


if __name__ == "__main__":
    main()
