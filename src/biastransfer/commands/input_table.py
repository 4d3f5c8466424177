"""A user's own table: its errors, and defaults for missing columns."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api import types

from biastransfer.commands import table_cells
from biastransfer.commands.replicates import is_control, numbered, ranked
from biastransfer.common import registry
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.common.records import number_text
from biastransfer.engine import table_schemas
from biastransfer.tasks.sources import read_table

REQUIRED = ("task", "model", "target", "upstream", "prevalence")
OUTCOMES = ("tpr_ratio", "fpr")
NAMES = ("task", "model", "target", "upstream_measure", "template")
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
ALIKE = 0.75
"""How much an unknown column must look like a missing one to be a misspelling."""
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]*")


def read(path: Path) -> pd.DataFrame:
    """Read a file; the ending of its name says how (:func:`biastransfer.tasks.sources.read_table`).

    Raises
    ------
    Problem : the file does not exist or cannot be read.
    """
    return read_table(str(path), "TABLE")


def complete(table: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Check a table's columns and fill in the optional ones.

    Returns
    -------
    DataFrame with every column of ``bias.parquet``, and the rows of the table in their order.

    Raises
    ------
    Problem : one sentence per error, with the file and the column.
    """
    schema = table_schemas.SCHEMAS["bias_transfer"]
    table, unreadable = _with_cells(table, schema)
    _refuse([*_column_errors(table, schema.names), *(unreadable or _value_errors(table))], origin)
    table = table.assign(**{name: _with_default(table, name, value) for name, value in DEFAULTS.items()})
    table = table.assign(replicate=ranked(table))
    table = _with_facts(table)
    if "tpr_log_ratio" not in table and "tpr_ratio" in table:
        table["tpr_log_ratio"] = np.log(table["tpr_ratio"])
    table = table.assign(**{name: np.nan for name in schema.names if name not in table})
    family = table["target_family"].astype(object)
    table["target_family"] = family.where(family.notna(), None)
    whole = ["replicate", "trial", "n_min", "training_texts"]
    numbers = [field.name for field in schema if str(field.type) in ("double", "int64") and field.name not in whole]
    texts = [field.name for field in schema if str(field.type) == "string" and field.name != "target_family"]
    flags = [field.name for field in schema if str(field.type) == "bool"]
    kinds = dict.fromkeys(texts, str) | dict.fromkeys(numbers, float) | dict.fromkeys(flags, bool) | {"replicate": int}
    table = table.astype(kinds)[schema.names]
    _refuse(_row_errors(table), origin)
    return table


def _with_cells(table: pd.DataFrame, schema: pa.Schema) -> tuple[pd.DataFrame, list[str]]:
    """The table with read cells and without an index or attributes, and a sentence on each column that cannot be read."""
    comma = table.attrs.get("delimiter", ",") != ","
    if any(name in schema.names and name not in table for name in table.index.names):
        table = table.reset_index()
    table = table.reset_index(drop=True)
    table.attrs = {}
    if "replicate" in table:
        table["replicate"] = numbered(table["replicate"])
    return table_cells.typed(table, schema, any_word=NAMES, comma=comma)


def _with_default(table: pd.DataFrame, name: str, value: object) -> object:
    """A column whose missing values are the default; or the default, where the table lacks the column."""
    return table[name].where(table[name].notna(), value) if name in table else value


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
        for name in unread(table):
            if near := nearest(name, set(known) - set(table), cutoff=ALIKE):
                mistakes.append(f"column {name}: is unknown.{near} (Give another column another name.)")
    return mistakes


def unread(table: pd.DataFrame) -> list[str]:
    """Columns that the analysis does not have, by name."""
    return [str(name) for name in table if name not in table_schemas.SCHEMAS["bias_transfer"].names]


def _value_errors(table: pd.DataFrame) -> list[str]:
    if table.empty:
        return ["has no rows."]
    mistakes = []
    for name in filter(table_schemas.SCHEMAS["bias_transfer"].names.__contains__, table):
        column = table[name]
        if types.is_float_dtype(column) and np.isinf(column).any():
            mistakes.append(f"column {name}: holds an infinite value.")
        elif name in (*KEYS, "groups") and column.isna().any():
            mistakes.append(f"column {name}: {_rows(column.isna())} no value.")
        elif name in NAMES and (column == "").any():
            mistakes.append(f"column {name}: {_rows(column == '')} a blank name.")
    if mistakes:
        return mistakes
    for name in IN_FILE_NAMES:
        values = dict.fromkeys(table[name].dropna()) if name in table else ()
        odd = [value for value in values if not PLAIN.fullmatch(value)]
        if odd:
            mistakes.append(
                f"column {name}: holds {odd[0]!r}; file names contain it, so it may have only letters, digits, _ and ."
            )
    kinds = registry.task_kinds()
    odd = [value for value in (table["kind"].dropna() if "kind" in table else ()) if value not in kinds]
    if odd:
        mistakes.append(f"column kind: holds {odd[0]!r}; allowed: {listing(kinds)}.")
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


def _rows(which: pd.Series) -> str:
    """How many rows have what follows."""
    count = int(which.sum())
    return "1 row has" if count == 1 else f"{count} rows have"


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
        if not is_control(rows).any():
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
    control = is_control(rows)
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
    control = is_control(table).to_numpy()
    changed = table["model"].where(on_model, table["trainset"]).str.replace(r"[^A-Za-z0-9_.]", "_", regex=True)
    table["intervention"] = _filled(table, "intervention", changed).where(~control, CONTROL)
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
    table = table.assign(**{name: _filled(table, name, values) for name, values in facts.items()})
    model_level = table["model"].map(of_model["level"])
    model = table["model_intervention"] + model_level.map(
        lambda value: "" if pd.isna(value) else f" {np.format_float_positional(value, trim='-')}"  # all its digits
    )
    table["condition"] = _filled(table, "condition", model.where(on_model, model + "/" + table["trainset"]))
    if "groups" not in table:
        table["groups"] = _groups(table, control)
    return table


def _filled(table: pd.DataFrame, name: str, values: pd.Series) -> pd.Series:
    """A column, with other values where it has none or is missing."""
    return table[name].where(table[name].notna(), values) if name in table else values


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
    groups = groups.where(~(control & first & several), "pretrained;all_pretrained;control_replicates")
    return groups.str.split(";")
