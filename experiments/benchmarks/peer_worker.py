"""One peer in one process, from texts in memory to normalised vectors.

peer_worker.py SPEC TEXTS OUT [STS STS_OUT]: SPEC is JSON. With a "setting" ({"batch", "workers"}), the texts are encoded once
with it, and the vectors are written to OUT. Without one, each setting is timed, the fastest is printed, and the sentences of
STS are encoded with it. peer_worker.py SPEC - encodes one sentence.
"""
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

MAX_TOKENS = 256
BATCHES = (16, 32, 64, 128)
WARM_UP = 64


def sentence_transformers(spec, workers):
    import torch
    from sentence_transformers import SentenceTransformer

    threads = spec["threads"]
    torch.set_num_threads(threads)
    backend, options = spec.get("backend", "torch"), {}
    if backend == "torch":
        options = {"dtype": getattr(torch, {"fp32": "float32", "bf16": "bfloat16"}[spec["precision"]])}
    elif backend == "onnx":
        import onnxruntime

        session = onnxruntime.SessionOptions()
        session.intra_op_num_threads = threads
        options = {"file_name": spec["file"], "provider": "CPUExecutionProvider", "session_options": session}
    elif backend == "openvino":
        options = {"file_name": spec["file"], "ov_config": {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
                                                            "INFERENCE_PRECISION_HINT": spec["hint"]}}
    encoder = SentenceTransformer(spec["model"], device="cpu", backend=backend, model_kwargs=options, local_files_only=True)
    return lambda texts, batch: encoder.encode(texts, batch_size=batch, convert_to_numpy=True, show_progress_bar=False)


def tokenizer_of(spec):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(spec["tokenizer"]) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def sorted_batches(spec, workers, hidden_states):
    """Tokenizes, sorts by length, and mean-pools what hidden_states returns for the token ids of a batch."""
    tokenizer = tokenizer_of(spec)
    pool = ThreadPoolExecutor(workers)

    def run(texts, batch):
        tokens = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(tokens)), key=lambda i: -len(tokens[i]))
        result = np.empty((len(tokens), spec["dimensions"]), dtype=np.float32)

        def encode(chunk):
            hidden = hidden_states([tokens[i] for i in chunk])
            lengths = np.array([len(tokens[i]) for i in chunk])
            weights = (np.arange(hidden.shape[1]) < lengths[:, None]).astype(np.float32)[:, None]
            sums = np.matmul(weights, hidden)[:, 0]
            result[chunk] = sums / np.linalg.norm(sums, axis=1, keepdims=True)

        list(pool.map(encode, [order[at : at + batch] for at in range(0, len(order), batch)]))
        return result

    return run


def padded(tokens):
    ids = np.zeros((len(tokens), len(tokens[0])), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, one in enumerate(tokens):
        ids[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def ctranslate2(spec, workers):
    import ctranslate2

    kind = {"fp32": "float32", "int8": "int8"}[spec["precision"]]
    encoder = ctranslate2.Encoder(spec["file"], device="cpu", inter_threads=workers, intra_threads=spec["threads"] // workers,
                                  compute_type=kind)
    return sorted_batches(spec, workers, lambda tokens: np.array(encoder.forward_batch(tokens).last_hidden_state))


def onnx_runtime(spec, workers):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = spec["threads"] // workers
    session = onnxruntime.InferenceSession(spec["file"], options, providers=["CPUExecutionProvider"])
    names = {value.name for value in session.get_inputs()}

    def hidden_states(tokens):
        return session.run(None, {name: value for name, value in padded(tokens).items() if name in names})[0]

    return sorted_batches(spec, workers, hidden_states)


def openvino(spec, workers):
    import openvino

    core = openvino.Core()
    if spec["hint"] == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise RuntimeError("OpenVINO has no bf16 on this processor")
    compiled = core.compile_model(spec["file"], "CPU", {
        "INFERENCE_NUM_THREADS": spec["threads"], "NUM_STREAMS": workers, "INFERENCE_PRECISION_HINT": spec["hint"]})
    used = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
    if used != spec["hint"]:
        raise RuntimeError(f"OpenVINO uses {used} on this processor")
    requests = threading.local()

    def hidden_states(tokens):
        if not hasattr(requests, "own"):
            requests.own = compiled.create_infer_request()
        return requests.own.infer(padded(tokens), share_inputs=True, share_outputs=True)[0]

    return sorted_batches(spec, workers, hidden_states)


LIBRARIES = {"sentence-transformers": sentence_transformers, "ctranslate2": ctranslate2, "onnxruntime": onnx_runtime,
             "openvino": openvino}


def seconds_of(encode, texts, batch):
    start = time.perf_counter()
    vectors = encode(texts, batch)
    return time.perf_counter() - start, vectors


def chosen(spec, texts):
    """The fastest setting: batch size, and for two threads also two workers with one thread each."""
    layouts = [1, spec["threads"]] if spec["threads"] > 1 and spec["library"] != "sentence-transformers" else [1]
    encoders = {workers: LIBRARIES[spec["library"]](spec, workers) for workers in layouts}
    best = {}
    for turn in range(spec["passes"] + 1):
        for workers, encode in encoders.items():
            for batch in BATCHES:
                took = seconds_of(encode, texts[:WARM_UP] if turn == 0 else texts, batch)[0]
                if turn > 0:
                    best[workers, batch] = min(took, best.get((workers, batch), took))
    workers, batch = min(best, key=best.get)
    return encoders[workers], {"batch": batch, "workers": workers}


def lines_of(path):
    return Path(path).read_text(encoding="utf-8").split("\n")[:-1]


def main():
    spec, source = json.loads(sys.argv[1]), sys.argv[2]
    load = LIBRARIES[spec["library"]]
    if source == "-":
        print(load(spec, 1)(["hello world"], 1)[0][:3])
        return
    texts = lines_of(source)
    if "setting" not in spec:
        encode, setting = chosen(spec, texts[:: max(1, len(texts) // spec["tuning"])])
        if len(sys.argv) > 4:
            np.save(sys.argv[5], encode(lines_of(sys.argv[4]), setting["batch"]))
        print(json.dumps({"setting": setting}))
        return
    setting = spec["setting"]
    encode = load(spec, setting["workers"])
    encode(["hello world"], 1)
    start_up = time.time() - float(os.environ["STARTED"])
    encode(texts[:WARM_UP], setting["batch"])
    seconds, vectors = seconds_of(encode, texts, setting["batch"])
    np.save(sys.argv[3], vectors)
    print(json.dumps({"seconds": seconds, "sentences": len(texts), "start_seconds": start_up}))


if __name__ == "__main__":
    main()
