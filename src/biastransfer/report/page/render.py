"""The report page: one HTML file that needs nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import jinja2
import numpy as np

from biastransfer.report.page.axis import Axis
from biastransfer.report.page.parts import Answer, Section, Table
from biastransfer.report.tables import formats

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
    if formats.is_missing(value):
        return ""
    return repr(float(value)).replace("inf", "Infinity") if isinstance(value, float | np.floating) else str(value)


def cells(table: Table) -> tuple[list[tuple[str, bool]], list[list[tuple[str, str | None]]]]:
    """Heads, with whether they stand over numbers, and rows of cells, with what numbers are sorted by."""
    columns = []
    heads = []
    for name, head in table.columns.items():
        column = table.frame[name]
        numeric = formats.is_numeric(column)
        heads.append((head, numeric))
        columns.append([(formats.cell(value), _key(value) if numeric else None) for value in column])
    return heads, list(map(list, zip(*columns, strict=True)))


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
