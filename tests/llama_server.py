"""A llama.cpp server as a program of its own: `python -m tests.llama_server FILE KEY`.

It says its address and ends with its standard input.
"""

from __future__ import annotations

import sys

import xllamacpp

if __name__ == "__main__":
    params = xllamacpp.CommonParams()
    params.model.path, key = sys.argv[1:]
    params.n_ctx = 512
    params.n_parallel = 1
    params.cpuparams.n_threads = 2
    params.api_keys = [key]
    params.hostnames = ["127.0.0.1"]
    params.warmup = False
    params.port = 0
    server = xllamacpp.Server(params)
    sys.stdout.write(f"address {server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
