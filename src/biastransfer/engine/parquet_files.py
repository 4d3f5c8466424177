"""Reading and writing the Parquet tables of :mod:`biastransfer.engine.table_schemas`, whole or not at all."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as parquet

from biastransfer.engine.table_schemas import SCHEMAS

if TYPE_CHECKING:  # this import takes a third of a second, and the graph of jobs does not need it
    import pandas as pd


def write(table: "pd.DataFrame", name: str, path: str | os.PathLike) -> None:
    """Check a table against its schema, and write it whole or not at all.

    Raises
    ------
    ValueError : columns are missing, unknown, or of another type.
    """
    schema = SCHEMAS[name]
    if list(table.columns) != schema.names:
        odd = sorted(set(table.columns) ^ set(schema.names))
        raise ValueError(f"table {name}: columns differ from the schema: {odd or 'their order'}")
    whole = pa.Table.from_pandas(table, schema=schema, preserve_index=False) if len(table) else schema.empty_table()
    arrow = whole.replace_schema_metadata(None)
    temporary = Path(f"{os.fspath(path)}.part")
    parquet.write_table(arrow, temporary, compression="zstd")
    os.replace(temporary, path)


def conform(table: "pd.DataFrame", name: str) -> "pd.DataFrame":
    """A table with the columns and types of its schema, as if written and read; missing columns are empty."""
    schema = SCHEMAS[name]
    if not len(table):
        return schema.empty_table().to_pandas()
    return pa.Table.from_pandas(table.reindex(columns=schema.names), schema=schema, preserve_index=False).to_pandas()


def read(path: str | os.PathLike, columns: list[str] | None = None) -> "pd.DataFrame":
    """Read a table, or some of its columns."""
    import pandas as pd

    return pd.read_parquet(path, columns=columns)
