"""A server that imports the slow libraries once and forks a child for every job.

A study has hundreds of small jobs, which spend most of their time on importing torch and transformers (four seconds alone). While
Snakemake runs jobs on this machine, :func:`start` keeps one process with these imports. A job's own process hands its script to a
fork (:func:`hand_over`) and waits.

* The server imports only third-party modules: a job runs this package's code of its start.
* A job without a server (another machine, a conda environment, a server that still imports) runs in its own process.
* When the waiting process ends for any reason, its child ends; when Snakemake ends, the server ends.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SERVER, STARTED = "BIASTRANSFER_PRELOAD", "BIASTRANSFER_JOB_STARTED"
MODULES = (
    "torch",
    "torch._dynamo",
    "transformers",
    "transformers.modeling_utils",
    "transformers.models.auto.modeling_auto",
    "transformers.models.auto.tokenization_auto",
    "transformers.models.bert.modeling_bert",
    "transformers.models.distilbert.modeling_distilbert",
    "transformers.models.roberta.modeling_roberta",
    "pandas",
    "pyarrow.parquet",
    "pydantic.main",
    "pydantic.types",
    "scipy.stats",
    "sklearn.metrics",
    "snakemake.script",
    "statsmodels.api",
    "tokenizers",
)

GRACE = 30.0
"""Seconds for a job to save its state, as with Slurm's default."""
LONGEST_PLACE = 100
"""Bytes of a socket's path; the system allows 107."""

_servers: list[subprocess.Popen] = []
_waiting: list[socket.socket] = []
"""In a fork: the connection to its waiting process."""


def start() -> None:
    """Start the server as a child of this process; jobs find it through the environment.

    The server needs Linux (``fork`` before any library starts threads) and a temporary folder with a short path; otherwise jobs
    run in their own processes.
    """
    if not sys.platform.startswith("linux") or os.environ.get(SERVER) == "off":
        return
    place = f"{tempfile.mkdtemp(prefix='biastransfer-')}/socket"
    if len(os.fsencode(place)) > LONGEST_PLACE:
        return
    os.environ[SERVER] = place
    environment = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", **os.environ, "HF_HUB_OFFLINE": "1"}
    environment["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"  # counting GPUs must not start CUDA, which no fork survives
    # Its standard input closes when this process ends, even by a kill.
    _servers.append(
        subprocess.Popen(
            [sys.executable, "-m", "biastransfer.engine.preload", place, sys.prefix],
            stdin=subprocess.PIPE,
            env=environment,
        )
    )


def hand_over(script: str, started: float) -> None:
    """Run ``script`` in a fork of the server and end this process with its exit code; return without a server.

    Parameters
    ----------
    script : path of a Python file.
    started : start of this process, seconds since the epoch.
    """
    place = os.environ.get(SERVER, "off")
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(place)
    except OSError:
        return
    environment = {name: value for name, value in os.environ.items() if name != SERVER} | {STARTED: str(started)}
    request = {"prefix": sys.prefix, "script": script, "folder": os.getcwd(), "environment": environment}
    try:
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = connection.recv(1)
    except OSError:
        answer = b""
    if answer == b"?":
        return
    if not answer:
        print(f"{script}: a signal killed the process of this job", file=sys.stderr, flush=True)
    os._exit(0 if answer == b"0" else 1)


def serve(place: str, prefix: str) -> None:
    """Import, then fork a child per request until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for name in MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen(64)
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        connection = listener.accept()[0]
        if os.fork() == 0:
            listener.close()
            _work(connection, prefix)
        connection.close()
    shutil.rmtree(Path(place).parent, ignore_errors=True)


def _work(connection: socket.socket, prefix: str) -> None:
    """Run one job in a new fork and report its exit code; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        with connection.makefile() as lines:
            request = json.loads(lines.readline())
        if request["prefix"] != prefix:
            connection.sendall(b"?")
            os._exit(0)
        _waiting.append(connection)
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = [request["script"]]
        runpy.run_path(request["script"], run_name="__main__")
        code = 0
    except SystemExit as farewell:
        code = int(farewell.code not in (None, 0))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    end(code)


def end(code: int) -> None:
    """End this process and its waiting process with the same code."""
    for connection in _waiting:
        with contextlib.suppress(OSError):
            connection.sendall(b"1" if code else b"0")
    os._exit(code)


def _end_with(connection: socket.socket) -> None:
    """End this process after its waiting process; a running training saves its state first."""
    with contextlib.suppress(OSError):
        connection.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


if __name__ == "__main__":
    from biastransfer.engine import preload  # the jobs import this module by name; __main__ is another one

    preload.serve(*sys.argv[1:])
