"""The frame of every script of the workflow: its log, its cost, and one sentence for an error of the user."""

import errno
import os
import re
import resource
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from biastransfer.common.problems import Problem
from biastransfer.engine import gpu_pool, preload
from biastransfer.study.end_of_run import PROBLEMS, elsewhere

USER_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
"""Errors that a user can correct: no space, no quota, too large a file, a read-only disk, no permission."""


@contextmanager
def job(snakemake, *, network: bool = False) -> Iterator[None]:
    """Run a script's body with its output in the rule's log, in a preloaded process if possible.

    A job sees only the GPUs of its ``resources.gpu``, see :mod:`biastransfer.engine.gpu_pool`. Jobs are offline without
    ``network``; with it they run in their own process, since the preloaded libraries are offline.

    A :class:`Problem` ends the job without traceback. Its sentences go to the log and to ``results/{study}/logs/problems/``; the
    Snakefile repeats them at the end of the run. A disk error (:func:`disk_error`) ends alike. Any other exception is a
    defect and keeps its traceback. A finished job writes its cost to ``results/{study}/benchmarks/``.
    """
    started = float(os.environ.pop(preload.STARTED, 0)) or _process_start()
    os.environ["HF_HUB_OFFLINE"] = os.environ.get("HF_HUB_OFFLINE", "0") if network else "1"
    if not network:
        preload.hand_over(sys.argv[0], started)
    log = Path(snakemake.log[0])
    problem_file = beside_logs(log, PROBLEMS, flat=True)
    problem_file.unlink(missing_ok=True)
    terminal = os.dup(2)
    with log.open("w", encoding="utf-8", buffering=1) as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        sys.stdout = sys.stderr = stream
        try:
            startup = time.time() - started
            gpu_pool.take(getattr(snakemake, "resources", {}).get("gpu", 0))
            yield
            _write_cost(log, time.time() - started, startup)
        except BaseException as error:
            sentence = str(error) if isinstance(error, Problem) else disk_error(error, list(snakemake.output))
            _write_error(sentence or traceback.format_exc().rstrip(), stream, terminal)
            if sentence:
                _write_problem(sentence, problem_file, terminal)
            preload.end(1)


def training_file(snakemake) -> Path:
    """The file for the state of a running training; Snakemake deletes the outputs of a failed job, but not this."""
    return beside_logs(Path(snakemake.log[0]), "partial", flat=True).with_suffix(".pt")


def _process_start() -> float:
    """Start of this process, in seconds since the epoch."""
    import psutil

    return psutil.Process().create_time()


def _write_cost(log: Path, seconds: float, startup: float) -> None:
    """Write the job's cost: wall seconds, seconds until the body starts, CPU seconds, peak memory.

    Snakemake's own ``benchmark:`` sees only the waiting process.
    """
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(used.ru_utime + used.ru_stime for used in (own, children))
    memory = max(own.ru_maxrss, children.ru_maxrss) / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"finished in {seconds:.1f} s, with {startup:.1f} s to start; {cpu:.1f} s of CPU, {memory:.0f} MiB at most")
    file = beside_logs(log, "benchmarks").with_suffix(".tsv")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"s\tstartup_s\tcpu_s\tmax_rss_mib\n{seconds:.3f}\t{startup:.3f}\t{cpu:.2f}\t{memory:.1f}\n", encoding="utf-8"
    )


def disk_error(error: BaseException, outputs: Sequence[str]) -> str | None:
    """One sentence for a full, read-only or closed disk; None for every other error, which is a defect.

    Parameters
    ----------
    error : Python and pyarrow set its ``errno``; libraries in Rust end its message with "(os error 28)".
    outputs : of the job; the first replaces a missing file name.
    """
    code = error.errno if isinstance(error, OSError) else None
    if code is None and (match := re.search(r"\(os error (\d+)\)", str(error))):
        code = int(match[1])
    if code not in USER_ERRORS:
        return None
    place = getattr(error, "filename", None) or next(iter(outputs), "results")
    reason = os.strerror(code)
    return f"{place}: cannot be opened or written: {reason[0].lower()}{reason[1:]}."


def _write_error(text: str, stream, terminal: int) -> None:
    """Write why a job failed into its log, or to the terminal if the disk is full."""
    try:
        print(text, file=stream, flush=True)
    except OSError:
        os.write(terminal, f"{text}\n".encode())


def _write_problem(sentence: str, file: Path, terminal: int) -> None:
    """Write a sentence for the Snakefile: beside the logs, in the temporary folder if that disk is full, or else to the terminal."""
    for place in (file, elsewhere(file.parent) / file.name):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{sentence}\n", encoding="utf-8")
        except OSError:
            continue
        return
    os.write(terminal, f"{sentence}\n".encode())


def beside_logs(log: Path, folder: str, *, flat: bool = False) -> Path:
    """Another file of a job, in a study's ``folder``: with one flat name, or in the folders of its log."""
    parts = log.parts
    root = parts.index("logs") if "logs" in parts else len(parts) - 1
    rest = parts[root + 1 :]
    return Path(*parts[:root], folder, *(["-".join(rest)] if flat else rest))
