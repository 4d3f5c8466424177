"""The whole workflow on a real Slurm of two nodes with a fake GPU each, through everything that goes wrong on clusters.

It needs root and Debian's slurmctld, slurmd, slurm-client and munge, which .ci/run installs where it can.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from support.workflow import REPOSITORY, contents, copy_workflow, snakemake

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "scontrol")
OWN = REPOSITORY / "tests" / "slurm"
STUDY = "study.yaml"
FINE_TUNINGS = 3
ON_CLUSTER = (
    "--workflow-profile", "profiles/slurm", "--configfile", STUDY,
    # What a small machine has, in place of what the profile asks of a cluster.
    "--default-resources", "mem_mb=300*attempt", "runtime=10*attempt",
    "--resources", "gpu=1", "mem_mb=1200",  # four steps at a time in one submission, for nodes of four CPUs
    "--set-resources", "fine_tune:gpu=1", "fine_tune:mem_mb=600*attempt",
    "--slurm-init-seconds-before-status-checks", "2",
)  # fmt: skip

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(
        os.getuid() != 0
        or any(shutil.which(program) is None for program in PROGRAMS)
        or (Path("/etc/slurm/slurm.conf").exists() and not Path("/etc/slurm/slurm.conf").is_symlink()),
        reason="needs root, Debian's Slurm, and no Slurm of the machine's own",
    ),
]


@dataclass(frozen=True)
class Queued:
    """A submission in Slurm's queue."""

    number: str
    state: str
    reason: str
    node: str
    memory: str
    what: str


def queue() -> list[Queued]:
    """What is running or waiting, by number."""
    done = subprocess.run(
        ["squeue", "--noheader", "--format", "%i|%T|%r|%N|%m|%k"], capture_output=True, text=True, check=True
    )
    return sorted((Queued(*line.split("|", 5)) for line in done.stdout.splitlines()), key=lambda job: int(job.number))


def fine_tunings(state: str = "") -> list[Queued]:
    return [job for job in queue() if job.what.startswith("rule_train_") and state in job.state]


def wait(
    until: Callable[[], object], why: str, process: subprocess.Popen | None = None, seconds: float = 900
) -> object:
    """Ask again and again, until the answer is true."""
    deadline = time.monotonic() + seconds
    while not (answer := until()):
        assert process is None or process.poll() is None, f"Snakemake ended before {why}"
        assert time.monotonic() < deadline, f"waited in vain for {why}: {queue()}"
        time.sleep(0.3)
    return answer


@pytest.fixture
def slurm() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # munge refuses sockets in folders that are closed to others
        try:
            subprocess.run([OWN / "start.sh", folder], check=True)
            yield
        finally:
            subprocess.run([OWN / "stop.sh", folder], check=True)


@pytest.fixture
def start(slurm: None) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start processes that end with the test, before Slurm does."""
    processes: list[subprocess.Popen] = []

    def begin(command: list[str], **settings: object) -> subprocess.Popen:
        processes.append(subprocess.Popen(command, **settings))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def test_a_study_goes_through_all_that_a_cluster_does_to_it(start: Callable, tmp_path: Path) -> None:
    study = yaml.safe_load((REPOSITORY / "tests/studies/tiny.yaml").read_text())
    del study["tasks"]["wiki"]
    study |= {"control_replicates": FINE_TUNINGS, "interventions": {}, "intermediate_decoder": "none"}
    study["fine_tuning"]["epochs"] = 100  # long enough to be met at work
    study["save_training_every"] = 1
    local, cluster = (copy_workflow(tmp_path / name) for name in ("local", "cluster"))
    for folder in (local, cluster):
        (folder / STUDY).write_text(yaml.safe_dump(study))
    root = cluster / "results/tiny"
    output = tmp_path / "output.log"

    def go(program: list[str]) -> subprocess.Popen:
        with output.open("a") as stream:
            return start(
                [sys.executable, *program, *ON_CLUSTER], cwd=cluster, stdout=stream, stderr=stream,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
            )  # fmt: skip

    process = go(["-m", "snakemake"])

    wait(lambda: len(fine_tunings("RUNNING")) == 2 and fine_tunings("PENDING"), "two fine-tunings at work", process)
    at_work, waiting = fine_tunings("RUNNING"), fine_tunings("PENDING")
    assert len(at_work) + len(waiting) == FINE_TUNINGS
    assert {job.node for job in at_work} == {"n1", "n2"}
    assert {job.memory for job in at_work} == {"600M"}
    wait(lambda: all(job.reason in ("Resources", "Priority") for job in fine_tunings("PENDING")), "the third to wait")
    wait(lambda: len(list((root / "partial").glob("fine_tune-*.pt"))) >= 2, "saved states", process)

    # One is cancelled: it is tried again, with more memory.
    subprocess.run(["scancel", at_work[0].number], check=True)
    again = wait(lambda: [job for job in fine_tunings() if job.memory == "1200M"], "the second attempt", process)
    assert int(again[0].number) > max(int(job.number) for job in at_work)

    # A node goes down under another.
    victim = wait(lambda: [job for job in fine_tunings("RUNNING") if job.number != at_work[0].number], "work", process)[
        0
    ]
    subprocess.run(["scontrol", "update", f"nodename={victim.node}", "state=down", "reason=test"], check=True)
    other = {"n1": "n2", "n2": "n1"}[victim.node]
    wait(lambda: {job.node for job in fine_tunings("RUNNING")} == {other}, "work on the other node alone", process)

    # Snakemake is killed; what it has submitted goes on by itself, until it is recovered.
    process.send_signal(signal.SIGKILL)
    process.wait()
    # It may have come back by itself already.
    subprocess.run(["scontrol", "update", f"nodename={victim.node}", "state=resume"], check=False, capture_output=True)
    orphans = {job.number for job in queue() if job.state in ("RUNNING", "PENDING")}
    assert orphans
    process = go(["-c", "from biastransfer.commands.app import app; app()", "recover"])
    wait(lambda: not orphans & {job.number for job in queue() if job.state in ("RUNNING", "PENDING")}, "their end")
    assert process.wait(900) == 0, output.read_text()[-6000:]
    logs = [file.read_text() for file in (root / "logs/fine_tune").rglob("*.log")]
    assert len(logs) == FINE_TUNINGS
    assert any("going on from step" in log for log in logs)
    assert all("GPU 0 of 0" in log for log in logs)
    assert not list((root / "partial").glob("*"))

    snakemake(local, "--cores", "2", "--configfile", STUDY)
    assert contents(cluster) == contents(local)
