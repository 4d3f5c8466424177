"""The report page: one HTML file that needs nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2
import numpy as np

from biastransfer.report.page.axis import Axis
from biastransfer.report.page.cells import cells
from biastransfer.report.page.data_addresses import downloads
from biastransfer.report.page.parts import Answers, Section
from biastransfer.report.text.prose import Paragraph

BADGES = {
    "dataset": "dataset",
    "model": "model",
    "both": "both",
    "neither detected": "neither",
    "absent": "absent",
    "inconclusive": "inconclusive",
}
"""Verdict -> the class of its badge."""
FILTERED = 15
"""Rows above which a table can be filtered."""
FIRST_ROWS = 200
"""Rows that a table shows at first; to lay out thousands after each sort takes seconds."""


def render(
    *,
    study: str,
    answers: Sequence[Answers],
    cautions: Sequence[str],
    rule: Sequence[str],
    facts: Sequence[Paragraph],
    sections: Sequence[Section],
    methods: Sequence[Paragraph],
    limits: Sequence[str],
) -> str:
    """Fill the page.

    Parameters
    ----------
    answers : those by changing the causes first, where the design allows.
    cautions : what makes this study's answers doubtful; shown only if there are any.
    rule : how a verdict is reached, point by point.
    facts : what was run, as pairs of title and text.
    methods : pairs of title and text; a blank line separates paragraphs.
    limits : what the study cannot say, point by point.
    """
    return _template().render(
        study=study,
        answers=[(kind.title, kind.answers, Axis(kind.answers)) for kind in answers],
        cautions=cautions,
        rule=rule,
        facts=facts,
        sections=sections,
        methods=methods,
        limits=limits,
        badges=BADGES,
        cells=cells,
        downloads=downloads,
        isfinite=np.isfinite,
        filtered=FILTERED,
        first_rows=FIRST_ROWS,
    )


@cache
def _template() -> jinja2.Template:
    """``page.html``, which includes ``page.css`` and ``page.js``."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["digest"] = _digest
    return environment.get_template("page.html")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
