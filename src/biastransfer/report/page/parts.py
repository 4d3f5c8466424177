"""The parts of a report page: answers, figures, tables and sections."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from biastransfer.report.tables import formats
from biastransfer.report.text.prose import Paragraph
from biastransfer.report.text.wording import size_with_interval, with_interval


class StandardisedEffect(NamedTuple):
    """A standardised slope with its interval; NaN where there is none."""

    label: str
    estimate: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """The numbers as the page shows them."""
        return with_interval(self.estimate, self.low, self.high)


class SizeOfChange(NamedTuple):
    """The size of a change of bias with its interval, in points or in log odds; NaN where there is none."""

    label: str
    estimate: float
    low: float
    high: float
    unit: str

    @property
    def text(self) -> str:
        """The numbers as the page shows them."""
        return size_with_interval(self.estimate, self.low, self.high, self.unit)


@dataclass(frozen=True)
class Answer:
    """A task's answer.

    Parameters
    ----------
    verdict : a key of :data:`biastransfer.report.page.render.BADGES`.
    headline, evidence : the answer in a plain sentence, and the paragraphs behind it.
    smallest_effect : of interest, drawn as a band around zero; None for no band.
    scale : a sentence on what the effects are.
    """

    task: str
    verdict: str
    headline: str
    evidence: Sequence[Paragraph]
    effects: Sequence[StandardisedEffect | SizeOfChange]
    smallest_effect: float | None = None
    scale: str = "Standardised effects with 95 % intervals."


class Answers(NamedTuple):
    """Answers of one kind, on one scale; without a title, they stand alone."""

    title: str
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Figure:
    """A figure; ``source`` is its data address, ``name`` its file without the ending, and ``kind`` what decides its section."""

    name: str
    title: str
    caption: str
    alt: str
    source: str
    kind: str = ""

    @property
    def width(self) -> int | None:
        """The largest width on the page, in pixels: the drawn size times 1.6, so that text has one size in all figures."""
        head = base64.b64decode(self.source.partition("base64,")[2][:4000]).decode(errors="ignore")
        points = re.search(r'<svg[^>]* width="([\d.]+)pt"', head)
        return round(float(points[1]) * 4 / 3 * 1.6) if points else None

    @property
    def file(self) -> str:
        """The name of its file in ``figures/``."""
        return f"{self.name}.{'svg' if self.source.startswith('data:image/svg') else 'png'}"


@dataclass(frozen=True)
class Table:
    """A table; its files in ``tables/`` are ``name`` with ``.csv`` (all columns) and ``.tex`` (the columns shown).

    Parameters
    ----------
    columns : the frame's columns to show, and their heads.
    open : whether the page shows it at once.
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
        """The text of ``tables/{name}.csv``."""
        return formats.csv(self.frame)

    @property
    def latex(self) -> str:
        """The text of ``tables/{name}.tex``."""
        return formats.latex(self.frame, self.columns, f"{self.title}. {self.caption}", f"tab:{self.name}")


@dataclass(frozen=True)
class Section:
    """A section: its text (a blank line separates paragraphs), then its figures, then its tables."""

    title: str
    text: str
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
