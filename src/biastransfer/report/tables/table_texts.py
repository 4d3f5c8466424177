"""Tables of the report with their texts: titles, captions, notes and column heads are in ``table_texts.toml``."""

from collections.abc import Mapping

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.text import labels
from biastransfer.report.text.prose import Prose, fill

PROSE = Prose.beside(__file__)
LABELLED = {
    "group": labels.group_label,
    "specification": labels.specification_label,
    "upstream_measure": labels.measure_label,
    "term": labels.term_label,
    "diagnostic": labels.diagnostic_label,
}
"""Column -> the label of its names."""


def table(
    text: str,
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
    **values: object,
) -> Table:
    """A table with its texts.

    Parameters
    ----------
    text : key of its texts.
    frame : its rows; names in the :data:`LABELLED` columns become labels.
    columns : the frame's columns to show and their heads, in place of those of the texts.
    name : of its files, where it is not the key of its texts.
    values : that its texts name.
    """
    return Table(
        name=name or text,
        title=PROSE.text(text, "title", **values),
        caption=PROSE.text(text, "caption", **values),
        frame=labelled(frame),
        columns=heads(text, **values) if columns is None else columns,
        notes=PROSE.texts(text, "notes", **values) if "notes" in PROSE.entry(text) else (),
        open=PROSE.entry(text).get("open", True),
    )


def heads(text: str, **values: object) -> dict[str, str]:
    """Column -> head of a table."""
    return {column: fill(head, **values) for column, head in PROSE.entry(text, "columns").items()}


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with labels in place of names."""
    columns = {column: label for column, label in LABELLED.items() if column in frame}
    return frame.assign(
        **{
            column: frame[column].map({name: label(name) for name in frame[column].dropna().unique()})
            for column, label in columns.items()
        }
    )
