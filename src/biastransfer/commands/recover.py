"""``biastransfer recover``: after a crash of Snakemake, end its jobs and remove its lock, then continue."""

import contextlib
import getpass
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from biastransfer.common.problems import Problem

JOB_NAMES = "biastransfer"
"""``slurm-jobname-prefix`` of profiles/slurm."""
SUBMISSIONS = ".snakemake/slurm_logs"
"""Where Snakemake's executor puts the logs of what it submits."""
PATIENCE = 120.0
"""Seconds for jobs to end, since a training saves its state first."""


def recover(folder: Path, arguments: Sequence[str], say: Callable[[str], None] = print) -> list[str]:
    """End the jobs of a crashed Snakemake in a folder, and unlock the folder.

    Parameters
    ----------
    folder : Snakemake's working directory.
    arguments : of the crashed snakemake command.

    Returns
    -------
    The command that continues.

    Raises
    ------
    Problem : Snakemake still runs, jobs do not end, or the folder cannot be unlocked.
    """
    if running := [process.pid for process in _processes(folder) if _is_snakemake(process)]:
        raise Problem(
            f"Snakemake still runs in {folder} (process {running[0]}); recovery needs a crashed one, so stop it and its jobs with "
            f"kill -INT {running[0]}."
        )
    say(f"recovery ended {_end_local(folder)} jobs on this machine and {_end_slurm(folder, say)} in Slurm's queue")
    program = [sys.executable, "-m", "snakemake"]
    done = subprocess.run([*program, *arguments, "--unlock"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"snakemake {' '.join(arguments)} --unlock failed: {done.stderr.strip().splitlines()[-1]}")
    return [*program, *arguments, "--rerun-incomplete"]


def _processes(folder: Path) -> list[psutil.Process]:
    """This user's other processes with a folder as working directory."""
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if (
                process.pid not in mine
                and process.uids().real == os.getuid()
                and Path(process.cwd()) == folder.resolve()
            ):
                processes.append(process)
    return processes


def _arguments(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def _is_snakemake(process: psutil.Process) -> bool:
    """Whether a process is a main Snakemake; those of jobs have the option --target-jobs."""
    arguments = _arguments(process)
    program = [Path(argument).name for argument in arguments[:3]]
    return "snakemake" in program and not any(argument.startswith("--target-jobs") for argument in arguments)


def _is_job(process: psutil.Process) -> bool:
    """Whether a process or a preloaded fork runs a rule's script (:mod:`biastransfer.engine.preload`)."""
    return any(
        "/.snakemake/scripts/" in argument or argument == "biastransfer.engine.preload"
        for argument in _arguments(process)
    )


def _end_local(folder: Path) -> int:
    """End the jobs on this machine; returns their number."""
    jobs = [process for process in _processes(folder) if _is_job(process)]
    for job in jobs:
        with contextlib.suppress(psutil.NoSuchProcess):
            job.terminate()
    _, alive = psutil.wait_procs(jobs, timeout=PATIENCE)
    for job in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            job.kill()
    psutil.wait_procs(alive, timeout=5)
    return len(jobs)


def _end_slurm(folder: Path, say: Callable[[str], None]) -> int:
    """Cancel the jobs in Slurm's queue from a folder, and wait for their end; returns their number.

    Where Slurm does not answer, a folder that never submitted to it has no jobs there.
    """
    if not shutil.which("squeue"):
        return 0
    try:
        jobs = _in_queue(folder)
    except Problem as problem:
        if (folder / SUBMISSIONS).is_dir():
            raise
        say(f"warning: {problem} No submission of this folder is on record, so recovery goes on without Slurm.")
        return 0
    if jobs:
        _slurm("scancel", *jobs)
    deadline = time.monotonic() + PATIENCE
    while left := _in_queue(folder):
        if time.monotonic() > deadline:
            raise Problem(f"Slurm's jobs {', '.join(left)} do not end; see squeue -j {','.join(left)}.")
        time.sleep(1)
    return len(jobs)


def _in_queue(folder: Path) -> list[str]:
    output = _slurm("squeue", "--noheader", "--user", getpass.getuser(), "--format", "%i|%j|%Z")
    rows = [line.strip().split("|", 2) for line in output.splitlines() if line.strip()]
    return [
        number for number, name, place in rows if name.startswith(f"{JOB_NAMES}_") and Path(place) == folder.resolve()
    ]


def _slurm(*command: str) -> str:
    """What a program of Slurm prints."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE or None)
    except subprocess.TimeoutExpired:
        raise Problem(f"{command[0]} does not answer; see whether Slurm's controller runs.") from None
    if done.returncode:
        reason = " ".join(done.stderr.split()).rstrip(".") or f"exit status {done.returncode}"
        raise Problem(f"{command[0]} failed ({reason}); see whether Slurm's controller runs.")
    return done.stdout
