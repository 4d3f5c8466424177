"""Files inside the page: texts and images as data addresses."""

import base64
from pathlib import Path
from urllib.parse import quote

from biastransfer.report.page.parts import Table

LATEX_ROWS = 500
"""Rows above which a table's LaTeX is only in its file."""
LONGEST_ADDRESS = 1_500_000
"""Characters above which a download is only in its file: browsers refuse longer addresses at about two millions."""


def address(text: str, kind: str) -> str | None:
    """A text as a data address, percent-encoded or in base 64, whichever is shorter; None if it is too long."""
    start = f"data:{kind};charset=utf-8"
    percent = f"{start},{quote(text, safe='-_.~,;:/?@=+$!*()[]|')}"
    encoded = f"{start};base64,{base64.b64encode(text.encode()).decode()}"
    shorter = min(percent, encoded, key=len)
    return shorter if len(shorter) <= LONGEST_ADDRESS else None


def downloads(table: Table) -> list[tuple[str, str | None]]:
    """A table's files with their data addresses; None for a file that is in ``tables/`` only."""
    latex = address(table.latex, "application/x-tex") if len(table.frame) <= LATEX_ROWS else None
    return [(f"{table.name}.csv", address(table.csv, "text/csv")), (f"{table.name}.tex", latex)]


def image(path: str | Path) -> str:
    """An image file as a data address."""
    kind = "svg+xml" if str(path).endswith(".svg") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(Path(path).read_bytes()).decode()}"
