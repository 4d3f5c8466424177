"""Markdown pages: tables, and Jinja templates that numbers are filled into. The pages of evidence/ and bench/ are made with it."""

from pathlib import Path

import jinja2
import pandas as pd


def table(frame: pd.DataFrame) -> str:
    """Write a frame as a Markdown table, cells as they are and missing ones as a dash; needs ``tabulate`` (extra ``test``)."""
    cells = frame.astype(object)
    return cells.where(frame.notna(), "–").to_markdown(index=False, disable_numparse=True)


def filled(template: Path, **facts: object) -> str:
    """Fill a Jinja template with facts; a fact that the template asks for and does not get is an error."""
    text = template.read_text(encoding="utf-8")
    return jinja2.Template(text, undefined=jinja2.StrictUndefined, keep_trailing_newline=True).render(facts)
