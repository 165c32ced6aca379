#!/usr/bin/env python3
"""Checks that the framework knows kinds of plugins, never the names of single ones: no string literal in framework/src,
framework/cli and framework/include is the name of a plugin of this project, or holds one in quotes, or one with an
underscore as a word. ALLOWED lists the places where such a word is the name of something else, or advice that knows no
registry; a name that a place does not need is an error."""

import re
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
HEADS = ("classification", "multi_label", "ordinal", "regression", "token_classification")
ALLOWED = [  # file, names, reason
    ("framework/src/data/import/sts_benchmark.cpp", ("similarity",), "the key of the examples that are written"),
    ("framework/src/run/scores.h", ("similarity",), "the key of examples with a number that belongs to no head"),
    ("framework/src/export/hugging_face_head.cpp", ("regression",), "problem_type in config.json of transformers"),
    ("framework/src/run/hugging_face_head.cpp", ("regression",), "problem_type in config.json of transformers"),
    ("framework/src/model/tokenizer_class.cpp", ("bert", "modernbert"), "model_type in config.json of transformers"),
    ("framework/src/model/tokenizer_directory.cpp", ("bert",), "model_type in config.json of transformers"),
    ("framework/src/train/weighting_options.cpp", ("equal",), "the default of [weighting] method"),
    ("framework/src/data/label_set.cpp", HEADS, "advice on a label of another form; heads call it, without a registry"),
    ("framework/src/experiment/experiment.cpp", ("static",), "advice on a key of a task's weight"),
    ("framework/src/experiment/other_keys.cpp", ("static",), "advice on the names of other systems"),
]
MOST_ALLOWED = 10
TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"|\'(?:[^\'\\\n]|\\.)+\'', re.DOTALL)

QUOTED = re.compile(r"""(\\?["'`])([\w-]+)(?=\1)""")


def plugin_names():
    return {d.name for kind in ("backbones", "heads", "weightings") for d in (SOURCE / "plugins" / kind).iterdir() if d.is_dir()}


def literals(text):
    """(line, content) of each string literal; comments and includes do not count."""
    text = re.sub(r"(?m)^[ \t]*#[ \t]*include.*$", "", text)
    for found in TOKENS.finditer(text):
        content = found[2] if found[2] is not None else found[3]
        if content is not None:
            yield text.count("\n", 0, found.start()) + 1, content


def names_in(content, names):
    """Those that a literal is, or holds in quotes; one with an underscore is no word of English and needs no quotes."""
    found = {content} & names | {match[2] for match in QUOTED.finditer(content)} & names
    return found | {word for word in re.findall(r"[\w.-]+", content) if "_" in word} & names


def problems(texts, names, allowed):
    wrong, needed = [], set()
    for file, text in texts.items():
        for line, content in literals(text):
            for name in sorted(names_in(content, names)):
                if (file, name) in allowed:
                    needed.add((file, name))
                else:
                    wrong.append(f'{file}:{line}: "{name}" is the name of a plugin; ask the plugin or its registry instead')
    wrong += [f'{file}: "{name}" is allowed, but does not occur' for file, name in allowed if (file, name) not in needed]
    return wrong


def self_test():
    planted = {"a.cpp": '// "bert"\n#include "bert"\nif (c == \'"\' || name == "bert") return R"(ner "bert")";\n'}
    found = 'a.cpp:3: "bert" is the name of a plugin; ask the plugin or its registry instead'
    assert problems(planted, {"bert"}, []) == [found, found]
    assert problems(planted, {"bert"}, [("a.cpp", "bert")]) == []
    assert problems(planted, {"equal"}, [("a.cpp", "equal")]) == ['a.cpp: "equal" is allowed, but does not occur']
    names = {"static", "multi_label"}
    for content in ("method = 'static'", r'method = \"static\"', "`static`", "a multi_label head"):
        assert names_in(content, names), content
    for content in ("a static table", "'static_table'", "multi_label_classification", "multi_label.cpp"):
        assert not names_in(content, names), content


def main():
    self_test()
    files = [f for top in ("src", "cli", "include") for f in sorted((SOURCE / "framework" / top).rglob("*")) if f.suffix in (".h", ".cpp")]
    texts = {str(f.relative_to(SOURCE)): f.read_text() for f in files}
    wrong = problems(texts, plugin_names(), [(file, name) for file, names, _ in ALLOWED for name in names])
    if len(ALLOWED) > MOST_ALLOWED:
        wrong.append(f"{len(ALLOWED)} places are allowed; at most {MOST_ALLOWED} may be")
    print("\n".join(wrong) or f"{len(files)} files: no name of a plugin outside of {len(ALLOWED)} allowed places")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
