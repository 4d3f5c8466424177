"""docs/verdict_truth.md, from the rows of evidence/verdict_truth.py."""

from pathlib import Path


def write(file: Path) -> None:
    pass
