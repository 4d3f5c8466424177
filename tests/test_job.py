"""A script's log says what happened: one sentence for a user's mistake, a traceback for a defect of ours."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from types import SimpleNamespace
from biastransfer.job import job
from biastransfer.problems import Problem
with job(SimpleNamespace(log=["results/x/logs/rule/bios.log"])):
    print("begun")
    {body}
"""


def run(folder: Path, body: str) -> tuple[int, str, Path]:
    """Run a script's body as a job; returns its exit code, its log, and where its problem would stand."""
    log = folder / "results/x/logs/rule/bios.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(body=body)], cwd=folder, check=False)
    return done.returncode, log.read_text(), folder / "results/x/logs/problems/rule-bios.log"


def test_a_mistake_is_a_sentence_without_traceback(tmp_path: Path) -> None:
    code, log, problem = run(tmp_path, "raise Problem('tasks.bios: no such column.')")
    assert code == 1
    assert log == "begun\ntasks.bios: no such column.\n"
    assert problem.read_text() == "tasks.bios: no such column.\n"


@pytest.mark.parametrize("body", ["1 / 0", "raise KeyboardInterrupt"])
def test_a_defect_keeps_its_traceback(tmp_path: Path, body: str) -> None:
    code, log, problem = run(tmp_path, body)
    assert code == 1
    assert "Traceback" in log
    assert ("ZeroDivisionError" in log) or ("KeyboardInterrupt" in log)
    assert not problem.exists()


def test_success_takes_an_earlier_problem_away(tmp_path: Path) -> None:
    run(tmp_path, "raise Problem('no.')")
    code, log, problem = run(tmp_path, "pass")
    assert code == 0
    assert "finished in" in log
    assert not problem.exists()
