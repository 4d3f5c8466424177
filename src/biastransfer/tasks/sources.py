"""Reading labelled texts from the user's files."""

import importlib
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet

from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.tasks import delimited
from biastransfer.tasks.names import as_text, clean

TALK_COLUMNS = {
    "columns": {"text": "text", "label": "label", "id": "id", "source": "source"},
    "flagged": 1,
}
"""The columns of downloaded Wikipedia Talk files."""


def read_table(path: str, key: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table; the ending of its name decides how.

    Delimited text has cells of text (:mod:`biastransfer.tasks.delimited`), and so have spreadsheets. Parquet and JSON lines keep their types;
    an index with a name is a column.

    Parameters
    ----------
    path : of the file.
    key : of the study file, for messages.
    columns : required ones; None reads all.

    Raises
    ------
    Problem : the file is missing, unreadable, doubtful, empty or lacks a column.
    """
    file = Path(path)
    if not file.is_file():
        near = nearest(file.name, [other.name for other in file.parent.iterdir()]) if file.parent.is_dir() else ""
        raise Problem(f"{key}: no file {path}.{near}")
    ending = next((ending for ending in READERS if file.name.lower().endswith(ending)), None)
    if ending is None:
        raise Problem(f"{key}: {path} ends in {file.suffix or 'nothing'!r}; allowed: {listing(READERS, len(READERS))}.")
    if not file.stat().st_size:
        raise Problem(f"{key}: {path} is empty.")
    try:
        table = READERS[ending](file, list(columns or []))
    except UnicodeDecodeError as error:
        raise Problem(
            f"{key}: {path} is not UTF-8 text ({error.reason}: {error.object[error.start]:#04x}); save it as UTF-8."
        ) from None
    except ImportError as error:
        raise Problem(
            f"{key}: {path} needs the package {error.name}: pip install {error.name}, or save it as CSV."
        ) from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise Problem(f"{key}: {path} cannot be read: {' '.join(str(error).split())[:300].rstrip('.')}.") from None
    for column in columns or []:
        if column not in table:
            raise Problem(f"{key}: {path} has no column {column!r}; it has {listing(table)}.{nearest(column, table)}")
    if table.empty:
        raise Problem(f"{key}: {path} has no rows.")
    return table[list(columns)] if columns else table


def _parquet(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    """The columns of a Parquet file, codes of classes replaced by their names where the file has them (datasets' ClassLabel)."""
    schema = parquet.read_schema(file)
    if not set(columns) <= set(schema.names):
        return schema.empty_table().to_pandas()
    table = parquet.read_table(file, columns=list(columns) or None).to_pandas(ignore_metadata=True)
    for name, classes in class_names(schema.metadata or {}).items():
        if name in table:
            codes = table[name]
            table[name] = [classes[code] if pd.notna(code) and 0 <= code < len(classes) else None for code in codes]
    return table


def class_names(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """Column -> names of its codes, from the metadata that the package datasets writes into Parquet files."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return {}
    labels = {name: feature for name, feature in features.items() if isinstance(feature, dict)}
    return {
        name: each["names"] for name, each in labels.items() if each.get("_type") == "ClassLabel" and each.get("names")
    }


def _json_lines(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    """One JSON object a line."""
    lines = file.read_text(encoding="utf-8-sig").split("\n")
    return pd.DataFrame([json.loads(line) for line in lines if line.strip()], dtype=object)


def _spreadsheet(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    """The first sheet, every cell as text."""
    importlib.import_module("openpyxl")
    table = pd.read_excel(file, dtype=str, keep_default_na=False, engine="openpyxl")
    return table.rename(columns=lambda name: clean(str(name))).replace("", None)


READERS: Mapping[str, Callable[[Path, Sequence[str]], pd.DataFrame]] = {
    ".parquet": _parquet, ".csv": delimited.read, ".tsv": delimited.read, ".csv.gz": delimited.read, ".tsv.gz": delimited.read,
    ".jsonl": _json_lines, ".xlsx": _spreadsheet,
}  # fmt: skip
"""Ending of a file's name -> how it is read, given the columns that it should have."""


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
    DataFrame with ``id, text, label`` and, where given, ``group, source``; files without ids get row numbers. All but the texts are
    cleaned names (:mod:`biastransfer.tasks.names`).
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
        if role == "text":
            odd = next((value for value in joined[role] if not isinstance(value, str)), None)
            if odd is not None:
                raise Problem(f"{key}.columns.text: column {roles['text']!r} holds {type(odd).__name__}, not text.")
            if joined[role].str.fullmatch(r"\s*[-+]?[\d.,]+\s*").all():
                raise Problem(f"{key}.columns.text: column {roles['text']!r} holds numbers alone, not text.")
        else:
            joined[role] = [clean(as_text(value)) for value in joined[role]]
        if role in ("label", "group") and (blank := int((joined[role] == "").sum())):
            raise Problem(f"{key}.columns.{role}: column {roles[role]!r} has {blank} blank values.")
    empty = joined["text"].map(lambda text: not clean(text))
    if empty.any():
        first = joined.loc[empty.idxmax(), "id"]
        raise Problem(f"{key}.columns.text: {int(empty.sum())} texts hold nothing visible, e.g. that of id {first!r}.")
    repeated = joined.loc[joined["id"].duplicated(), "id"]
    if len(repeated):
        raise Problem(f"{key}.columns.id: {len(repeated)} ids repeat earlier ones, e.g. {repeated.iloc[0]!r}.")
    return joined


def rename(values: pd.Series, names: Mapping[str, str] | None, key: str) -> pd.Series:
    """Replace codes by their names; every code needs one."""
    codes = values.astype(str)
    if names is None:
        return codes
    names = {clean(as_text(code)): clean(name) for code, name in names.items()}
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
        names = json.loads(Path(path).read_text(encoding="utf-8-sig"))
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
            terms = [line for line in Path(path_or_terms).read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        except OSError as error:
            raise Problem(f"{key}: {path_or_terms} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError as error:
            raise Problem(f"{key}: {path_or_terms} is not UTF-8 text: {error.reason} at byte {error.start}.") from None
    if not terms:
        raise Problem(f"{key}: {path_or_terms if isinstance(path_or_terms, str) else 'the list'} has no terms.")
    terms = [clean(term) for term in terms]
    seen: set[str] = set()
    for term in terms:
        if not term or term.lower() in seen:
            raise Problem(f"{key}: {f'the term {term!r} occurs twice' if term else 'a term is blank'}.")
        seen.add(term.lower())
    return terms
