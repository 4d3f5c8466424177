"""What a report page is made of: answers, figures, tables and sections."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from biastransfer.report.tables import formats


@dataclass(frozen=True)
class Answer:
    """A task's answer.

    Parameters
    ----------
    verdict : a key of :data:`VERDICTS`.
    headline, sentences : the answer in one plain sentence, and what carries it.
    effects : ``label, estimate, low, high`` of standardised effects; NaN where there is none.
    smallest : the smallest effect of interest, drawn as a band around zero; None for no band.
    interval : what ``low`` and ``high`` are.
    """

    task: str
    verdict: str
    headline: str
    sentences: Sequence[str]
    effects: Sequence[tuple[str, float, float, float]]
    smallest: float | None = None
    interval: str = "95 % interval"


@dataclass(frozen=True)
class Figure:
    """A figure; ``source`` is its data address, as made by :func:`image`, ``name`` its file without the ending."""

    name: str
    title: str
    caption: str
    alt: str
    source: str

    @property
    def width(self) -> int | None:
        """How wide it is shown at most, in pixels: drawn sizes times 1.6, so that text is as large in all figures."""
        head = base64.b64decode(self.source.partition("base64,")[2][:4000]).decode(errors="ignore")
        points = re.search(r'<svg[^>]* width="([\d.]+)pt"', head)
        return round(float(points[1]) * 4 / 3 * 1.6) if points else None

    @property
    def file(self) -> str:
        """The name of its file in ``figures/``."""
        return f"{self.name}.{'svg' if self.source.startswith('data:image/svg') else 'png'}"


@dataclass(frozen=True)
class Table:
    """A table; ``columns`` says which of the frame's columns are shown and how they are called, ``open`` whether at once.

    Its files in ``tables/`` are ``name`` with ``.csv`` (all columns) and ``.tex`` (the columns shown).
    """

    name: str
    title: str
    caption: str
    frame: pd.DataFrame
    columns: Mapping[str, str]
    notes: Sequence[str] = ()
    open: bool = True

    @property
    def csv(self) -> str:
        """What ``tables/{name}.csv`` holds."""
        return formats.csv(self.frame)

    @property
    def latex(self) -> str:
        """What ``tables/{name}.tex`` holds."""
        return formats.latex(self.frame, self.columns, f"{self.title}. {self.caption}", f"tab:{self.name}")


@dataclass(frozen=True)
class Section:
    """A section: its text (a blank line parts paragraphs), then its figures, then its tables."""

    title: str
    text: str
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()


def image(path: str | Path) -> str:
    """A figure as a data address."""
    kind = "svg+xml" if str(path).endswith(".svg") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(Path(path).read_bytes()).decode()}"
