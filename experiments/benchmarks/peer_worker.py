"""One peer in one process: peer_worker.py ARM MODEL TEXTS|- THREADS; prints {"seconds": ..., "sentences": ...}."""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

TOKENS_PER_BATCH = 1024
WARM_UP = 64


def sentence_transformers(model, texts, threads):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    encoder = SentenceTransformer(model, device="cpu", local_files_only=True)
    return lambda batch: encoder.encode(batch, batch_size=32, convert_to_numpy=True, show_progress_bar=False)


def ctranslate2(model, converted, workers, threads):
    import ctranslate2
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    encoder = ctranslate2.Encoder(str(converted), device="cpu", inter_threads=workers, intra_threads=threads, compute_type="float32")
    pool = ThreadPoolExecutor(workers)

    def run(batch):
        tokens = [e.ids for e in tokenizer.encode_batch_fast(batch)]
        order = sorted(range(len(tokens)), key=lambda i: -len(tokens[i]))
        chunks, used = [[]], 0
        for i in order:
            if used + len(tokens[i]) > TOKENS_PER_BATCH and chunks[-1]:
                chunks.append([])
                used = 0
            chunks[-1].append(i)
            used += len(tokens[i])
        result = np.empty((len(tokens), 384), dtype=np.float32)

        def encode(chunk):
            hidden = np.array(encoder.forward_batch([tokens[i] for i in chunk]).last_hidden_state)
            for row, i in enumerate(chunk):
                vector = hidden[row, : len(tokens[i])].mean(axis=0)
                result[i] = vector / np.linalg.norm(vector)

        list(pool.map(encode, chunks))
        return result

    return run


def main():
    arm, model, texts, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    lines = ["hello world"] if texts == "-" else Path(texts).read_text(encoding="utf-8").split("\n")[:-1]
    if arm == "sentence-transformers":
        encode = sentence_transformers(model, lines, threads)
    else:
        workers = 2 if arm == "ctranslate2 2x1" else 1
        encode = ctranslate2(model, sys.argv[5], workers, threads // workers)
    if texts == "-":
        print(encode(lines)[0][:3])
        return
    encode(lines[:WARM_UP])
    start = time.perf_counter()
    vectors = encode(lines)
    seconds = time.perf_counter() - start
    if len(sys.argv) > 6:
        np.save(sys.argv[6], vectors)
    print(json.dumps({"seconds": seconds, "sentences": len(lines)}))


if __name__ == "__main__":
    main()
