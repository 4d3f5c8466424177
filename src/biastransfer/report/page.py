"""The report page: one HTML file that needs nothing else."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import jinja2
import pandas as pd

from biastransfer.report import export
from biastransfer.report.cells import MISSING, cell

HERE = Path(__file__).parent
LONG = 15
"""Rows from which a table has a filter."""
LONGEST_LATEX = 500
"""Rows up to which a table's LaTeX is in the page too."""


@dataclass(frozen=True)
class Answer:
    """A task's answer: the verdict, a headline, the sentences that carry it, and its effects ``label, estimate, low, high``.

    ``smallest`` is the smallest effect of interest, drawn as a band around zero.
    """

    task: str
    verdict: str
    headline: str
    sentences: Sequence[str]
    effects: Sequence[tuple[str, float, float, float]]
    smallest: float


@dataclass(frozen=True)
class Figure:
    """A figure; ``source`` is a data address."""

    name: str
    title: str
    caption: str
    alt: str
    source: str


@dataclass(frozen=True)
class Table:
    """A table: a frame, and which of its columns are shown under which heads.

    ``open``: it is shown at once; otherwise behind its title.
    """

    name: str
    title: str
    caption: str
    frame: pd.DataFrame
    columns: Mapping[str, str]
    notes: Sequence[str] = ()
    open: bool = True

    @cached_property
    def heads(self) -> list[tuple[str, bool]]:
        """Heads, and whether the column holds numbers."""
        return [(head, pd.api.types.is_numeric_dtype(self.frame[name])) for name, head in self.columns.items()]

    @cached_property
    def rows(self) -> list[list[tuple[str, str | None]]]:
        """Cells as text; beside it the number to sort by, where rounding has changed it. Missing ones are told by their text."""
        numeric = [number for _, number in self.heads]
        return [
            [_sortable(value, number) for value, number in zip(row, numeric, strict=True)]
            for row in self.frame[list(self.columns)].itertuples(index=False, name=None)
        ]

    @property
    def long(self) -> bool:
        """Whether the table has a filter."""
        return len(self.frame) > LONG

    @cached_property
    def downloads(self) -> list[tuple[str, str, str]]:
        """Word, file name and data address of what can be saved from the page."""
        files = [("CSV", f"{self.name}.csv", "text/csv", export.csv(self.frame[list(self.columns)]))]
        if len(self.frame) <= LONGEST_LATEX:
            text = export.latex(self.frame, self.columns, self.title, f"tab:{self.name}")
            files.append(("LaTeX", f"{self.name}.tex", "application/x-tex", text))
        return [(word, name, _address(kind, text.encode())) for word, name, kind, text in files]


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    title: str
    text: str
    figures: Sequence[Figure] = field(default_factory=list)
    tables: Sequence[Table] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Its address in the page."""
        return anchor(self.title)


def anchor(title: str) -> str:
    """A title as an address in the page."""
    return "".join(letter if letter.isalnum() else "-" for letter in title.lower())


def image(path: str | Path) -> str:
    """A figure as a data address."""
    kind = "svg+xml" if str(path).endswith(".svg") else "png"
    return _address(f"image/{kind}", Path(path).read_bytes())


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
    warnings : sentences that a reader must know first.
    rule : how a verdict is reached.
    facts : what was run, as pairs of word and value.
    methods : titles and texts of the methods section.
    limits : what the report cannot say.

    Returns
    -------
    HTML. Its policy forbids every request, and every script but its own.
    """
    script = (HERE / "page.js").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {"interval": interval, "script": script, "script_hash": _hash(script)}
    environment.globals["style"] = (HERE / "page.css").read_text(encoding="utf-8")
    page = environment.from_string((HERE / "page.html").read_text(encoding="utf-8"))
    return page.render(
        study=study,
        answers=answers,
        warnings=warnings,
        rule=rule,
        facts=facts,
        sections=sections,
        methods=methods,
        limits=limits,
    )


def interval(estimate: float, low: float, high: float, smallest: float) -> dict[str, float]:
    """Places of an effect's interval plot, in percent of its width: it shows −1 to 1, and what lies beyond at the edge."""
    places = {"estimate": estimate, "low": low, "high": high, "band_low": -smallest, "band_high": smallest}
    return {name: round(50 + 48 * max(-1.0, min(1.0, value)), 2) for name, value in places.items()}


def _sortable(value: object, number: bool) -> tuple[str, str | None]:
    text = cell(value)
    exact = None if not number or text == MISSING else repr(float(value))
    return text, None if exact == text else exact


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
