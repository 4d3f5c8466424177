"""CSV and its relatives: the delimiter and the quotes are found out, every cell is text, and doubtful files are refused.

``pandas.read_csv`` guesses types (0110 becomes 110), and a quote that is never closed swallows rows without a word.
"""

import csv
import gzip
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from biastransfer.tasks.names import clean

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
COMMENT = "#"
SURVEY = '{"ImportId":'
"""How the third header line of a survey tool (Qualtrics) begins."""
FEW = 0.5
"""Distinct values per row up to which a column counts as one of names."""


@dataclass(frozen=True)
class Dialect:
    """How a file is written: its delimiter, and whether quotes inside of quotes are escaped by a backslash (otherwise they are doubled)."""

    delimiter: str
    backslash: bool = False

    def rows(self, lines: Iterable[str]) -> "csv.reader":
        """The rows of some lines; a quote in an odd place raises ``csv.Error``."""
        escape = {"doublequote": False, "escapechar": "\\"} if self.backslash else {}
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True, **escape)


def read(file: Path, wanted: Sequence[str] = ()) -> pd.DataFrame:
    """Read a delimited text file; a name ending in .gz is unpacked.

    Comment lines before the header and a line ``sep=;`` are passed over. Cells are text; empty ones are missing. ``attrs["delimiter"]`` is
    the delimiter.

    Parameters
    ----------
    wanted : columns that the header should have: the delimiter is one that finds them all. No wanted column may occur twice; if none
        is given, no column may.

    Raises
    ------
    ValueError : the file is no UTF-8 text, or doubtful; the message names the first line.
    """
    text = _decoded(file)
    lines = list(io.StringIO(text, newline=""))
    start, delimiter = _start(lines)
    dialect = Dialect(delimiter or _delimiter(lines[start:], wanted))
    try:
        header, rows, numbers = _parsed(lines, start, dialect)
    except ValueError as error:
        if '\\"' not in text:
            raise
        try:
            header, rows, numbers = _parsed(lines, start, Dialect(dialect.delimiter, backslash=True))
        except ValueError:
            raise error from None
    twice = next((name for name in wanted or header if name and header.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"its header has the column {twice!r} {header.count(twice)} times")
    _check_survey(rows, numbers)
    first = {name: place for place, name in reversed(list(enumerate(header)))}
    table = pd.DataFrame({name: [row[place] for row in rows] for name, place in first.items()}, dtype=object)
    table = table[[name for name in dict.fromkeys(header) if name]].replace("", np.nan)
    _check_swallowed(table, dialect, len(header), numbers)
    table.attrs["delimiter"] = dialect.delimiter
    return table


def _decoded(file: Path) -> str:
    """The text of a file, without a byte-order mark."""
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("is UTF-16 text; save it as UTF-8")
    if b"\0" in raw[:4096]:
        raise ValueError("is no text file")
    return raw.decode("utf-8-sig")


def _start(lines: Sequence[str]) -> tuple[int, str | None]:
    """The place of the header line, and the delimiter that a line ``sep=`` before it names."""
    delimiter = None
    for number, line in enumerate(lines):
        plain = line.strip("\r\n")
        if plain.lower().startswith("sep=") and len(plain) == 5:
            delimiter = plain[-1]
        elif plain.strip() and not plain.lstrip().startswith(COMMENT):
            return number, delimiter
    raise ValueError("has no header")


def _delimiter(lines: Sequence[str], wanted: Sequence[str]) -> str:
    """The delimiter whose header has most of the wanted columns, and most columns."""

    def found(delimiter: str) -> tuple[int, int]:
        try:
            names = list(map(clean, next(Dialect(delimiter).rows(lines), [])))
        except csv.Error:
            return (0, 0)
        return sum(name in names for name in wanted), len(names)

    return max(DELIMITERS, key=found)


def _parsed(lines: Sequence[str], start: int, dialect: Dialect) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, rows, and the line in which each row begins; every row has as many fields as the header, or only empty ones more."""
    csv.field_size_limit(sys.maxsize)
    reader = dialect.rows(lines[start:])
    header: list[str] = []
    rows, numbers, line = [], [], start + 1
    try:
        for row in reader:
            if not header:
                header = list(map(clean, row))
            elif any(row):
                if len(row) < len(header) or any(row[len(header) :]):
                    raise ValueError(
                        f"line {line} has {len(row)} fields and the header has {len(header)} (the delimiter is a "
                        f"{DELIMITERS.get(dialect.delimiter, dialect.delimiter)}); put texts with delimiters or line breaks in quotes"
                    )
                rows.append(row)
                numbers.append(line)
            line = start + reader.line_num + 1
    except csv.Error as error:
        reason = (
            "opens a quote that is never closed" if "unexpected end" in str(error) else "has a quote in an odd place"
        )
        raise ValueError(f"line {line} {reason}; inside of quotes, write a quote twice") from None
    return header, rows, numbers


def _check_survey(rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> None:
    """Refuse further header lines, as survey tools write them."""
    for row, number in zip(rows[:2], numbers, strict=False):
        if any(cell.startswith(SURVEY) for cell in row):
            raise ValueError(
                f"line {number} is a further header of a survey tool; delete the lines between the header and the first row"
            )


def _check_swallowed(table: pd.DataFrame, dialect: Dialect, fields: int, numbers: Sequence[int]) -> None:
    """Refuse a text that holds whole rows of the file: its quote was opened by mistake, and closed rows later."""
    names = {
        place: set(table[name].dropna())
        for place, name in enumerate(table)
        if table[name].nunique() <= FEW * len(table)
    }
    if not names or fields != table.shape[1]:
        return
    for column in table:
        long = table[column].str.contains("\n", na=False)
        for place in np.flatnonzero(long):
            for inner in str(table[column].iloc[place]).split("\n")[1:-1]:
                try:
                    cells = next(dialect.rows([inner]), [])
                except csv.Error:
                    continue
                if len(cells) == fields and all(cells[number] in values for number, values in names.items()):
                    raise ValueError(
                        f"line {numbers[place]} opens a quote that swallows the next rows; close it or delete it"
                    )
