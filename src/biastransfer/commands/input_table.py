"""A user's own table: its errors, and defaults for missing columns."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api import types

from biastransfer.common import registry
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.common.records import number_text
from biastransfer.engine import table_schemas

REQUIRED = ("task", "model", "target", "upstream", "prevalence")
OUTCOMES = ("tpr_ratio", "fpr")
KEYS = ["task", "model", "trainset", "replicate", "target", "upstream_measure", "template"]
DEFAULTS: Mapping[str, object] = {
    "study": "table",
    "trainset": "original",
    "replicate": 0,
    "upstream_measure": "upstream_bias",
    "template": "all",
    "testset": "test",
    "decision": "argmax",
    "smoothed": False,
    "small_cell": False,
    "failed_to_learn": False,
}
"""Values of missing columns; other missing columns of bias.parquet have missing values."""
IN_FILE_NAMES = ("task", "upstream_measure", "intervention")
VARYING = ("upstream", "upstream_measure", "template", "intermediate", "they_change")
LISTS = ("groups", "level_parts")
"""Columns that may differ between rows of one run and target, and columns of lists, which are not compared."""
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]*")


def read(path: Path) -> pd.DataFrame:
    """Read a Parquet or CSV file.

    Raises
    ------
    Problem : the file does not exist or cannot be read.
    """
    if not path.is_file():
        near = nearest(path.name, [file.name for file in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise Problem(f"{path}: no such file.{near}")
    try:
        return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    except (ValueError, OSError, pd.errors.ParserError) as error:
        wanted = "a CSV file" if path.suffix == ".csv" else "a Parquet file (or a CSV file whose name ends in .csv)"
        raise Problem(f"{path}: cannot be read as {wanted}: {str(error).splitlines()[0]}") from None


def complete(table: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Check a table's columns and fill in the optional ones.

    Returns
    -------
    DataFrame with every column of ``bias.parquet``.

    Raises
    ------
    Problem : one sentence per error, with the file and the column.
    """
    schema = table_schemas.SCHEMAS["bias_transfer"]
    if any(name in schema.names and name not in table for name in table.index.names):
        table = table.reset_index()
    table = table.reset_index(drop=True)
    _refuse([*_column_errors(table, schema.names), *_value_errors(table, schema)], origin)
    table = table.assign(**{name: value for name, value in DEFAULTS.items() if name not in table})
    table = _with_facts(table)
    if "tpr_log_ratio" not in table and "tpr_ratio" in table:
        table["tpr_log_ratio"] = np.log(table["tpr_ratio"])
    table = table.assign(**{name: np.nan for name in schema.names if name not in table})
    table["groups"] = [groups.split(";") if isinstance(groups, str) else list(groups) for groups in table["groups"]]
    table["target_family"] = [_text(name).strip() or None for name in table["target_family"]]
    whole = ["replicate", "trial", "n_min", "training_texts"]
    numbers = [field.name for field in schema if str(field.type) in ("double", "int64") and field.name not in whole]
    texts = [field.name for field in schema if str(field.type) == "string" and field.name != "target_family"]
    flags = [field.name for field in schema if str(field.type) == "bool"]
    kinds = dict.fromkeys(texts, str) | dict.fromkeys(numbers, float) | dict.fromkeys(flags, bool) | {"replicate": int}
    table = table.astype(kinds)[schema.names]
    _refuse(_row_errors(table), origin)
    return table


def _refuse(mistakes: list[str], origin: str) -> None:
    if mistakes:
        raise Problem("\n".join(f"{origin}: {mistake}" for mistake in mistakes))


def _column_errors(table: pd.DataFrame, known: list[str]) -> list[str]:
    mistakes = [
        f"column {name}: is missing.{nearest(name, [column for column in table if column not in known])}"
        for name in REQUIRED
        if name not in table
    ]
    if not any(name in table for name in OUTCOMES):
        mistakes.append(
            f"column tpr_ratio or fpr: is missing; one of {listing(OUTCOMES)} must have the downstream bias of each row."
        )
    if not mistakes:
        for name in table:
            if name not in known and (near := nearest(str(name), known)):
                mistakes.append(f"column {name}: is unknown.{near} (Give another column another name.)")
    return mistakes


