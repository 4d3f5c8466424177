"""One GPU per job on machines with several.

Snakemake counts GPUs but names none. A job takes a file lock for each of its GPUs; the system frees it when the process ends.
"""

import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from biastransfer.common.problems import Problem

POOL, VISIBLE = "GPU_POOL", "CUDA_VISIBLE_DEVICES"
SCHEDULERS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID", "_CONDOR_SLOT")
"""Variables with the id of a scheduler's job; each such job has its own GPU ids."""

_held: list[FileLock] = []


def pool(environment: Mapping[str, str]) -> list[str]:
    """The GPUs that jobs share: those of ``GPU_POOL``, of ``CUDA_VISIBLE_DEVICES``, or all of this machine.

    A GPU that is listed twice takes two jobs at a time; its second place is ``0#1``.
    """
    given = next((environment[name] for name in (POOL, VISIBLE) if name in environment), None)
    names = _installed() if given is None else [name.strip() for name in given.split(",") if name.strip()]
    seen: Counter[str] = Counter()
    places = []
    for name in names:
        places.append(f"{name}#{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return places


def _installed() -> list[str]:
    command = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return []


def take(count: int) -> None:
    """Wait for ``count`` free GPUs and hide all others from this process.

    Call this before CUDA starts. A job takes all of its GPUs or none, so that two jobs never wait for each other.

    Raises
    ------
    Problem : the machine has fewer GPUs.
    """
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    if not count:
        os.environ[VISIBLE] = ""
        return
    places = pool(os.environ)
    if len(places) < count:
        source = next((name for name in (POOL, VISIBLE) if name in os.environ), "nvidia-smi")
        raise Problem(
            f"{source}: the job needs {count} GPU{'s' * (count > 1)}, but {source} lists {len(places)}; run Snakemake with "
            f"--resources gpu={len(places)}, or list more."
        )
    job = next((os.environ[name] for name in SCHEDULERS if name in os.environ), "")
    folder = Path(tempfile.gettempdir(), "-".join(filter(None, ("biastransfer-gpus", str(os.getuid()), job))))
    folder.mkdir(mode=0o700, exist_ok=True)
    waiting = False
    while True:
        taken = {}
        for place in places:
            lock = FileLock(folder / f"{place.replace('/', '_')}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            taken[place] = lock
            if len(taken) == count:
                _held.extend(taken.values())
                os.environ[VISIBLE] = ",".join(dict.fromkeys(place.partition("#")[0] for place in taken))
                print(f"GPU {os.environ[VISIBLE]} of {','.join(places)}")
                return
        for lock in taken.values():
            lock.release()
        if not waiting:
            print(f"waiting for a free GPU of {','.join(places)}")
        waiting = True
        time.sleep(0.1 + 0.2 * random.random())
