"""Jobs of one machine do not share a GPU: each takes its own and frees it when it ends, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest

from biastransfer.common.problems import Problem
from biastransfer.engine import gpu_pool

JOB = """
import os, sys, time
from types import SimpleNamespace
from biastransfer.engine.job import job
name, gpus, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
with job(SimpleNamespace(log=[f"logs/{name}.log"], output=[], resources={"gpu": gpus})):
    started = time.monotonic()
    with open(f"{name}.begun", "w") as file:
        file.write(os.environ["CUDA_VISIBLE_DEVICES"])
    time.sleep(seconds)
    with open(f"{name}.ended", "w") as file:
        file.write(f"{started} {time.monotonic()} {os.environ['CUDA_VISIBLE_DEVICES']}")
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    (tmp_path / "locks").mkdir()
    return tmp_path


def begin(place: Path, name: str, gpus: int, seconds: float, **environment: str) -> subprocess.Popen:
    """Start a job in its own process, in parallel with others of the same machine."""
    clean = {key: value for key, value in os.environ.items() if key not in (*gpu_pool.SCHEDULERS, gpu_pool.VISIBLE)}
    command = [sys.executable, "-c", JOB, name, str(gpus), str(seconds)]
    return subprocess.Popen(command, cwd=place, env={**clean, "TMPDIR": str(place / "locks"), **environment})


def spans(place: Path) -> dict[str, tuple[float, float, list[str]]]:
    """Job -> when it began, when it ended, and its GPUs."""
    found = {}
    for file in place.glob("*.ended"):
        began, ended, *ids = file.read_text().split(" ")
        found[file.stem] = float(began), float(ended), [name for name in "".join(ids).split(",") if name]
    return found


def test_fifteen_mixed_jobs_never_share_a_gpu(place: Path) -> None:
    wants = [1, 0, 1, 2, 1, 1, 0, 2, 1, 1, 0, 1, 2, 1, 1]
    jobs = [begin(place, f"job{i}", gpus, 0.3, GPU_POOL="0,1") for i, gpus in enumerate(wants)]
    assert [job.wait(120) for job in jobs] == [0] * 15
    found = spans(place)
    assert [len(found[f"job{i}"][2]) for i in range(15)] == wants
    assert {name for *_, ids in found.values() for name in ids} == {"0", "1"}
    overlaps = [
        (first, second)
        for first, second in combinations(sorted(found), 2)
        if set(found[first][2]) & set(found[second][2])
        and found[first][0] < found[second][1]
        and found[second][0] < found[first][1]
    ]
    assert overlaps == []


def test_two_jobs_run_at_once_and_the_third_waits(place: Path) -> None:
    jobs = [begin(place, name, 1, 3, GPU_POOL="a,b") for name in ("one", "two", "three")]
    assert [job.wait(60) for job in jobs] == [0, 0, 0]
    found = sorted(spans(place).values())
    assert found[1][0] < found[0][1] <= found[2][0]
    logs = [(place / "logs" / f"{name}.log").read_text() for name in ("one", "two", "three")]
    assert sum("waiting for a free GPU of a,b" in log for log in logs) == 1


def test_a_killed_job_frees_its_gpu(place: Path) -> None:
    first = begin(place, "first", 1, 600, GPU_POOL="7")
    wait_for(place / "first.begun")
    second = begin(place, "second", 1, 0, GPU_POOL="7")
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(3)
    first.send_signal(signal.SIGKILL)
    assert first.wait(30) == -signal.SIGKILL
    assert second.wait(30) == 0
    assert (place / "second.begun").read_text() == "7"


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, file
        time.sleep(0.05)


def test_a_gpu_named_twice_takes_two_jobs(place: Path) -> None:
    jobs = [begin(place, name, 1, 3, GPU_POOL="0,0") for name in ("one", "two")]
    assert [job.wait(60) for job in jobs] == [0, 0]
    first, second = sorted(spans(place).values())
    assert second[0] < first[1]
    assert first[2] == second[2] == ["0"]


def test_jobs_of_other_allocations_do_not_wait_for_each_other(place: Path) -> None:
    """On one node, schedulers may call every allocation's GPU 0."""
    jobs = [begin(place, f"job{i}", 1, 3, CUDA_VISIBLE_DEVICES="0", SLURM_JOB_ID=str(i)) for i in range(2)]
    assert [job.wait(60) for job in jobs] == [0, 0]
    first, second = sorted(spans(place).values())
    assert second[0] < first[1]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GPU_POOL": " 2, 3,"}, ["2", "3"]),
        ({"GPU_POOL": "0,0,1,0"}, ["0", "0#1", "1", "0#2"]),
        ({"GPU_POOL": "1", "CUDA_VISIBLE_DEVICES": "4,5"}, ["1"]),
        ({"CUDA_VISIBLE_DEVICES": "4,5"}, ["4", "5"]),
        ({"CUDA_VISIBLE_DEVICES": ""}, []),
    ],
)
def test_whose_gpus_they_are(environment: Mapping[str, str], expected: list[str]) -> None:
    assert gpu_pool.pool(environment) == expected


def test_the_gpus_of_a_machine_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nprintf 'GPU-1\\nGPU-2\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert gpu_pool.pool({}) == ["GPU-1", "GPU-2"]
    program.write_text("#!/bin/sh\nexit 9\n")
    assert gpu_pool.pool({}) == []


def test_more_than_there_are_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPU_POOL", "0,1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "kept")
    with pytest.raises(
        Problem, match=r"^GPU_POOL: the job needs 3 GPUs, but GPU_POOL lists 2; run Snakemake with --resources gpu=2"
    ):
        gpu_pool.take(3)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "kept"
