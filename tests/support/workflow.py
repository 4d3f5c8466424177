"""Running the workflow in a copy of it, and what a run would do or has made."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

REPOSITORY = Path(__file__).resolve().parents[2]


WORKFLOW = ("Snakefile", "config.yaml", "workflow", "profiles", "envs", "studies", "tests/studies")


def copy_workflow(folder: Path) -> Path:
    """Copy what Snakemake needs into an empty folder."""
    for name in WORKFLOW:
        source, target = REPOSITORY / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder


def snakemake(
    folder: Path, *arguments: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a copy of the workflow."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **environment},
    )
    assert not check or done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return done


def run_command(
    folder: Path, *arguments: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a subcommand of ``biastransfer`` in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", "from biastransfer.commands.app import app; app()", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert not check or done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return done


def run_once(factory: pytest.TempPathFactory, name: str, *options: str) -> Path:
    """A copy of the workflow in which a study has run, on two cores; processes that test side by side share it."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"):
        if not (folder / "finished").exists():
            copy_workflow(folder)
            snakemake(folder, "--cores", "2", *options)
            (folder / "finished").touch()
    return folder


TINY = ("--configfile", "tests/studies/tiny.yaml")


INTERVENTIONS = ("--configfile", "tests/studies/interventions.yaml")


REPORT = {"collect", "analyze", "draw_figures", "write_report", "all"}
"""Rules that follow from every score."""


def job_counts(text: str) -> Counter[str]:
    """Jobs that Snakemake lists, by rule."""
    if "Nothing to be done" in text:
        return Counter()
    table = text.split("Job stats:")[-1].split("total")[0]
    return Counter({rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", table, re.M)})


def planned(folder: Path, *arguments: str, study: tuple[str, ...] = TINY, **environment: str) -> Counter[str]:
    """Jobs of a dry run, by rule."""
    return job_counts(snakemake(folder, "-n", "--cores", "1", *study, *arguments, **environment).stdout)


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text of a file; without ``old``, add the file."""
    text = file.read_text() if old else ""
    assert old in text
    file.write_text(text.replace(old, new, 1))


def contents(folder: Path, study: str = "tiny") -> dict[str, str]:
    """Hash of every result that must repeat: tables, weights, figures and the report."""
    root = folder / "results" / study
    wanted = {".parquet", ".safetensors", ".svg", ".csv", ".html"}
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(root.rglob("*"))
        if file.suffix in wanted
    }
