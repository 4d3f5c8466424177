"""What a run of the workflow prints at its very end, below Snakemake's own output."""

from pathlib import Path


def problem_sentences(results: str | Path, since: float) -> list[str]:
    """The sentences of the jobs that failed on a user's mistake.

    Parameters
    ----------
    results : the study's folder.
    since : when the run began, in seconds since the epoch; older sentences are those of earlier runs.
    """
    files = sorted(Path(results, "logs", "problems").glob("*.log"))
    return [file.read_text(encoding="utf-8").strip() for file in files if file.stat().st_mtime >= since]


def report_sentence(results: str | Path, since: float) -> str | None:
    """Where the report is, if a run that began at ``since`` has written it."""
    file = Path(results, "report.html")
    return f"Report: {file}" if file.is_file() and file.stat().st_mtime >= since else None
