"""A study is killed at random moments and recovered: are its results those of an undisturbed run, and what work is lost?

    python bench/kills.py FOLDER [--kills 20] [--seed 1]

Every kill is a SIGKILL to Snakemake's whole process group, so no process can clean up. `biastransfer recover` then continues with the
same command, until the next kill. Where the study ends before enough kills, it starts again from nothing. The command writes
docs/interruptions.md.
"""

import argparse
import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from biastransfer.report.markdown import filled, table

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).with_name("pages") / "interruptions.md.jinja"
WORKFLOW = ("Snakefile", "config.yaml", "workflow", "profiles", "envs")
REPEATS = {".parquet", ".safetensors", ".svg", ".csv", ".html"}
"""Kinds of files that are equal to the byte when a study runs again."""
STATES = {"base": "pretrain_base"}
"""Folder of a job's outputs -> the name of its training's state. The other trainings are below ``runs``."""
SAME_JOB = re.compile(r"(?<=downstream)/(rates|bias|runs)")
"""The part of a path that differs between the folders of one job's outputs."""


@dataclass
class Kill:
    """What a kill met: the jobs at work, their seconds lost and kept, and the number of finished files."""

    after: float
    jobs: list[str]
    lost: float
    kept: float
    finished: int


@dataclass
class Place:
    """A folder with a copy of the workflow, in which a study runs on two cores."""

    folder: Path
    study: dict
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "output.log"
        if not self.folder.exists():
            for name in WORKFLOW:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
                self.folder.mkdir(parents=True, exist_ok=True)
                copy(ROOT / name, self.folder / name)
        (self.folder / "study.yaml").write_text(yaml.safe_dump(self.study, sort_keys=False))

    @property
    def results(self) -> Path:
        return self.folder / "results" / self.study["study"]

    def start(self, *, again: bool) -> subprocess.Popen:
        """Begin the study, or recover it and continue, in a process group of its own."""
        program = (
            ["-c", "from biastransfer.commands.app import app; app()", "recover"] if again else ["-m", "snakemake"]
        )
        with self.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, *program, "--cores", "2", "--configfile", "study.yaml"],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
            )

    def run(self) -> float:
        """Run to the end, and return the seconds."""
        started = time.monotonic()
        if self.start(again=False).wait():
            raise RuntimeError(f"the study failed; see {self.log}")
        return time.monotonic() - started

    def contents(self) -> dict[str, str]:
        """Hash of every result that must repeat."""
        return {
            str(file.relative_to(self.results)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.results.rglob("*"))
            if file.suffix in REPEATS
        }

    def begun(self) -> dict[str, float]:
        """Outputs of the jobs that Snakemake has begun and not ended -> when it began them, in seconds since the epoch."""
        marks = (self.folder / ".snakemake" / "incomplete").rglob("*")
        return {base64.b64decode(mark.name).decode(): mark.stat().st_mtime for mark in marks if mark.is_file()}

    def finished(self) -> dict[str, int]:
        """Results of the jobs that have ended, and their time stamps."""
        unfinished = {self.folder / name for name in self.begun()}
        apart = [self.results / name for name in ("logs", "partial", "benchmarks")]
        files = (file for file in self.results.rglob("*") if file.is_file() and file.suffix != ".part")
        return {
            str(file): file.stat().st_mtime_ns
            for file in files
            if file not in unfinished and not any(file.is_relative_to(folder) for folder in apart)
        }

    def at_work(self, start: float, now: float) -> tuple[list[str], float, float]:
        """Jobs begun after ``start`` and at work, their seconds that must be repeated, and their seconds that a saved state keeps."""
        jobs: dict[tuple[str, float], float] = {}
        for name, began in self.begun().items():
            if began < start:  # met by the kill before, and not begun again since
                continue
            place = str(Path(name).parent.relative_to(self.results.relative_to(self.folder)))
            jobs[SAME_JOB.sub("", place), round(began, 1)] = began
        lost = kept = 0.0
        for (place, _), began in jobs.items():
            state = (
                self.results
                / "partial"
                / f"{STATES.get(place, place.replace('runs', 'fine_tune').replace('/', '-'))}.pt"
            )
            since = max(began, state.stat().st_mtime) if state.exists() else began
            lost, kept = lost + now - since, kept + since - began
        return sorted(place for place, _ in jobs), lost, kept


