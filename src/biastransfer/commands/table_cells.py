"""The cells of a user's own table as names, numbers and truth values, however its file writes or types them."""

import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api import types

from biastransfer.tasks.names import as_text, clean

NO_VALUE = ("", "na", "n/a", "nan", "none", "null", "<na>")
"""Words for a missing value, in any case; the names of tasks, models and targets may be such words."""
TRUTH = dict.fromkeys(("true", "t", "yes", "y", "1", "1.0"), True) | dict.fromkeys(
    ("false", "f", "no", "n", "0", "0.0"), False
)
"""Words for truth values, in any case."""
NUMBER = re.compile(r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf|infinity)", re.IGNORECASE)
WITH_COMMA = re.compile(r"[-+]?(?:[0-9]+,[0-9]*|,[0-9]+)(?:e[-+]?[0-9]+)?", re.IGNORECASE)
MINUS = "\N{MINUS SIGN}"


def typed(
    table: pd.DataFrame, schema: pa.Schema, *, any_word: tuple[str, ...] = (), comma: bool = False
) -> tuple[pd.DataFrame, list[str]]:
    """Read the cells of the columns that a schema has.

    Parameters
    ----------
    table : cells of text, or of any type.
    any_word : columns of names in which a word such as NA is a name.
    comma : whether numbers may have a decimal comma.

    Returns
    -------
    The table, with names as text (None where missing), numbers as float (NaN), flags as bool (False) and lists (None); and a sentence
    on each column that cannot be read.
    """
    readers: Mapping[str, Callable[[pd.Series], pd.Series]] = {
        "string": names,
        "double": lambda column: numbers(column, comma),
        "int64": lambda column: whole_numbers(column, comma),
        "bool": flags,
        "list<item: string>": lists_of_names,
        "list<item: double>": lists_of_numbers,
    }
    read, mistakes = {}, []
    for field in schema:
        if field.name not in table:
            continue
        reader = every_name if field.name in any_word else readers[str(field.type).replace("element", "item")]
        try:
            read[field.name] = reader(table[field.name])
        except UnicodeDecodeError:
            mistakes.append(f"column {field.name}: holds bytes that are not UTF-8 text.")
        except ValueError as error:
            mistakes.append(f"column {field.name}: {error}")
    return table.assign(**read), mistakes


def is_missing(value: object) -> bool:
    """Whether a cell has no value, or a word that says so."""
    if isinstance(value, str):
        return clean(value).lower() in NO_VALUE
    return value is None or (types.is_scalar(value) and bool(pd.isna(value)))


def every_name(column: pd.Series) -> pd.Series:
    """Names as text, blank ones as empty text; words such as NA are names."""
    found = [clean(as_text(value)) if isinstance(value, str) or not is_missing(value) else None for value in column]
    return pd.Series(found, column.index, dtype=object)


def names(column: pd.Series) -> pd.Series:
    """Names as text; blank ones and words such as NA are missing."""
    found = [None if is_missing(value) else clean(as_text(value)) for value in column]
    return pd.Series(found, column.index, dtype=object)


def numbers(column: pd.Series, comma: bool = False) -> pd.Series:
    """Numbers, from numbers of any type or from text.

    Parameters
    ----------
    comma : whether text may have a decimal comma. It may not where another number of the column has a point: one of them then
        separates thousands.

    Raises
    ------
    ValueError : a cell is no number; the message is the end of a sentence.
    """
    if types.is_numeric_dtype(column) and not (types.is_bool_dtype(column) or types.is_complex_dtype(column)):
        return pd.Series(column.to_numpy(dtype=float, na_value=np.nan), column.index)
    points = any(isinstance(value, str) and "." in value for value in column)
    found = [_number(value, comma and not points) for value in column]
    return pd.Series(found, column.index, dtype=float)


def whole_numbers(column: pd.Series, comma: bool = False) -> pd.Series:
    """The same for whole numbers."""
    found = numbers(column, comma)
    broken = found[np.isfinite(found) & (found % 1 != 0)]
    if len(broken):
        raise ValueError(f"holds {column[broken.index[0]]!s}; it must hold whole numbers.")
    return found


def flags(column: pd.Series) -> pd.Series:
    """Truth values; a missing one is false.

    Raises
    ------
    ValueError : a cell is no truth value; the message is the end of a sentence.
    """
    words = ["false" if is_missing(value) else clean(as_text(value)).lower() for value in column]
    odd = [value for value, word in zip(column, words, strict=True) if word not in TRUTH]
    if odd:
        raise ValueError(f"holds {_shown(odd[0])}; it must hold true or false.")
    return pd.Series([TRUTH[word] for word in words], column.index, dtype=bool)


def lists_of_names(column: pd.Series) -> pd.Series:
    """Lists of names, which text separates by semicolons."""
    return pd.Series([_names(value) for value in column], column.index, dtype=object)


def lists_of_numbers(column: pd.Series) -> pd.Series:
    """Lists of numbers, which text writes as ``[0.25, 0.75]``; a missing one is None.

    Raises
    ------
    ValueError : a part is no number; the message is the end of a sentence.
    """
    found = [None if is_missing(value) else [_number(part) for part in _parts(value)] for value in column]
    return pd.Series(found, column.index, dtype=object)


def _names(value: object) -> list[str] | None:
    if is_missing(value):
        return None
    parts = value.split(";") if isinstance(value, str) else _parts(value)
    return [name for part in parts if part is not None and (name := clean(as_text(part)))]


def _parts(value: object) -> Iterable[object]:
    """The parts of a list, or of its text; a single value is its own part."""
    if isinstance(value, str):
        return re.findall(r"[^\s,\[\]]+", value)
    return [value] if types.is_scalar(value) else value


def _number(value: object, comma: bool = False) -> float:
    if is_missing(value):
        return np.nan
    text = clean(value).replace(MINUS, "-") if isinstance(value, str) else ""
    if NUMBER.fullmatch(text):
        return float(text)
    if comma and WITH_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    if not text and not isinstance(value, bool | np.bool_):
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            pass
    point = ", with a decimal point" if WITH_COMMA.fullmatch(text) else ""
    raise ValueError(f"holds {_shown(value)}; it must hold numbers{point}.")


def _shown(value: object) -> str:
    """A cell for a message."""
    return repr(value) if isinstance(value, str) else str(value)
