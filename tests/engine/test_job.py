"""A script's log says what happened: one sentence for a user's mistake, a traceback for a defect of ours."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from types import SimpleNamespace
from biastransfer.engine.job import job
from biastransfer.common.problems import Problem
with job(SimpleNamespace(log=["results/x/logs/rule/bios.log"], output=["results/x/bios.json"])):
    print("begun")
    {body}
"""


def run(folder: Path, body: str) -> tuple[int, str, Path]:
    """Run a script's body as a job; returns its exit code, its log, and the file of its problem."""
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


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here: a disk that is always full")


@FULL
@pytest.mark.parametrize(
    "body",
    [
        "__import__('pathlib').Path('full').write_text('x')",
        "import pandas; pandas.DataFrame({'x': range(100_000)}).to_parquet('full')",
        "from tokenizers import Tokenizer, models; Tokenizer(models.BPE()).save('full')",
    ],
    ids=["python", "pyarrow", "rust"],
)
def test_a_full_disk_is_a_sentence(tmp_path: Path, body: str) -> None:
    (tmp_path / "full").symlink_to("/dev/full")
    code, log, problem = run(tmp_path, body)
    assert code == 1
    sentence = "results/x/bios.json: cannot be opened or written: no space left on device.\n"
    assert log == f"begun\n{sentence}"
    assert problem.read_text() == sentence


@FULL
def test_a_log_that_the_disk_cannot_hold_goes_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results/x/logs/rule").mkdir(parents=True)
    (tmp_path / "results/x/logs/rule/bios.log").symlink_to("/dev/full")
    (tmp_path / "results/x/logs/problems").symlink_to("nowhere")  # nor can its sentence be left there
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(body="pass")], cwd=tmp_path, check=False)
    assert done.returncode == 1
    sentence = "results/x/bios.json: cannot be opened or written: no space left on device."
    assert set(capfd.readouterr().err.splitlines()) == {sentence}


@pytest.mark.parametrize("code", ["EROFS", "EACCES", "EDQUOT"])
def test_a_disk_that_is_read_only_is_a_sentence_with_its_file(tmp_path: Path, code: str) -> None:
    _, log, problem = run(tmp_path, f"import errno; raise OSError(errno.{code}, 'a system error', 'a/b.parquet')")
    assert problem.read_text().startswith("a/b.parquet: cannot be opened or written: ")
    assert "Traceback" not in log


def test_another_error_of_the_system_is_a_defect(tmp_path: Path) -> None:
    _, log, problem = run(tmp_path, "open('not/there')")
    assert "FileNotFoundError" in log
    assert not problem.exists()


def test_success_takes_an_earlier_problem_away(tmp_path: Path) -> None:
    run(tmp_path, "raise Problem('no.')")
    code, log, problem = run(tmp_path, "pass")
    assert code == 0
    assert "finished in" in log
    assert not problem.exists()
