"""Reading labelled texts from the user's Parquet and CSV files."""

import json
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet

from biastransfer.common.problems import Problem, listing, nearest

TALK_COLUMNS = {
    "columns": {"text": "text", "label": "label", "id": "id", "source": "source"},
    "flagged": 1,
}
"""The columns of downloaded Wikipedia Talk files."""


def read_table(path: str, key: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a Parquet or CSV file.

    Parameters
    ----------
    path : of the file; the ending decides.
    key : of the study file, for messages.
    columns : required ones; None reads all.

    Raises
    ------
    Problem : the file is missing, unreadable, empty or lacks a column.
    """
    file = Path(path)
    if not file.is_file():
        near = nearest(file.name, [other.name for other in file.parent.iterdir()]) if file.parent.is_dir() else ""
        raise Problem(f"{key}: no file {path}.{near}")
    if file.suffix not in (".parquet", ".csv"):
        raise Problem(f"{key}: {path} ends in {file.suffix or 'nothing'!r}; allowed: .parquet, .csv.")
    if not file.stat().st_size:
        raise Problem(f"{key}: {path} is empty.")
    try:
        table = _parquet(file, columns) if file.suffix == ".parquet" else _csv(file)
    except UnicodeDecodeError as error:
        raise Problem(
            f"{key}: {path} is not UTF-8 text ({error.reason}: {error.object[error.start]:#04x}); save it as UTF-8."
        ) from None
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")[:200].rstrip(".")
        raise Problem(f"{key}: {path} cannot be read: {reason}.") from None
    for column in columns or []:
        if column not in table:
            raise Problem(f"{key}: {path} has no column {column!r}; it has {listing(table)}.{nearest(column, table)}")
    if table.empty:
        raise Problem(f"{key}: {path} has no rows.")
    return table[list(columns)] if columns else table


def _parquet(file: Path, columns: Sequence[str] | None) -> pd.DataFrame:
    """The columns of a Parquet file; all of them, without rows, if one is missing."""
    schema = parquet.read_schema(file)
    if not set(columns or []) <= set(schema.names):
        return schema.empty_table().to_pandas()
    return pd.read_parquet(file, columns=list(columns) if columns else None)


def _csv(file: Path) -> pd.DataFrame:
    """All of a CSV file. With ``usecols``, pandas drops fields beyond the header; without ``index_col``, it moves them.

    An unquoted comma in a text causes such fields, and the label would be half a text.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(file, index_col=False, keep_default_na=False, na_values=[""], low_memory=False)
        except pd.errors.ParserWarning:
            raise ValueError("its first rows have more fields than its header; quote texts with commas") from None


def read_sentences(files: Iterable[str], column: str, key: str) -> list[str]:
    """Read one column of unlabelled texts from files, in their order.

    Parameters
    ----------
    key : of the section with the keys ``files`` and ``column``, for messages.

    Raises
    ------
    Problem : a file cannot be read, or a row has no text.
    """
    texts = [text for path in files for text in read_table(path, f"{key}.files", [column])[column]]
    odd = sum(not isinstance(text, str) for text in texts)
    if odd:
        raise Problem(f"{key}.column: {odd} of {len(texts)} rows of {column!r} have no text.")
    return texts


def read_texts(files: Iterable[str], columns: Mapping[str, str | None], key: str) -> pd.DataFrame:
    """Read and join files, and rename their columns to their roles.

    Parameters
    ----------
    files : paths, in the order of the rows.
    columns : role (``text, label, id, group, source``) -> the file's column, or None without one.
    key : of the study file, for messages.

    Returns
    -------
    DataFrame with ``id, text, label`` and, where given, ``group, source``; files without ids
    get row numbers.
    """
    roles = {role: column for role, column in columns.items() if column is not None}
    tables = []
    for number, path in enumerate(files):
        table = read_table(path, f"{key}.files", list(dict.fromkeys(roles.values())))
        table = pd.DataFrame({role: table[column] for role, column in roles.items()})
        if "id" not in table:
            table.insert(0, "id", [f"{number}-{row}" for row in range(len(table))])
        tables.append(table)
    joined = pd.concat(tables, ignore_index=True)
    for role in roles:
        missing = int(joined[role].isna().sum())
        if missing:
            raise Problem(f"{key}.columns.{role}: column {roles[role]!r} has {missing} missing values.")
        blank = int((joined[role].astype(str).str.strip() == "").sum()) if role in ("label", "group") else 0
        if blank:
            raise Problem(f"{key}.columns.{role}: column {roles[role]!r} has {blank} blank values.")
    joined["id"] = joined["id"].astype(str)
    repeated = joined.loc[joined["id"].duplicated(), "id"]
    if len(repeated):
        raise Problem(f"{key}.columns.id: {len(repeated)} ids repeat earlier ones, e.g. {repeated.iloc[0]!r}.")
    if not pd.api.types.is_string_dtype(joined["text"]):
        raise Problem(f"{key}.columns.text: column {roles['text']!r} holds {joined['text'].dtype}, not text.")
    return joined


def rename(values: pd.Series, names: Mapping[str, str] | None, key: str) -> pd.Series:
    """Replace codes by their names; every code needs one."""
    codes = values.astype(str)
    if names is None:
        return codes
    unknown = sorted(set(codes) - set(names))
    if unknown:
        raise Problem(
            f"{key}: found {listing(unknown)} in the data without a name; {key} has names for {listing(names)}."
        )
    return codes.map(names)


def read_names(
    path_or_names: str | list[str] | Mapping[str, str] | None, path: str | None, key: str
) -> dict[str, str] | None:
    """Read names of codes: a mapping, a list (code = position), or a JSON file with a list (code = position) or a mapping."""
    if isinstance(path_or_names, list):
        return {str(code): name for code, name in enumerate(path_or_names)}
    if path_or_names is None or isinstance(path_or_names, Mapping):
        return dict(path_or_names) if path_or_names is not None else None
    try:
        names = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError:
        raise Problem(f"{key}: no file {path}.") from None
    except ValueError as error:
        raise Problem(f"{key}: {path} is not valid JSON: {error}.") from None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        raise Problem(f"{key}: {path} has neither a list of names nor a mapping of codes to names.")
    return {str(code): str(name) for code, name in names.items()}


def read_terms(path_or_terms: str | list[str], key: str) -> list[str]:
    """Read terms from a file with one per line, or from a list; blank or repeated ones are errors."""
    terms = path_or_terms
    if isinstance(path_or_terms, str):
        try:
            terms = [line for line in Path(path_or_terms).read_text(encoding="utf-8").splitlines() if line.strip()]
        except OSError as error:
            raise Problem(f"{key}: {path_or_terms} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError as error:
            raise Problem(f"{key}: {path_or_terms} is not UTF-8 text: {error.reason} at byte {error.start}.") from None
    if not terms:
        raise Problem(f"{key}: {path_or_terms if isinstance(path_or_terms, str) else 'the list'} has no terms.")
    terms = [" ".join(term.split()) for term in terms]
    seen: set[str] = set()
    for term in terms:
        if not term or term.lower() in seen:
            raise Problem(f"{key}: {f'the term {term!r} occurs twice' if term else 'a term is blank'}.")
        seen.add(term.lower())
    return terms