def study_of(every: float) -> dict:
    """The tests' tiny study with longer trainings, so that most kills meet one."""
    study = yaml.safe_load((ROOT / "tests" / "studies" / "tiny.yaml").read_text())
    study |= {"study": "killed", "save_training_every": every}
    study["base"]["training"]["epochs"] = 40
    study["fine_tuning"]["epochs"] = 200
    return study


def killed(folder: Path, count: int, seed: int, every: float = 2.0) -> tuple[list[Kill], int, float]:
    """Run a study undisturbed, and in another folder through ``count`` kills. Nothing may differ.

    Returns
    -------
    The kills, how often the study came to its end, and the seconds of the undisturbed run.

    Raises
    ------
    AssertionError : results differ, or a finished result was made again.
    """
    study, random = study_of(every), np.random.default_rng(seed)
    reference, place = Place(folder / "undisturbed", study), Place(folder / "killed", study)
    seconds = reference.run()
    expected = reference.contents()
    kills: list[Kill] = []
    finished: dict[str, int] = {}
    ended, again = 0, False
    while len(kills) < count or again:
        start, process = time.time(), place.start(again=again)
        wait = random.uniform(3, max(10, seconds / 3)) if len(kills) < count else None
        try:
            code = process.wait(wait)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            jobs, lost, kept = place.at_work(start, time.time())
            now = place.finished()
            unchanged(finished, now)
            finished, again = now, True
            kills.append(Kill(wait, jobs, lost, kept, len(finished)))
            print(
                f"kill {len(kills)} after {wait:.0f} s: {len(jobs)} jobs at work, {lost:.1f} s lost, {kept:.1f} s kept",
                flush=True,
            )
            continue
        assert code == 0, f"the study failed; see {place.log}"
        unchanged(finished, place.finished())
        assert place.contents() == expected, "results differ from those of the undisturbed run"
        assert not list((place.results / "partial").glob("*")), "states of trainings that have ended are left"
        ended, again, finished = ended + 1, False, {}
        shutil.rmtree(place.results)
    return kills, ended, seconds


def unchanged(before: dict[str, int], after: dict[str, int]) -> None:
    """Check that finished results are the same files as before, by their time stamps."""
    changed = [name for name, stamp in before.items() if after.get(name) != stamp]
    assert not changed, f"made again though they were finished: {changed}"


def page(kills: Sequence[Kill], ended: int, seconds: float, every: float, command: str) -> str:
    """The text of docs/interruptions.md."""
    met = [
        {"kill": number, "after, s": round(kill.after), "finished files": kill.finished,
         "at work": ", ".join(kill.jobs) or "–", "lost, s": round(kill.lost, 1), "kept, s": round(kill.kept, 1)}
        for number, kill in enumerate(kills, 1)
    ]  # fmt: skip
    lost = np.array([kill.lost for kill in kills])
    return filled(
        TEMPLATE,
        kills=len(kills),
        ended=ended,
        seconds=f"{seconds:.0f}",
        mean_lost=f"{lost.mean():.1f}",
        most_lost=f"{lost.max():.1f}",
        jobs=sum(len(kill.jobs) for kill in kills),
        kept=f"{sum(kill.kept for kill in kills):.0f}",
        every=f"{every:g}",
        met=table(pd.DataFrame(met)),
        command=command,
    )


def main(folder: Path, count: int, seed: int) -> None:
    """Kill, compare, and write the page."""
    every = 2.0
    kills, ended, seconds = killed(folder, count, seed, every)
    command = f"python bench/kills.py FOLDER --kills {count} --seed {seed}"
    (ROOT / "docs" / "interruptions.md").write_text(page(kills, ended, seconds, every, command), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    main(given.folder, given.kills, given.seed)
