#!/usr/bin/env python3
"""The installed Python package against the program: same vectors, predictions and tokens; threads, errors, an experiment.

    python_package.py MTT MODEL [RUN]

MTT is the program, MODEL a sentence-transformers model (a directory or a name), RUN the directory of a run; without it, a
short run of configs/quickstart.toml. scikit-learn, torch and mypy are used if they are installed. Exits 77 if MODEL is not
on this machine."""

import contextlib
import importlib.util
import io
import json
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

TEXTS = ["Wake me up at six", "héllo wörld, ein längerer Satz 😀", "", "play some jazz"] * 25


def lines_of(mtt, *arguments):
    output = subprocess.run([mtt, *arguments], input="\n".join(TEXTS) + "\n", capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def check(name, good, remark=""):
    print(f"{'ok  ' if good else 'FAIL'} {name} {remark}", flush=True)
    check.failed += not good


check.failed = 0


def error_of(call):
    try:
        call()
    except Exception as error:
        return error
    return None


def vectors(mtt, model):
    import numpy

    import mtt as package

    expected = numpy.float32([line["embedding"] for line in lines_of(mtt, "encode", "--model", model)])
    reduced = numpy.float32([line["embedding"] for line in lines_of(mtt, "encode", "--model", model, "--precision", "int8")])
    with package.open(model, precision="int8") as opened:
        check("a reduced precision", opened.precision == "int8" and numpy.array_equal(opened.encode(TEXTS), reduced) and not numpy.array_equal(reduced, expected))
    check("an unknown precision", isinstance(error_of(lambda: package.open(model, precision="int4")), package.Error))
    with package.open(model) as opened:
        check("torch is not imported", "torch" not in sys.modules)
        opened.encode(TEXTS)
        tracemalloc.start()
        given = opened.encode(TEXTS)
        copied = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        check("vectors of mtt encode", given.dtype == numpy.float32 and given.flags.writeable and numpy.array_equal(given, expected))
        check("the array is no copy", copied < given.nbytes / 2, f"Python allocated {copied} bytes for {given.nbytes} bytes of vectors")
        check("one text", numpy.array_equal(opened.encode(TEXTS[0], batch_size=7, show_progress_bar=False), expected[0]))
        check("batches of MTEB", numpy.array_equal(opened.encode([{"text": TEXTS[:50]}, {"text": TEXTS[50:]}]), expected))
        check("no texts", opened.encode([]).shape == (0, opened.dimensions))
        short = opened.encode(TEXTS, truncate_dim=64)
        cut = subprocess.run([mtt, "encode", "--model", model, "--truncate-dim", "64"], input=TEXTS[0] + "\n", capture_output=True, text=True, check=True).stdout
        check("fewer dimensions", numpy.array_equal(short[0], numpy.float32(json.loads(cut)["embedding"])) and numpy.allclose(numpy.linalg.norm(short, axis=1), 1))
        package_bits = opened.encode(TEXTS, precision="ubinary")
        check("bits", package_bits.dtype == numpy.uint8 and numpy.array_equal(package_bits, numpy.packbits(expected > 0, axis=1)))
        program = subprocess.run([mtt, "encode", "--model", model, "--quantize", "int8"], input="\n".join(TEXTS) + "\n", capture_output=True, text=True, check=True).stdout
        check("int8", numpy.array_equal(opened.encode(TEXTS, precision="int8"), numpy.int8([json.loads(line)["embedding"] for line in program.splitlines()])))
        check("prompt", numpy.array_equal(opened.encode(["b"], prompt="a "), opened.encode(["a b"])))
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(opened.path, folder, dirs_exist_ok=True)
            Path(folder, "config_sentence_transformers.json").write_text('{"prompts": {"first": "a "}, "default_prompt_name": "first"}')
            with package.open(folder) as prompted:
                check("a default prompt", numpy.array_equal(prompted.encode(["b"]), opened.encode(["a b"])))
                check("no prompt", numpy.array_equal(prompted.encode(["b"], prompt=""), opened.encode(["b"])))
        check("similarity", numpy.allclose(opened.similarity(given[:3], given[:3]), expected[:3] @ expected[:3].T, atol=1e-6))
        check("tokens", opened.tokenize(TEXTS[:4]) == [{key: [tuple(pair) for pair in line[key]] if key == "offsets" else line[key] for key in ("ids", "tokens", "offsets")} for line in lines_of(mtt, "tokenize", "--model", model)[:4]])
        check("vectors of tokens", numpy.allclose(opened.encode_tokens(TEXTS[:1])[0].mean(0) / numpy.linalg.norm(opened.encode_tokens(TEXTS[:1])[0].mean(0)), expected[0], atol=1e-6))
        results = [None] * 8
        threads = [threading.Thread(target=lambda i=i: results.__setitem__(i, opened.encode(TEXTS))) for i in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        check("eight threads", all(numpy.array_equal(result, expected) for result in results))
        span = []
        thread = threading.Thread(target=lambda: span.extend((time.time(), opened.encode(TEXTS * 40), time.time())))
        longest, last = 0, time.time()
        thread.start()
        while thread.is_alive():
            longest, last = max(longest, time.time() - last), time.time()
        check("other threads run while it computes", longest < (span[2] - span[0]) / 2, f"paused for {longest:.3f} of {span[2] - span[0]:.3f} s")
        message = str(error_of(lambda: opened.encode(["a"], prompt_name="nothing")))
        check("an unknown prompt is named", "nothing" in message, message)
        check("a lone surrogate is refused", isinstance(error_of(lambda: opened.encode(["\ud800"])), (ValueError, RuntimeError, TypeError)))
        check("a number is refused", isinstance(error_of(lambda: opened.encode([1])), TypeError))
        for wrong in ({"text": TEXTS}, numpy.array([TEXTS])):
            error = error_of(lambda: opened.encode(wrong))
            check(f"a {type(wrong).__name__} instead of a list", isinstance(error, TypeError) and "expected a list of texts" in str(error), str(error))
        check("a misspelt argument", isinstance(error_of(lambda: opened.encode(["a"], normalise_embeddings=False)), TypeError))
        check("another device", isinstance(error_of(lambda: opened.encode(["a"], device="cuda")), TypeError))
        check("no heads", isinstance(error_of(lambda: opened.predict(["a"])), package.Error))
    message = str(error_of(lambda: opened.encode(["a"])))
    check("a closed model", "closed" in message, message)
    check("vectors after closing", numpy.array_equal(given, expected))
    message = str(error_of(lambda: package.open("no-such-model")))
    check("an unknown model", "no-such-model" in message, message.splitlines()[0])


def predictions(mtt, run):
    import mtt as package

    with package.open(run) as opened:
        expected = lines_of(mtt, "predict", "--model", run, "--top", "2")
        check("predictions of mtt predict", opened.predict(TEXTS, top=2) == expected)
        name = opened.tasks[0]["name"]
        check("a single text", opened.predict(TEXTS[0], top=2) == expected[0])
        check("a task by its name", set(opened.predict(["a"], tasks=opened.tasks[0]["name"])[0]) == {"text", opened.tasks[0]["name"]})
        check("second texts that no head reads", "reads pairs" in str(error_of(lambda: opened.predict(["a"], ["b"]))))
        check("a pair in the list of texts", isinstance(error_of(lambda: opened.predict([["a", "b"]])), TypeError))
        check("iterators of texts and of second texts", opened.predict(iter(TEXTS), iter([None] * len(TEXTS)), top=2) == expected)
        check("a dict of texts", isinstance(error_of(lambda: opened.predict({"text": ["a"]})), TypeError))
        check("one string of second texts", isinstance(error_of(lambda: opened.predict(["a", "b"], "cd")), TypeError))
        check("one task", set(opened.predict(["a"], tasks=[name])[0]) == {"text", name})
        check("an unknown task", "no task" in str(error_of(lambda: opened.predict(["a"], tasks=["nothing"]))))


EXPERIMENT = """[backbone]
model = "{model}"
[data]
train = "data.jsonl"
test = ["data.jsonl", "other.jsonl"]
[tasks.mood]
head = "classification"
[tasks.topic]
head = "classification"
"""


def write_experiment(folder, model):
    moods = {"how nice": "good", "lovely": "good", "awful": "bad", "terrible": "bad"}
    lines = [json.dumps({"text": text, "mood": mood, "topic": mood}) for text, mood in moods.items()]
    Path(folder, "data.jsonl").write_text("\n".join(lines) + "\n")
    lines = [json.dumps({"text": text, "mood": mood, "topic": "bad"}) for text, mood in moods.items()]
    Path(folder, "other.jsonl").write_text("\n".join(lines) + "\n")
    path = Path(folder, "e.toml")
    path.write_text(EXPERIMENT.format(model=model))
    return str(path)


def experiment(model):
    import mtt as package

    with tempfile.TemporaryDirectory() as folder:
        file = write_experiment(folder, model)
        one = {"data.test": f"{folder}/data.jsonl"}
        scores = package.run(file, {"run.seed": 3, **one}, quiet=True)
        check("an experiment", set(scores) == {"mood", "topic", "all tasks"} and scores["mood"]["accuracy"] == 1 and scores["all tasks"] == {"exact_match": 1}, str(scores))
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            scores = package.run(file, {"show.sentences": ["😀 how nice"]}, out=f"{folder}/run")
        check("warnings of a run", "mtt: warning: " in said.getvalue(), said.getvalue()[:100])
        check("a text outside the basic plane", "😀 how nice" in Path(folder, "run/predictions.jsonl").read_text())
        check("two test sets", {name: list(row.values())[0] for name, row in scores.items() if name != "mood"} == {"mood (data)": 1, "topic (data)": 1, "all tasks (data)": 1, "mood (other)": 1, "topic (other)": 0.5, "all tasks (other)": 0.5}, str(scores))
        silent = io.StringIO()
        with contextlib.redirect_stderr(silent):
            package.run(file, one, out=f"{folder}/run", quiet=True)
        check("a quiet run", silent.getvalue() == "", silent.getvalue())
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            error = error_of(lambda: package.run(file, {"run.sed": 3}, quiet=False))
        check("an unknown key", isinstance(error, package.Error) and "sed" in str(error) and "mtt: error" not in str(error) and str(error) not in said.getvalue(), str(error))
        with open(file, "a") as lines:
            lines.write("[train]\nepochs = 100000\nsave_every = 1000000000\n")
        code = f"import mtt; mtt.run({file!r}, {one!r}, out={folder + '/long'!r}, quiet=True)"
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
        log = Path(folder, "long/metrics.jsonl")
        while process.poll() is None and not (log.exists() and log.stat().st_size):
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        stderr = process.communicate(timeout=60)[1]
        check("an interrupted run saves a checkpoint", "KeyboardInterrupt" in stderr and any(Path(folder, "long/checkpoints").glob("*")), stderr[-300:] if "KeyboardInterrupt" not in stderr else "")


def scikit_learn(model):
    if importlib.util.find_spec("sklearn") is None:
        return print("     scikit-learn is not installed")
    import numpy
    from sklearn.base import clone
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    import mtt
    from mtt.sklearn import SentenceVectors

    pipeline = make_pipeline(SentenceVectors(model), LogisticRegression())
    texts, labels = ["how nice", "lovely", "awful", "terrible"], [1, 1, 0, 0]
    fitted = clone(pipeline).fit(texts, labels)
    check("a pipeline of scikit-learn", list(fitted.predict(["wonderful", "horrible"])) == [1, 0])
    steps = SentenceVectors(model)
    plain = steps.transform(texts)
    with mtt.open(model, prompt="query: ") as opened:
        expected = opened.encode(texts)
    check("a prompt that is set after use", numpy.array_equal(steps.set_params(prompt="query: ").transform(texts), expected) and not numpy.array_equal(plain, expected))
    check("a model that is set after use", "no-such-model" in str(error_of(lambda: steps.set_params(model="no-such-model").transform(texts))))
    check("a pickled pipeline", list(pickle.loads(pickle.dumps(fitted)).predict(["wonderful", "horrible"])) == [1, 0])


def beside_torch(model):
    if subprocess.run([sys.executable, "-c", "import torch"], capture_output=True).returncode != 0:
        return print("     torch cannot be imported")
    code = f"import torch, mtt; m = mtt.open({model!r}); v = torch.from_numpy(m.encode(['a']).copy()); print((torch.ones(3, 3) @ torch.ones(3, 3)).sum().item(), v.norm().item())"
    for order in (code, code.replace("import torch, mtt", "import mtt; mtt.open; import torch")):
        done = subprocess.run([sys.executable, "-c", order], capture_output=True, text=True)
        check("in one process with torch", done.returncode == 0 and done.stdout.startswith("27.0"), done.stderr[-300:])


FORKED = """
pid = os.fork()
if pid == 0:
    try:
        {use}
    except mtt.Error as error:
        os._exit(7 if 'fork' in str(error) else 1)
    os._exit(2)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
assert m.encode(['a']).shape[0] == 1"""


def endings(model):
    """Programs that end, close or fork while a model computes."""
    begin = f"import mtt, os, threading, time; m = mtt.open({model!r}); texts = ['a text'] * 3000\n"
    programs = {
        "a daemon thread computes when the interpreter ends": "threading.Thread(target=lambda: [m.encode(texts) for _ in range(99)], daemon=True).start(); time.sleep(0.3)",
        "a model is closed while it computes": "t = threading.Thread(target=lambda: m.encode(texts)); t.start(); time.sleep(0.1); m.close(); t.join()",
        "models are opened by several threads": f"ts = [threading.Thread(target=lambda: mtt.open({model!r})) for _ in range(6)]; [t.start() for t in ts]; [t.join() for t in ts]",
        "a forked process": FORKED.format(use="m.encode(['a'])"),
        "a model is closed in a forked process": FORKED.format(use="m.close()"),
        "a model is closed at the end of a block in a forked process": FORKED.format(use="with m: pass"),
        "a forked process ends while the first one computes": """
threading.Thread(target=lambda: m.encode(texts)).start()
time.sleep(0.3)
pid = os.fork()
if pid != 0:
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0""",
    }
    for name, program in programs.items():
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", begin + program], capture_output=True, text=True, timeout=120)
        check(name, done.returncode == 0 and not done.stderr, f"{done.returncode} {done.stderr[-300:]}" if done.returncode or done.stderr else "")


def types():
    import mtt as package

    folder = Path(package.__file__).parent
    check("types of the extension", (folder / "py.typed").exists() and "class Model:" in (folder / "_mtt.pyi").read_text())
    if importlib.util.find_spec("mypy") is None:
        return print("     mypy is not installed")
    code = "import mtt\nm = mtt.open('a')\nreveal_type(m._model.encode([], None, None, 0))\nreveal_type(mtt.run('a'))\nm.encode(3)\n"
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "-c", code], capture_output=True, text=True)
    whole = subprocess.run([sys.executable, "-m", "mypy", "-p", "mtt"], capture_output=True, text=True).stdout
    check("mypy finds no error in the package", not [line for line in whole.splitlines() if "error:" in line and "import-" not in line], whole)
    check("mypy reads them", done.stdout.count("Revealed") == 2 and "ndarray" in done.stdout and done.stdout.count("error:") == 1, done.stdout + done.stderr)


def start_up(model):
    code = f"import mtt; mtt.open({model!r}).encode(['a'])"
    times = []
    for _ in range(5):
        begin = time.time()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.time() - begin)
    print(f"     start of Python to the first vector: {sorted(times)[2]:.2f} s")


def main():
    mtt, model = sys.argv[1:3]
    if subprocess.run([mtt, "tokenize", "--model", model], input="a\n", capture_output=True, text=True).returncode != 0:
        print(f"skipped: the model {model} is not on this machine")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        run = sys.argv[3] if len(sys.argv) > 3 else f"{folder}/run"
        if len(sys.argv) == 3:
            file = Path(__file__).parents[2] / "configs/quickstart.toml"
            subprocess.run([mtt, "run", file, "--quiet", "--out", run, "--set", f"backbone.model={json.dumps(model)}", "--set", "train.epochs=1"], check=True)
        vectors(mtt, model)
        predictions(mtt, run)
    experiment(model)
    types()
    scikit_learn(model)
    beside_torch(model)
    endings(model)
    start_up(model)
    return check.failed > 0


if __name__ == "__main__":
    sys.exit(main())
