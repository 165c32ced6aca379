#!/usr/bin/env python3
"""Clients that misbehave, against mtt serve: each must get its status, and nobody else may notice.

    serve_abuse.py MTT MODEL [--requests 100000]

10,000 idle connections, slow clients, malformed HTTP, bodies over the limit, invalid UTF-8, texts of 1 MB, dropped connections,
growth of memory from request 10,000 to --requests and in the second half of them, and SIGTERM under load. Sends to 127.0.0.1 only."""

import argparse
import json
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time


class Server:
    def __init__(self, mtt, model, *more):
        self.process = subprocess.Popen([mtt, "serve", "--model", model, "--port", "0", *more], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"http://\S+:(\d+)", self.process.stdout.readline())[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=120)

    def memory_kb(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup") as memory:
            return int(re.search(r"Anonymous:\s+(\d+)", memory.read())[1])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()


def post(body, path="/embed"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body


def answer(connection, received=b""):
    """-> status, body; 0 where the connection ends."""
    while b"\r\n\r\n" not in received:
        block = connection.recv(65536)
        if not block:
            return 0, b""
        received += block
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    while len(body) < length:
        block = connection.recv(65536)
        if not block:
            return 0, b""
        body += block
    return int(head.split()[1]), body


def ask(server, request):
    with server.connect() as connection:
        connection.sendall(request)
        return answer(connection)


def check(name, good, remark=""):
    print(f"{'ok  ' if good else 'FAIL'} {name} {remark}", flush=True)
    check.failed += not good


check.failed = 0


def alive(server):
    return ask(server, post({"inputs": "Is anybody there?"}))[0] == 200


def malformed(server):
    host = b"Host: localhost\r\n"
    cases = {
        "rubbish": (b"\x00\xff\xfe rubbish\r\n\r\n", 400),
        "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        "two lengths": (b"POST /embed HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        "length and chunks": (b"POST /embed HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        "a long header": (b"GET / HTTP/1.1\r\n" + host + b"A: " + b"b" * 100000 + b"\r\n\r\n", 431),
        "a body over the limit": (post(b'{"inputs": "' + b"a" * 3000000 + b'"}'), 413),
        "invalid UTF-8": (post(b'{"inputs": "\xff\xfe"}'), 400),
        "a lone surrogate": (post(b'{"inputs": "\\ud800"}'), 400),
        "deep nesting": (post(b"[" * 100000), 400),
        "a huge number": (post(b'{"inputs": [1e999]}'), 400),
        "two million brackets": (post(b'{"inputs": [' + b"[]," * 600000 + b"[]]}"), 422),
    }
    for name, (request, expected) in cases.items():
        status, _ = ask(server, request)
        check(name, status == expected, f"status {status}")


def long_texts(server):
    for name, text in {"a text of 1 MB": "a long text " * 87000, "a word of 1 MB": "a" * 1000000, "1 MB of emoji": "😀" * 250000}.items():
        body = json.dumps({"inputs": text}, ensure_ascii=False).encode()
        begin = time.time()
        status, _ = ask(server, post(body))
        check(name, status == 200, f"status {status}, {time.time() - begin:.1f} s")
    status, _ = ask(server, post(json.dumps({"inputs": "a long text " * 87000, "truncate": False}).encode()))
    check("a text of 1 MB that may not be truncated", status == 422, f"status {status}")


def idle_connections(server, count):
    before = server.memory_kb()
    idle = [server.connect() for _ in range(count)]
    begin = time.time()
    check(f"{count} idle connections", alive(server), f"an answer in {(time.time() - begin) * 1000:.0f} ms, {server.memory_kb() - before} kB more")
    slow = [server.connect() for _ in range(100)]
    for connection in slow:
        connection.sendall(b"POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
    for connection in idle:
        connection.close()
    check("100 slow clients beside it", alive(server))
    statuses = {answer(connection)[0] for connection in slow}
    check("slow clients get status 408", statuses == {408}, str(statuses))


def dropped_connections(server):
    for i in range(1000):
        connection = server.connect()
        request = post({"inputs": ["text"] * 30})
        connection.sendall(request[: len(request) * (i % 5) // 4])
        if i % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()
    check("1,000 dropped connections", alive(server))


def memory_growth(server, requests):
    done = 0

    def send(count, connections=8):
        nonlocal done
        threads, good = [], []

        def client(share):
            with server.connect() as connection:
                for i in range(share):
                    connection.sendall(post({"inputs": f"A short text with the number {i % 1000}"}))
                    if answer(connection)[0] != 200:
                        return
            good.append(share)

        for _ in range(connections):
            threads.append(threading.Thread(target=client, args=(count // connections,)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        count = count // connections * connections
        check(f"{count} requests are answered", sum(good) == count)
        done += count

    send(10000, connections=64)
    memory = {done: server.memory_kb()}
    for end in (requests // 2, requests):
        send(end - done)
        memory[done] = server.memory_kb()
    (first, begin), (half, middle), (last, end) = memory.items()
    check(f"memory from request {first:,} to {last:,}", end - begin < 1024, f"{end - begin} kB")
    check(f"memory from request {half:,} to {last:,}", end - middle < 256, f"{end - middle} kB")


def stop_under_load(mtt, model):
    server = Server(mtt, model)
    sent = answered = 0
    lock = threading.Lock()

    def client():
        nonlocal sent, answered
        with server.connect() as connection:
            while True:
                try:
                    connection.sendall(post({"inputs": ["One text.", "Another text."]}))
                except OSError:
                    return
                with lock:
                    sent += 1
                head = connection.recv(65536)
                if b"200 OK" in head:
                    with lock:
                        answered += 1
                if not head or b"Connection: close" in head:
                    return
                answer(connection, head)

    threads = [threading.Thread(target=client) for _ in range(32)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    code = server.stop()
    for thread in threads:
        thread.join()
    check("SIGTERM under load", code == 0 and sent == answered > 100, f"{answered} of {sent} requests answered, exit code {code}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mtt")
    parser.add_argument("model")
    parser.add_argument("--requests", type=int, default=100000)
    parser.add_argument("--idle", type=int, default=10000)
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = Server(arguments.mtt, arguments.model)
    malformed(server)
    long_texts(server)
    dropped_connections(server)
    idle_connections(server, arguments.idle)
    check("the server stops cleanly", server.stop() == 0)
    server = Server(arguments.mtt, arguments.model)
    memory_growth(server, arguments.requests)
    check("the server stops cleanly", server.stop() == 0)
    stop_under_load(arguments.mtt, arguments.model)
    return check.failed > 0


if __name__ == "__main__":
    sys.exit(main())
