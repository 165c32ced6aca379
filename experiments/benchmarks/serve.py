#!/usr/bin/env python3
"""Requests per second of mtt serve and of another server, one after the other in each round, with wrk.

    serve.py MTT MODEL TEXTS.jsonl --infinity INFINITY_EMB [--rounds 5] [--seconds 8] [--out FILE.json]
    serve.py MTT RUN TEXTS.jsonl --tasks [--rounds 5] ...

Each request has one text of 12 to 18 tokens. With --infinity, the peer is Infinity with its torch engine at the batch sizes of
--batch; the best one counts. With --tasks, /tasks of a run is compared with /embed of the same server. Needs wrk."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

CONNECTIONS = (1, 16, 64)

WRK = """
local texts = {}
for line in io.lines("%s") do texts[#texts + 1] = line end
local next_text = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  next_text = next_text %% #texts + 1
  return wrk.format(nil, "%s", nil, texts[next_text])
end
local failed = 0
response = function(status) if status ~= 200 then failed = failed + 1 end end
done = function(summary, latency, requests)
  print(string.format("RESULT %%.2f %%.3f %%.3f %%d", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
                      latency:percentile(99) / 1000, summary.errors.status + summary.errors.timeout + summary.errors.connect + summary.errors.read))
end
"""


class Server:
    """A program that listens, until the end of the block."""

    def __init__(self, command, url, environment=None):
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        self.url = url
        for _ in range(1200):
            try:
                urllib.request.urlopen(url + "/health").read()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{command[0]} does not answer on {url}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def memory_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


def load(server, path, bodies, connections, seconds):
    """-> requests per second, median and 99th percentile of the latency in milliseconds"""
    with tempfile.TemporaryDirectory() as folder:
        texts, script = os.path.join(folder, "bodies"), os.path.join(folder, "load.lua")
        with open(texts, "w") as file:
            file.writelines(json.dumps(body) + "\n" for body in bodies)
        with open(script, "w") as file:
            file.write(WRK % (texts, path))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script, server.url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, median, high, failed = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", output).groups()
    if int(failed):
        raise SystemExit(f"{failed} requests to {server.url}{path} failed")
    return float(rate), float(median), float(high)


def texts_of(server, file):
    """Sentences of 12 to 18 tokens, special tokens included."""
    with open(file) as lines:
        texts = [json.loads(line)["text"] for line in lines]
    chosen = []
    for i in range(0, len(texts), 32):
        tokens = server.post("/tokenize", {"inputs": texts[i : i + 32]})
        chosen += [text for text, own in zip(texts[i : i + 32], tokens) if 12 <= len(own) <= 18]
        if len(chosen) >= 200:
            break
    return chosen


def mtt_server(arguments):
    return Server([arguments.mtt, "serve", "--model", arguments.model, "--port", "3210"], "http://127.0.0.1:3210")


def infinity(arguments, batch):
    command = [arguments.infinity, "v2", "--model-id", arguments.model, "--engine", "torch", "--device", "cpu", "--port", "3211", "--batch-size", str(batch), "--host", "127.0.0.1", "--log-level", "error"]
    return Server(command, "http://127.0.0.1:3211", {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "INFINITY_BETTERTRANSFORMER": "false;", "INFINITY_COMPILE": "false;"})


def report(name, rows):
    rates, medians, highs = zip(*rows)
    print(f"  {name:24} {statistics.median(rates):8.1f} requests/s   median {statistics.median(medians):7.2f} ms   p99 {statistics.median(highs):7.2f} ms", flush=True)


def against_infinity(arguments, results):
    batches = [int(batch) for batch in arguments.batch.split(",")]
    for round_number in range(arguments.rounds):
        with mtt_server(arguments) as server:
            texts = texts_of(server, arguments.texts)
            bodies = [{"input": text, "model": "m"} for text in texts]
            for connections in CONNECTIONS:
                results.setdefault(("mtt", connections), []).append(load(server, "/v1/embeddings", bodies, connections, arguments.seconds))
        for batch in batches:
            with infinity(arguments, batch) as server:
                name = "models/" + os.path.basename(arguments.model)
                bodies = [{"input": text, "model": server_name(server)} for text in texts]
                load(server, "/embeddings", bodies, 4, 1)
                for connections in CONNECTIONS:
                    results.setdefault((f"infinity, batch {batch}", connections), []).append(load(server, "/embeddings", bodies, connections, arguments.seconds))
        print(f"round {round_number + 1}", flush=True)
    for connections in CONNECTIONS:
        print(f"{connections} connections")
        for (name, own), rows in results.items():
            if own == connections:
                report(name, rows)
        best = max((name for name, own in results if own == connections and name != "mtt"), key=lambda name: statistics.median(row[0] for row in results[name, connections]))
        ratios = [mine[0] / other[0] for mine, other in zip(results["mtt", connections], results[best, connections])]
        print(f"  ratio to {best}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def server_name(server):
    with urllib.request.urlopen(server.url + "/models") as answer:
        return json.load(answer)["data"][0]["id"]


def tasks_against_embed(arguments, results):
    with mtt_server(arguments) as server:
        texts = texts_of(server, arguments.texts)
        load(server, "/embed", [{"inputs": text} for text in texts], 16, 2)
        for round_number in range(arguments.rounds):
            for path in ("/embed", "/tasks"):
                for connections in CONNECTIONS:
                    results.setdefault((path, connections), []).append(load(server, path, [{"inputs": text} for text in texts], connections, arguments.seconds))
            print(f"round {round_number + 1}", flush=True)
        for connections in CONNECTIONS:
            print(f"{connections} connections")
            for path in ("/embed", "/tasks"):
                report(path, results[path, connections])
            ratios = [tasks[0] / embed[0] for tasks, embed in zip(results["/tasks", connections], results["/embed", connections])]
            half = 2.776 * statistics.stdev(ratios) / len(ratios) ** 0.5 if len(ratios) == 5 else float("nan")
            print(f"  /tasks to /embed: {statistics.mean(ratios):.3f} ± {half:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mtt")
    parser.add_argument("model")
    parser.add_argument("texts")
    parser.add_argument("--infinity")
    parser.add_argument("--batch", default="32")
    parser.add_argument("--tasks", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    results = {}
    tasks_against_embed(arguments, results) if arguments.tasks else against_infinity(arguments, results)
    if arguments.out:
        with open(arguments.out, "w") as file:
            json.dump([{"server": name, "connections": connections, "rounds": rows} for (name, connections), rows in results.items()], file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