def _value_errors(table: pd.DataFrame, schema) -> list[str]:
    if table.empty:
        return ["has no rows."]
    mistakes = []
    for field in schema:
        if field.name not in table:
            continue
        column, kind = table[field.name], str(field.type)
        numeric = types.is_numeric_dtype(column) and not types.is_bool_dtype(column)
        if kind in ("double", "int64") and not numeric and column.notna().any():
            mistakes.append(f"column {field.name}: holds {column.dropna().iloc[0]!r}; it must hold numbers.")
        elif kind == "bool" and not types.is_bool_dtype(column):
            mistakes.append(f"column {field.name}: holds {column.iloc[0]!r}; it must hold true or false.")
        elif kind in ("double", "int64") and np.isinf(column.astype(float)).any():
            mistakes.append(f"column {field.name}: holds an infinite value.")
        elif (field.name in KEYS or kind == "bool" or field.name == "groups") and column.isna().any():
            mistakes.append(f"column {field.name}: {int(column.isna().sum())} rows have no value.")
    if mistakes:
        return mistakes
    for name in IN_FILE_NAMES:
        odd = [
            value for value in (dict.fromkeys(table[name]) if name in table else ()) if not PLAIN.fullmatch(str(value))
        ]
        if odd:
            mistakes.append(
                f"column {name}: holds {odd[0]!r}; file names contain it, so it may have only letters, digits, _ and ."
            )
    limits = {
        "prevalence": (0, 1),
        "mention_share": (0, 1),
        "fpr": (0, 1),
        "accuracy": (0, 1),
        "prevalence_se": (0, 1),
        "training_texts": (0, math.inf),
        "tpr_ratio": (0, math.inf),
    }
    for name, (low, high) in limits.items():
        if name in table:
            wrong = table[name][(table[name] < low) | (table[name] > high)]
            if name == "tpr_ratio":
                wrong = table[name][table[name] <= 0]
            if len(wrong):
                allowed = "greater than 0" if name == "tpr_ratio" else f"from {low} to {high}"
                mistakes.append(f"column {name}: holds {wrong.iloc[0]:g}; it must be {allowed}.")
    return mistakes


def _row_errors(table: pd.DataFrame) -> list[str]:
    mistakes = []
    twice = table[table.duplicated(KEYS)]
    if len(twice):
        keys = ", ".join(f"{name} {twice[name].iloc[0]}" for name in KEYS if len(set(table[name])) > 1)
        mistakes.append(
            f"columns {listing(KEYS)}: {len(twice)} rows repeat the keys of another row, e.g. {keys or 'all'}."
        )
    else:
        mistakes += _disagreements(table)
    for task, rows in table.groupby("task", sort=True):
        both = [name for name in OUTCOMES if rows[name].notna().any()]
        if len(both) != 1:
            filled = "values in both" if both else "no values in either"
            mistakes.append(f"columns tpr_ratio and fpr: task {task!r} has {filled}; it needs exactly one of them.")
        if not ((rows["model"] == CONTROL) & (rows["trainset"] == "original")).any():
            models = sorted(set(rows["model"].astype(str)))
            mistakes.append(
                f"column model: task {task!r} has no rows of the unchanged model on the unchanged data (model {CONTROL!r}, "
                f"trainset 'original'); it has {listing(models[:8])}.{nearest(CONTROL, models)}"
            )
        else:
            mistakes += _group_errors(str(task), rows)
    return mistakes


def _disagreements(table: pd.DataFrame) -> Iterator[str]:
    """The first fact of a run and target that its rows, one per template or measure, do not agree on; rounding is no disagreement."""
    run = ["task", "model", "trainset", "replicate", "target"]
    facts = [name for name in table if name not in (*run, *VARYING, *LISTS)]
    rounded = table[facts].map(lambda value: float(f"{value:.9g}") if isinstance(value, float) else value)
    differing = rounded.groupby([table[name] for name in run], sort=False).nunique(dropna=False).gt(1)
    for name in facts:
        if differing[name].any():
            *place, target = differing.index[differing[name]][0]
            values = table.loc[(table[run] == [*place, target]).all(axis=1), name].unique()
            yield (
                f"column {name}: target {target!r} has {values[0]!s} in one row and {values[1]!s} in another of model {place[1]!r}; "
                f"rows of one run and target may differ in upstream and intermediate alone."
            )
            return


