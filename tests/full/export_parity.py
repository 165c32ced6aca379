#!/usr/bin/env python3
"""Trains small runs of the real model, exports them, and compares what sentence-transformers, transformers and PEFT give
with what mtt gives.

Usage: export_parity.py --mtt build/release/bin/mtt --model DIR [--venv DIR] [--st 6.2.0]
Makes its own virtual environment unless --venv names one that has sentence-transformers (and peft, or that part is
skipped and said to be). Prints every difference; exits 1 where one is too large.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

TORCH = "torch==2.13.0+cpu"
CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
TRANSFORMERS = {"6.2.0": "5.23.0", "5.1.2": "4.57.3"}  # by release of sentence-transformers
TEXTS = ["play some jazz in the kitchen", "what is the weather in Oslo tomorrow", "wake me at six", "İstanbul'da müzik çal",
         "a", "turn the lights off, please, and then tell me a rather long story about the sea and those who sail it"]
TASKS = """
[tasks.intent]
head = "classification"
[tasks.things]
head = "token_classification"
layer = {layer}
[tasks.hurry]
head = "regression"
"""
TRAIN = """
[train]
epochs = 2
batch_size = 4
learning_rate = 1e-3
"""

CHECK = r'''
import json, sys
import numpy as np
kind, directory, expected = sys.argv[1:4]
texts = json.load(open(sys.argv[4]))
if kind == "st":
    from sentence_transformers import SentenceTransformer, __version__
    model = SentenceTransformer(directory, device="cpu", local_files_only=True)
    vectors = model.encode(texts)
    print(json.dumps({"version": __version__, "difference": float(abs(vectors - np.load(expected)).max()),
                      "max_seq_length": model.max_seq_length, "prompts": model.prompts}))
elif kind == "peft":
    from peft import PeftModel
    from transformers import AutoModel, AutoTokenizer
    import torch
    base = json.load(open(directory + "/adapter_config.json"))["base_model_name_or_path"]
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = PeftModel.from_pretrained(AutoModel.from_pretrained(base), directory).eval()
    with torch.no_grad():
        batch = tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
        hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(2).float()
        vectors = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1).numpy()
    print(json.dumps({"difference": float(abs(vectors - np.load(expected)).max())}))
else:
    from transformers import pipeline
    predictions = [json.loads(line) for line in open(expected)]
    wrong = 0
    if kind == "tokens":
        tag = pipeline("token-classification", directory, aggregation_strategy="first", device="cpu")
        for text, ours in zip(texts, predictions):
            theirs = [(e["start"], e["end"], e["entity_group"]) for e in tag(text)]
            wrong += theirs != [(e["start"], e["end"], e["label"]) for e in ours["things"]["entities"]]
    else:
        name, key = kind.split(":")
        classify = pipeline("text-classification", directory, device="cpu", function_to_apply="none" if key == "value" else "softmax")
        for text, ours in zip(texts, predictions):
            theirs = classify(text)
            theirs = theirs[0] if isinstance(theirs, list) else theirs
            wrong += abs(theirs["score"] - ours[name]["value" if key == "value" else "score"]) > 1e-5
            wrong += key == "label" and theirs["label"] != ours[name]["label"]
    print(json.dumps({"texts": len(texts), "different": wrong}))
'''


def environment(given, version):
    if given:
        return Path(given) / "bin" / "python"
    folder = Path.home() / ".cache" / "mtt" / f"export-{version}"
    if not (folder / "bin" / "python").exists():
        print(f"making a virtual environment in {folder}", flush=True)
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        if subprocess.run([*pip, TORCH]).returncode:
            subprocess.run([*pip, TORCH, "--extra-index-url", CPU_TORCH_INDEX], check=True)
        subprocess.run([*pip, TORCH, f"sentence-transformers=={version}", f"transformers=={TRANSFORMERS[version]}", "peft"],
                       check=True)
    return folder / "bin" / "python"


def examples():
    rows = []
    for i, text in enumerate(["play some music", "play jazz now", "what is the weather", "is it cold in Oslo", "wake me at six",
                              "wake me up early", "play rock in the hall", "how warm is it"]):
        word = text.split()[-1]
        label = "play" if text.startswith("play") else "wake" if text.startswith("wake") else "ask"
        rows.append({"text": text, "intent": label, "hurry": i / 8,
                     "things": [{"start": len(text) - len(word), "end": len(text), "label": "last"}]})
    return "".join(json.dumps(row) + "\n" for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--venv")
    parser.add_argument("--st", choices=TRANSFORMERS, default="6.2.0")
    args = parser.parse_args()
    python = environment(args.venv, args.st)
    mtt = str(Path(args.mtt).resolve())
    failed = False

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "train.jsonl").write_text(examples(), encoding="utf-8")
        (folder / "texts.txt").write_text("".join(t + "\n" for t in TEXTS), encoding="utf-8")
        (folder / "texts.json").write_text(json.dumps(TEXTS), encoding="utf-8")
        (folder / "check.py").write_text(CHECK)

        def call(*words):
            subprocess.run([mtt, *map(str, words)], check=True, stdout=subprocess.DEVNULL)

        def run(run_name, freeze, model=args.model, layer=-1, more=""):
            config = folder / f"{run_name}.toml"
            config.write_text(f'[backbone]\nmodel = "{Path(model).resolve()}"\n{more}[data]\ntrain = "train.jsonl"\n'
                              + TASKS.format(layer=layer) + TRAIN + freeze)
            call("run", config, "--out", folder / run_name)
            call("encode", "--model", folder / run_name, "--input", folder / "texts.txt", "--output", folder / f"{run_name}.npy")
            call("predict", "--model", folder / run_name, "--input", folder / "texts.txt", "--output", folder / f"{run_name}.jsonl")
            return folder / run_name

        def check(kind, directory, expected, limit=1e-6):
            nonlocal failed
            result = subprocess.run([python, folder / "check.py", kind, directory, expected, folder / "texts.json"],
                                    capture_output=True, text=True)
            if result.returncode:
                print(result.stderr[-2000:])
                failed = True
                return
            report = json.loads(result.stdout.strip().splitlines()[-1])
            bad = report.get("difference", 0) > limit or report.get("different", 0) > 0
            failed = failed or bad
            print(f"{'FAILED' if bad else 'ok':7s}{kind:16s}{Path(directory).name:16s}{json.dumps(report)}", flush=True)

        def difference(what, run_name):
            nonlocal failed
            same = subprocess.run([python, "-c", "import numpy, sys; a, b = map(numpy.load, sys.argv[1:]); print(abs(a - b).max())",
                                   folder / "back.npy", folder / f"{run_name}.npy"], capture_output=True, text=True, check=True)
            bad = float(same.stdout) > 1e-6
            failed = failed or bad
            print(f"{'FAILED' if bad else 'ok':7s}{'back in mtt':16s}{what:16s}difference {same.stdout.strip()}")

        # everything learns; prompts; only norms; LoRA
        for run_name, freeze, more in (("full", '[freeze]\npolicy = "bottom_layers"\nlayers = 2\n', ""),
                                       ("prompted", '[freeze]\npolicy = "layer_norm"\n', 'prompt = "query: "\nmax_tokens = 20\n'),
                                       ("lora", '[freeze]\npolicy = "lora"\nplaces = ["attention.query", "ffn.output"]\n', "")):
            made = run(run_name, freeze, more=more)
            call("export", made, folder / f"{run_name}-st")
            check("st", folder / f"{run_name}-st", folder / f"{run_name}.npy")
            call("encode", "--model", folder / f"{run_name}-st", "--input", folder / "texts.txt", "--output", folder / "back.npy")
            difference(run_name, run_name)
        for layer in (-1, 4):
            made = run(f"tokens{layer}", "", layer=layer)
            call("export", made, folder / f"tokens{layer}-hf", "--head", "things")
            check("tokens", folder / f"tokens{layer}-hf", folder / f"tokens{layer}.jsonl")
        if subprocess.run([python, "-c", "import peft"], capture_output=True).returncode:
            print("skipped: the environment has no peft")
        else:
            call("export", folder / "lora", folder / "lora-peft", "--adapter")
            check("peft", folder / "lora-peft", folder / "lora.npy")
            call("encode", "--model", folder / "lora-peft", "--input", folder / "texts.txt", "--output", folder / "back.npy")
            difference("adapter", "lora")

        # a model that reads [CLS] through a pooler
        pooled = folder / "pooled"
        pooled.mkdir()
        for file in Path(args.model).iterdir():
            if file.is_file():
                (pooled / file.name).write_bytes(file.read_bytes())
        subprocess.run([python, "-c", POOLER, pooled], check=True)
        made = run("pooler", "", model=pooled)
        call("export", made, folder / "pooler-st")
        check("st", folder / "pooler-st", folder / "pooler.npy")
        for task, key in (("intent", "label"), ("hurry", "value")):
            call("export", made, folder / f"pooler-{task}", "--head", task)
            check(f"{task}:{key}", folder / f"pooler-{task}", folder / "pooler.jsonl")
    sys.exit(failed)


POOLER = r'''
import json, sys
from pathlib import Path
import torch
from safetensors.torch import save_file
folder = Path(sys.argv[1])
for name in ("1_Pooling", "2_Dense"):
    (folder / name).mkdir()
json.dump([{"idx": i, "name": str(i), "path": p, "type": "sentence_transformers.models." + t}
           for i, (p, t) in enumerate((("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense")))],
          open(folder / "modules.json", "w"))
size = json.load(open(folder / "config.json"))["hidden_size"]
json.dump({"word_embedding_dimension": size, "pooling_mode_cls_token": True}, open(folder / "1_Pooling/config.json", "w"))
json.dump({"in_features": size, "out_features": size, "bias": True,
           "activation_function": "torch.nn.modules.activation.Tanh"}, open(folder / "2_Dense/config.json", "w"))
torch.manual_seed(1)
save_file({"linear.weight": torch.randn(size, size) / size ** 0.5, "linear.bias": torch.zeros(size)},
          folder / "2_Dense/model.safetensors")
'''

if __name__ == "__main__":
    main()
