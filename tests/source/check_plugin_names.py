#!/usr/bin/env python3
"""Checks that the framework knows kinds of plugins, never the names of single ones: no string literal in framework/src,
framework/cli and framework/include is the name of a plugin of this project. ALLOWED lists the words that are names of
something else; an entry that nothing needs is an error."""

import re
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
ALLOWED = [  # file, literal, reason
    ("framework/src/data/import/sts_benchmark.cpp", "similarity", "the key of the examples that are written"),
    ("framework/src/run/scores.h", "similarity", "the key of examples with a number that belongs to no head"),
    ("framework/src/export/hugging_face_head.cpp", "regression", "problem_type in config.json of transformers"),
    ("framework/src/run/hugging_face_head.cpp", "regression", "problem_type in config.json of transformers"),
    ("framework/src/model/tokenizer_class.cpp", "bert", "model_type in config.json of transformers"),
    ("framework/src/model/tokenizer_class.cpp", "modernbert", "model_type in config.json of transformers"),
    ("framework/src/model/tokenizer_directory.cpp", "bert", "model_type in config.json of transformers"),
    ("framework/src/train/weighting_options.cpp", "equal", "the default of [weighting] method"),
]
MOST_ALLOWED = 10
TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"|\'(?:[^\'\\\n]|\\.)+\'', re.DOTALL)


def plugin_names():
    return {d.name for kind in ("backbones", "heads", "weightings") for d in (SOURCE / "plugins" / kind).iterdir() if d.is_dir()}


def literals(text):
    """(line, content) of each string literal; comments and includes do not count."""
    text = re.sub(r"(?m)^[ \t]*#[ \t]*include.*$", "", text)
    for found in TOKENS.finditer(text):
        content = found[2] if found[2] is not None else found[3]
        if content is not None:
            yield text.count("\n", 0, found.start()) + 1, content


def problems(texts, names, allowed):
    wrong, needed = [], set()
    for file, text in texts.items():
        for line, content in literals(text):
            if content not in names:
                continue
            if (file, content) in allowed:
                needed.add((file, content))
            else:
                wrong.append(f'{file}:{line}: "{content}" is the name of a plugin; ask the plugin or its registry instead')
    wrong += [f'{file}: "{content}" is allowed, but does not occur' for file, content in allowed if (file, content) not in needed]
    return wrong


def self_test():
    planted = {"a.cpp": '// "bert"\n#include "bert"\nif (c == \'"\' || name == "bert") return R"(ner "bert")";\n'}
    assert problems(planted, {"bert"}, []) == ['a.cpp:3: "bert" is the name of a plugin; ask the plugin or its registry instead']
    assert problems(planted, {"bert"}, [("a.cpp", "bert")]) == []
    assert problems(planted, {"equal"}, [("a.cpp", "equal")]) == ['a.cpp: "equal" is allowed, but does not occur']


def main():
    self_test()
    files = [f for top in ("src", "cli", "include") for f in sorted((SOURCE / "framework" / top).rglob("*")) if f.suffix in (".h", ".cpp")]
    texts = {str(f.relative_to(SOURCE)): f.read_text() for f in files}
    wrong = problems(texts, plugin_names(), [(file, literal) for file, literal, _ in ALLOWED])
    if len(ALLOWED) > MOST_ALLOWED:
        wrong.append(f"{len(ALLOWED)} places are allowed; at most {MOST_ALLOWED} may be")
    print("\n".join(wrong) or f"{len(files)} files: no name of a plugin outside of {len(ALLOWED)} allowed places")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