def _group_errors(task: str, rows: pd.DataFrame) -> Iterator[str]:
    control = (rows["model"] == CONTROL) & (rows["trainset"] == "original")
    for group in ("pretrained", "control_replicates"):
        held = pd.Series([group in groups for groups in rows["groups"]], rows.index)
        if (held & ~control).any():
            row = rows[held & ~control].iloc[0]
            yield (
                f"column groups: task {task!r} has model {row['model']!r} on trainset {row['trainset']!r} in {group}; only the "
                f"unchanged model on the unchanged data belongs there."
            )
        elif group == "pretrained" and not held.any():
            yield f"column groups: task {task!r} has no rows in pretrained, the group of the unchanged model on the unchanged data."


def _with_facts(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in what each run differs in from the control, from columns that the table has; no name is taken apart.

    Without ``intervention``, every model and every trainset is an intervention of its own, called by its name.
    """
    on_model = (table["trainset"] == ORIGINAL).to_numpy()
    control = on_model & (table["model"] == CONTROL).to_numpy()
    if "intervention" not in table:
        changed = table["model"].where(on_model, table["trainset"]).astype(str)
        table["intervention"] = changed.str.replace(r"[^A-Za-z0-9_.]", "_", regex=True).where(~control, CONTROL)
    if "level" not in table:
        table["level"] = np.nan
    of_model = table.loc[on_model].drop_duplicates("model").set_index("model")
    level = table["level"].map(lambda value: "" if pd.isna(value) else number_text(value))
    facts = {
        "kind": table["task"].map(_kinds(table)),
        "model_intervention": table["model"].map(of_model["intervention"]).fillna(table["model"]),
        "data_intervention": table["intervention"].where(~on_model, ORIGINAL),
        "family": pd.Series("", table.index),
        "level_label": level,
        "level_parts": pd.Series([[] if pd.isna(value) else [float(value)] for value in table["level"]], table.index),
    }
    table = table.assign(**{name: values for name, values in facts.items() if name not in table})
    for name in ("family", "level_label"):
        table[name] = pd.Series([_text(value) for value in table[name]], table.index, dtype=str)
    table["level_parts"] = [_numbers(parts) for parts in table["level_parts"]]
    if "condition" not in table:
        model_level = table["model"].map(of_model["level"])
        model = table["model_intervention"] + model_level.map(
            lambda value: "" if pd.isna(value) else f" {np.format_float_positional(value, trim='-')}"  # all its digits
        )
        table["condition"] = model.where(on_model, model + "/" + table["trainset"])
    if "groups" not in table:
        table["groups"] = _groups(table, control)
    return table


def _text(value: object) -> str:
    """A text, which a CSV file may give as a number, or as missing where it is empty."""
    return value if isinstance(value, str) else "" if pd.isna(value) else number_text(value)


def _numbers(parts: object) -> list[float]:
    """The numbers of a level, which a CSV file writes as ``[0.25, 0.75]``."""
    return [float(part) for part in (re.findall(r"[^\s,\[\]]+", parts) if isinstance(parts, str) else parts)]


def _kinds(table: pd.DataFrame) -> dict[str, str]:
    """Task -> the kind whose outcome it fills."""
    outcomes = {name: record.outcome.column for name, record in registry.task_kinds().items()}
    filled = {
        task: [kind for kind, column in outcomes.items() if column in rows and rows[column].notna().any()]
        for task, rows in table.groupby("task")
    }
    return {task: kinds[0] if kinds else next(iter(outcomes)) for task, kinds in filled.items()}


def _groups(table: pd.DataFrame, control: np.ndarray) -> pd.Series:
    """Treatment groups: those of the control, and for other runs whether their model is pre-trained."""
    records = registry.model_interventions()
    fresh = {name for name, record in records.items() if not record.pretrained}
    random = table["model_intervention"].isin(fresh)
    first = table["replicate"] == 0
    several = table["task"].isin(set(table.loc[control & ~first, "task"]))
    groups = pd.Series("all_pretrained", table.index).where(~random, "random")
    groups = groups.where(~control, "control_replicates")
    groups = groups.where(~(control & first), "pretrained;all_pretrained")
    return groups.where(~(control & first & several), "pretrained;all_pretrained;control_replicates")
