"""What a run of the workflow prints at its very end, below Snakemake's own output."""

import hashlib
import os
import tempfile
from pathlib import Path

PROBLEMS = "logs/problems"


def elsewhere(folder: Path) -> Path:
    """Where the sentences of a folder go if its disk is full."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"biastransfer-problems-{os.getuid()}", name)


def problem_sentences(results: str | Path, since: float) -> list[str]:
    """The sentences of the jobs that failed on a user's mistake.

    Parameters
    ----------
    results : the study's folder.
    since : when the run began, in seconds since the epoch; older sentences are those of earlier runs.
    """
    folder = Path(results, PROBLEMS)
    files = [*sorted(folder.glob("*.log")), *sorted(elsewhere(folder).glob("*.log"))]
    return [file.read_text(encoding="utf-8").strip() for file in files if file.stat().st_mtime >= since]


def report_sentence(results: str | Path, since: float) -> str | None:
    """Where the report is, if a run that began at ``since`` has written it."""
    file = Path(results, "report.html")
    return f"Report: {file}" if file.is_file() and file.stat().st_mtime >= since else None
