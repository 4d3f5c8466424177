"""What every script of the workflow does first: write its log and its cost, and tell a user's mistake in one sentence."""

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

PROBLEMS = "logs/problems"
MENDED_BY_USER = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
"""What a user mends: no space, no quota, files that must not be so large, a read-only disk, no permission."""


@contextmanager
def job(snakemake, *, network: bool = False) -> Iterator[None]:
    """Run a script's body with its output in the rule's log, in a preloaded process where there is one.

    A job sees the GPUs that it was promised (``resources.gpu``) and no others, see :mod:`biastransfer.engine.gpu_pool`. Jobs are
    offline unless they say ``network``; those run by themselves, since the preloaded libraries are offline.
    A :class:`Problem` ends the job without traceback; its sentences stand in the log and in
    ``results/{study}/logs/problems/``, from where the Snakefile repeats them when the run ends. So does a disk that cannot be
    written to (:func:`not_written`). Any other exception is a defect and keeps its traceback. A finished job leaves its cost
    in ``results/{study}/benchmarks/``.
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
            sentence = str(error) if isinstance(error, Problem) else not_written(error, list(snakemake.output))
            _tell(sentence or traceback.format_exc().rstrip(), stream, terminal)
            if sentence:
                _tell_file(sentence, problem_file, terminal)
            preload.end(1)


def training_file(snakemake) -> Path:
    """Where the state of a job's training is kept while it runs: Snakemake deletes the outputs of a job that fails."""
    return beside_logs(Path(snakemake.log[0]), "partial", flat=True).with_suffix(".pt")


def _process_start() -> float:
    """When this process began, in seconds since the epoch."""
    import psutil

    return psutil.Process().create_time()


def _write_cost(log: Path, seconds: float, startup: float) -> None:
    """Write what the job cost: wall seconds, seconds until the body starts, CPU seconds, peak memory.

    Snakemake's own ``benchmark:`` would see the waiting process only.
    """
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(used.ru_utime + used.ru_stime for used in (own, children))
    memory = max(own.ru_maxrss, children.ru_maxrss) / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"finished in {seconds:.1f} s, {startup:.1f} s of it to start; {cpu:.1f} s of CPU, {memory:.0f} MiB at most")
    file = beside_logs(log, "benchmarks").with_suffix(".tsv")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"s\tstartup_s\tcpu_s\tmax_rss_mib\n{seconds:.3f}\t{startup:.3f}\t{cpu:.2f}\t{memory:.1f}\n", encoding="utf-8"
    )


def not_written(error: BaseException, outputs: Sequence[str]) -> str | None:
    """Say that a disk is full, read-only or another's, in a sentence; None for every other error, which is a defect.

    Parameters
    ----------
    error : of Python and pyarrow, which have an ``errno``, or of a library in Rust, whose message ends in "(os error 28)".
    outputs : of the job; the first is named if the error names no file.
    """
    code = error.errno if isinstance(error, OSError) else None
    if code is None and (found := re.search(r"\(os error (\d+)\)", str(error))):
        code = int(found[1])
    if code not in MENDED_BY_USER:
        return None
    place = getattr(error, "filename", None) or next(iter(outputs), "results")
    reason = os.strerror(code)
    return f"{place}: cannot be opened or written: {reason[0].lower()}{reason[1:]}."


def _tell(text: str, stream, terminal: int) -> None:
    """Write why a job failed into its log, or to where its output would go if the log cannot hold it."""
    try:
        print(text, file=stream, flush=True)
    except OSError:
        os.write(terminal, f"{text}\n".encode())


def _tell_file(sentence: str, file: Path, terminal: int) -> None:
    """Leave a sentence where the Snakefile finds it; say it at once if that cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{sentence}\n", encoding="utf-8")
    except OSError:
        os.write(terminal, f"{sentence}\n".encode())


def beside_logs(log: Path, folder: str, *, flat: bool = False) -> Path:
    """Where a job keeps another file of its own, in a study's ``folder``: under one name, or in folders like those of its log."""
    parts = log.parts
    root = parts.index("logs") if "logs" in parts else len(parts) - 1
    rest = parts[root + 1 :]
    return Path(*parts[:root], folder, *(["-".join(rest)] if flat else rest))
