"""After a crash of Snakemake: what it left running is ended, and nothing else is."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import yaml

from biastransfer.commands import recover as recovering
from biastransfer.commands.recover import recover
from biastransfer.common.problems import Problem

from support.workflow import REPOSITORY

SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which Snakemake ran, with no Slurm about."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    place = tmp_path / "study"
    (place / ".snakemake/scripts").mkdir(parents=True)
    (place / "Snakefile").write_text("rule all:\n    output: 'x'\n    shell: 'touch {output}'\n")
    return place


@pytest.fixture
def begin() -> Iterator:
    """Start processes that end with the test."""
    processes: list[subprocess.Popen] = []

    def start(command: list, cwd: Path) -> subprocess.Popen:
        processes.append(subprocess.Popen([str(part) for part in command], cwd=cwd))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_jobs_of_this_folder_are_ended_and_others_go_on(folder: Path, tmp_path: Path, begin) -> None:
    script = folder / ".snakemake/scripts/tmp1.fine_tune.py"
    script.write_text(SLEEP)
    job = begin([sys.executable, script], folder)
    elsewhere = begin([sys.executable, script], tmp_path)
    no_job = begin([sys.executable, "-c", SLEEP], folder)
    output: list[str] = []
    command = recover(folder, ["--cores", "1"], output.append)
    assert not psutil.pid_exists(job.pid)
    assert elsewhere.poll() is no_job.poll() is None
    assert output == ["recovery ended 1 jobs on this machine and 0 in Slurm's queue"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    assert (folder / "x").exists()


def test_a_lock_is_taken_away(folder: Path) -> None:
    locks = folder / ".snakemake/locks"
    locks.mkdir()
    (locks / "0.output.lock").write_text("x\n")
    (locks / "0.input.lock").write_text("")
    refused = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "locked" in refused.stderr
    assert subprocess.run(recover(folder, ["--cores", "1"]), cwd=folder, check=False).returncode == 0


def test_a_snakemake_that_runs_is_left_alone(folder: Path, begin) -> None:
    (folder / "snakemake").symlink_to(sys.executable)
    process = begin([folder / "snakemake", "-c", SLEEP], folder)
    with pytest.raises(Problem, match=rf"Snakemake still runs in .*study \(process {process.pid}\)"):
        recover(folder, [])
    assert process.poll() is None


def test_an_error_of_snakemake_is_reported(folder: Path) -> None:
    with pytest.raises(Problem, match="--unlock failed: "):
        recover(folder, ["--cores", "1", "--configfile", "missing.yaml"])


def test_jobs_in_the_queue_are_those_of_this_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tmp_path / "queue"
    rows.write_text(
        f"11|biastransfer_ab12|{folder}\n12|biastransfer_ab12|{tmp_path}\n13|other|{folder}\n14|biastransferx|{folder}\n"
    )
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "squeue").write_text(f"#!/bin/sh\ncat {rows}\n")
    (programs / "scancel").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/cancelled\nsed -i 1d {rows}\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    recover(folder, ["--cores", "1"])
    assert (tmp_path / "cancelled").read_text() == "11\n"

    (programs / "squeue").write_text(
        "#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller' >&2\nexit 1\n"
    )
    said: list[str] = []
    recover(folder, ["--cores", "1"], said.append)
    assert said[0].startswith("warning: squeue failed (slurm_load_jobs error: Unable to contact slurm controller)")
    assert said[1].endswith("and 0 in Slurm's queue")
    (folder / recovering.SUBMISSIONS).mkdir(parents=True)
    with pytest.raises(Problem, match=r"^squeue failed .*; see whether Slurm's controller runs\.$"):
        recover(folder, ["--cores", "1"])

    (programs / "squeue").write_text(f"#!/bin/sh\ncat {rows}\n")
    monkeypatch.setattr(recovering, "PATIENCE", 0.0)
    rows.write_text(f"15|biastransfer_ab12|{folder}\n16|biastransfer_ab12|{folder}\n")
    with pytest.raises(Problem, match=r"^Slurm's jobs 16 do not end; see squeue -j 16\.$"):
        recover(folder, ["--cores", "1"])


def test_the_profile_names_its_jobs_as_recovery_looks_for_them() -> None:
    profile = yaml.safe_load((REPOSITORY / "profiles/slurm/config.yaml").read_text())
    assert profile["slurm-jobname-prefix"] == recovering.JOB_NAMES
