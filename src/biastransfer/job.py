"""What every script of the workflow does first: write its log, and tell a user's mistake in one sentence."""

import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from biastransfer.problems import Problem

PROBLEMS = "problems"


@contextmanager
def job(snakemake) -> Iterator[None]:
    """Run a script's body with its output in the rule's log.

    A :class:`Problem` ends the job without traceback; its sentences stand in the log and in
    ``results/{study}/logs/problems/``, from where the Snakefile repeats them when the run ends. Any other exception is a
    defect and keeps its traceback.
    """
    log = Path(snakemake.log[0])
    problem_file = _problem_file(log)
    problem_file.unlink(missing_ok=True)
    started = time.monotonic()
    with log.open("w", encoding="utf-8", buffering=1) as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        sys.stdout = sys.stderr = stream
        try:
            yield
        except Problem as problem:
            print(problem)
            problem_file.parent.mkdir(parents=True, exist_ok=True)
            problem_file.write_text(f"{problem}\n", encoding="utf-8")
            _stop(stream)
        except BaseException:
            traceback.print_exc()
            _stop(stream)
        print(f"finished in {time.monotonic() - started:.1f} s")


def _stop(stream) -> None:
    """End the job as failed; the log has said why, and Python's own farewell would only be lost in it."""
    stream.flush()
    os._exit(1)


def _problem_file(log: Path) -> Path:
    parts = log.parts
    root = parts.index("logs") if "logs" in parts else len(parts) - 1
    return Path(*parts[: root + 1]) / PROBLEMS / "-".join(parts[root + 1 :])
