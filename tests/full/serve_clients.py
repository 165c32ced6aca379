#!/usr/bin/env python3
"""Clients of other projects against mtt serve, unchanged: openai, huggingface_hub, langchain-openai, the request examples
of text-embeddings-inference, prometheus_client; then schemathesis on the OpenAPI document.

    serve_clients.py MTT MODEL RUN [--examples N]

MODEL is a sentence-transformers directory, RUN the directory of a run with a head that gives class probabilities. Needs
pip install openai huggingface_hub langchain-openai schemathesis prometheus_client numpy. Vectors must be bit-identical to
`mtt encode`."""

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import urllib.request

import numpy
from huggingface_hub import InferenceClient
from langchain_openai import OpenAIEmbeddings
from openai import BadRequestError, OpenAI
from prometheus_client.parser import text_string_to_metric_families

TEXTS = ["What is Deep Learning?", "I like you. I love you", "héllo wörld, ein längerer Satz 😀", ""]


class Server:
    def __init__(self, mtt, model, *more):
        command = [mtt, "serve", "--model", model, "--port", "0", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http://\S+:\d+", self.process.stdout.readline())[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait() == 0, "the server did not stop cleanly"

    def info(self):
        with urllib.request.urlopen(self.url + "/info") as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def encode(mtt, model, texts):
    lines = "\n".join(texts) + "\n"
    output = subprocess.run([mtt, "encode", "--model", model], input=lines, capture_output=True, text=True, check=True).stdout
    return numpy.array([json.loads(line)["embedding"] for line in output.splitlines()], dtype=numpy.float32)


def check(name, same):
    print(f"{'ok  ' if same else 'FAIL'} {name}", flush=True)
    check.failed += not same


check.failed = 0


def embedding_clients(mtt, model):
    expected = encode(mtt, model, TEXTS)
    with Server(mtt, model) as server:
        client = OpenAI(base_url=server.url + "/v1", api_key="none")
        for encoding_format in ("float", "base64", None):
            extra = {"encoding_format": encoding_format} if encoding_format else {}
            answer = client.embeddings.create(model="text-embeddings-inference", input=TEXTS, **extra)
            vectors = [numpy.frombuffer(base64.b64decode(entry.embedding), "<f4") if isinstance(entry.embedding, str) else numpy.float32(entry.embedding) for entry in answer.data]
            check(f"openai, {encoding_format or 'its default'}", numpy.array_equal(vectors, expected))
        check("openai, models", client.models.list().data[0].id == os.path.basename(model))
        try:
            client.embeddings.create(model="m", input=TEXTS[0], dimensions=7)
            check("openai, dimensions that the model does not allow", False)
        except BadRequestError as error:
            check("openai, dimensions that the model does not allow", error.body["param"] == "dimensions")

        langchain = OpenAIEmbeddings(base_url=server.url + "/v1", api_key="none", model="m", check_embedding_ctx_length=False)
        check("langchain-openai, documents", numpy.array_equal(numpy.float32(langchain.embed_documents(TEXTS)), expected))
        check("langchain-openai, query", numpy.array_equal(numpy.float32(langchain.embed_query(TEXTS[1])), expected[1]))

        hub = InferenceClient(model=server.url)
        check("huggingface_hub, feature_extraction", numpy.array_equal(hub.feature_extraction(TEXTS[2])[0], expected[2]))
        hub = InferenceClient(model=server.url + "/similarity")
        scores = hub.sentence_similarity(TEXTS[0], other_sentences=TEXTS[1:3])
        check("huggingface_hub, sentence_similarity", numpy.allclose(scores, expected[1:3] @ expected[0], atol=1e-6))

        # The request examples of text-embeddings-inference's README and documentation.
        examples = {
            "/embed": {"inputs": "What is Deep Learning?"},
            "/embed_all": {"inputs": "What is Deep Learning?"},
            "/v1/embeddings": {"input": "What is Deep Learning?", "model": "text-embeddings-inference", "encoding_format": "float"},
            "/similarity": {"inputs": {"source_sentence": "What is Deep Learning?", "sentences": ["What is Deep Learning?", "What is a fish?"]}},
            "/tokenize": {"inputs": "What is Deep Learning?"},
        }
        answers = {path: server.post(path, body) for path, body in examples.items()}
        check("text-embeddings-inference, /embed", numpy.array_equal(numpy.float32(answers["/embed"]), expected[:1]))
        check("text-embeddings-inference, /v1/embeddings", numpy.array_equal(numpy.float32(answers["/v1/embeddings"]["data"][0]["embedding"]), expected[0]))
        check("text-embeddings-inference, /similarity", abs(answers["/similarity"][0] - 1) < 1e-6 and abs(answers["/similarity"][1] - float(expected[0] @ encode(mtt, model, ["What is a fish?"])[0])) < 1e-6)
        tokens = numpy.float32(answers["/embed_all"][0])
        check("text-embeddings-inference, /embed_all and /tokenize", len(tokens) == len(answers["/tokenize"][0]) and numpy.allclose(tokens.mean(0) / numpy.linalg.norm(tokens.mean(0)), expected[0], atol=1e-6))

        with urllib.request.urlopen(server.url + "/metrics") as answer:
            families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
        check("prometheus_client", families["te_request_success"].samples[0].value > 0 and "te_request_duration" in families)


def prediction_clients(mtt, run):
    with Server(mtt, run) as server:
        task = next(task["name"] for task in server.info()["tasks"] if task["labels"] and task["reads_single_texts"])
        labels = InferenceClient(model=f"{server.url}/predict/{task}").text_classification("Book a table for two tonight")
        lines = subprocess.run([mtt, "predict", "--model", run, "--top", "all"], input="Book a table for two tonight\n", capture_output=True, text=True, check=True).stdout
        expected = json.loads(lines)[task]["top"]
        check(f"huggingface_hub, text_classification of '{task}'", [(one.label, one.score) for one in labels] == [(one["label"], one["score"]) for one in expected])


def schemathesis(mtt, models, examples):
    for model in models:
        with Server(mtt, model) as server:
            command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run", server.url + "/openapi.json", "--max-examples", str(examples), "--checks", "all", "--seed", "1", "--no-color"]
            done = subprocess.run(command, capture_output=True, text=True)
            check(f"schemathesis, {os.path.basename(model)}", done.returncode == 0)
            print(done.stdout[-4000:] if done.returncode else "     " + done.stdout.strip().splitlines()[-2].strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mtt")
    parser.add_argument("model")
    parser.add_argument("run")
    parser.add_argument("--examples", type=int, default=100)
    arguments = parser.parse_args()
    embedding_clients(arguments.mtt, arguments.model)
    prediction_clients(arguments.mtt, arguments.run)
    schemathesis(arguments.mtt, [arguments.model, arguments.run], arguments.examples)
    return check.failed > 0


if __name__ == "__main__":
    sys.exit(main())
