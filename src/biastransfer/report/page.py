"""The report page: one HTML file that needs nothing else."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import jinja2
import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from biastransfer.report import export

TEMPLATE = Path(__file__).with_name("page.html")
VERDICTS = {
    "dataset": "dataset",
    "model": "model",
    "both": "both",
    "neither detected": "neither",
    "inconclusive": "inconclusive",
}
"""Every verdict, and the class of its badge."""
FILTERED = 15
"""Rows above which a table can be filtered."""
FIRST_ROWS = 200
"""Rows that a table shows at first; to lay out thousands after each sort takes seconds."""
LATEX_ROWS = 500
"""Rows above which a table's LaTeX lies in its file only."""
LONGEST_ADDRESS = 1_500_000
"""Characters above which a download lies in its file only: browsers refuse longer addresses at about two millions."""


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
        return export.csv(self.frame)

    @property
    def latex(self) -> str:
        """What ``tables/{name}.tex`` holds."""
        return export.latex(self.frame, self.columns, f"{self.title}. {self.caption}", f"tab:{self.name}")


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


def address(text: str, kind: str) -> str | None:
    """A text as a data address, percent-encoded or in base 64, whichever is shorter; None if it is too long."""
    start = f"data:{kind};charset=utf-8"
    percent = f"{start},{quote(text, safe='-_.~,;:/?@=+$!*()[]|')}"
    encoded = f"{start};base64,{base64.b64encode(text.encode()).decode()}"
    shorter = min(percent, encoded, key=len)
    return shorter if len(shorter) <= LONGEST_ADDRESS else None


def downloads(table: Table) -> list[tuple[str, str | None]]:
    """A table's files with their data addresses; None for what lies in ``tables/`` only."""
    latex = address(table.latex, "application/x-tex") if len(table.frame) <= LATEX_ROWS else None
    return [(f"{table.name}.csv", address(table.csv, "text/csv")), (f"{table.name}.tex", latex)]


def _key(value: object) -> str:
    """What a number is sorted by: all its digits; nothing if it is missing."""
    if export.is_missing(value):
        return ""
    return repr(float(value)).replace("inf", "Infinity") if isinstance(value, float | np.floating) else str(value)


def cells(table: Table) -> tuple[list[tuple[str, bool]], list[list[tuple[str, str | None]]]]:
    """Heads, with whether they stand over numbers, and rows of cells, with what numbers are sorted by."""
    columns = []
    heads = []
    for name, head in table.columns.items():
        column = table.frame[name]
        numeric = export.is_numeric(column)
        heads.append((head, numeric))
        columns.append([(export.cell(value), _key(value) if numeric else None) for value in column])
    return heads, list(map(list, zip(*columns, strict=True)))


class Axis:
    """One scale for the effects of all answers, so that they can be compared; positions are per cent of the width."""

    margin = 5

    def __init__(self, answers: Sequence[Answer]) -> None:
        values = [value for answer in answers for _, *numbers in answer.effects for value in numbers]
        values += [sign * answer.smallest for answer in answers if answer.smallest for sign in (-1, 1)]
        finite = [0.0, *(float(value) for value in values if np.isfinite(value))]
        ticks = MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(min(finite), max(finite))
        self.ticks = [(self.number(tick), tick) for tick in ticks + 0.0]
        self.first, self.last = ticks[0], ticks[-1]

    @staticmethod
    def number(value: float) -> str:
        """A tick's label."""
        return f"{value:.10g}"

    def at(self, value: float) -> str:
        """Where a value stands; what lies outside stands at the edge."""
        share = (np.clip(value, self.first, self.last) - self.first) / (self.last - self.first)
        return f"{self.margin + (100 - 2 * self.margin) * share:.2f}%"

    def width(self, low: float, high: float) -> str:
        """How wide the part between two values is."""
        return f"{float(self.at(high)[:-1]) - float(self.at(low)[:-1]):.2f}%"


def effect_text(estimate: float, low: float, high: float) -> str:
    """An effect in numbers."""
    if not np.isfinite(estimate):
        return "not estimated"
    return f"{estimate:+.2f} [{low:+.2f}, {high:+.2f}]"


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def render(
    *,
    study: str,
    answers: Sequence[Answer],
    warnings: Sequence[str],
    rule: Sequence[str],
    facts: Sequence[tuple[str, str]],
    sections: Sequence[Section],
    methods: Sequence[tuple[str, str]],
    limits: Sequence[str],
) -> str:
    """Fill the page.

    Parameters
    ----------
    warnings : sentences about what makes this study's answers doubtful; shown only if there are any.
    rule : how a verdict is reached, in sentences.
    facts : what was run, as pairs of word and value.
    methods : title and text of each method; a blank line parts paragraphs.
    limits : what the study cannot say, in sentences.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["digest"] = _digest
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return page.render(
        study=study, answers=answers, warnings=warnings, rule=rule, facts=facts, sections=sections, methods=methods,
        limits=limits, axis=Axis(answers), badges=VERDICTS, cells=cells, downloads=downloads, effect_text=effect_text,
        filtered=FILTERED, first_rows=FIRST_ROWS, isfinite=np.isfinite,
    )  # fmt: skip
