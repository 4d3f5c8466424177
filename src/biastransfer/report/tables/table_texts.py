"""Tables of the report with their texts: titles, captions, notes and column heads, from the TOML file beside a module of tables.

A table's entry has ``title, caption, columns`` (column -> head) and, where needed, ``notes``, ``open = false`` for a table that the
page shows closed at first, and texts of its own.
"""

from collections.abc import Mapping

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.record_labels import measure_label
from biastransfer.report.text import labels
from biastransfer.report.text.prose import Prose, fill

LABELLED = {
    "group": labels.group_label,
    "specification": labels.specification_label,
    "upstream_measure": measure_label,
    "term": labels.term_label,
    "diagnostic": labels.diagnostic_label,
}
"""Column -> the label of its names."""


class TableTexts(Prose):
    """The texts of a module's tables."""

    def table(
        self,
        key: str,
        frame: pd.DataFrame,
        *,
        columns: Mapping[str, str] | None = None,
        name: str | None = None,
        **values: object,
    ) -> Table:
        """A table with its texts.

        Parameters
        ----------
        key : of its entry.
        frame : its rows; names in the :data:`LABELLED` columns become labels.
        columns : the frame's columns to show and their heads, in place of those of the entry.
        name : of its files, where it is not the key.
        values : that its texts name.
        """
        return Table(
            name=name or key,
            title=self.text(key, "title", **values),
            caption=self.text(key, "caption", **values),
            frame=labelled(frame),
            columns=self.heads(key) if columns is None else columns,
            notes=self.texts(key, "notes", **values) if "notes" in self.entry(key) else (),
            open=self.entry(key).get("open", True),
        )

    def heads(self, key: str, columns: str = "columns") -> dict[str, str]:
        """Column -> head, of an entry."""
        return {column: fill(head) for column, head in self.entry(key, columns).items()}


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with labels in place of names."""
    columns = {column: label for column, label in LABELLED.items() if column in frame}
    return frame.assign(
        **{
            column: frame[column].map({name: label(name) for name in frame[column].dropna().unique()})
            for column, label in columns.items()
        }
    )
