"""``biastransfer analyze``: the whole analysis and report of any tidy table, wherever its numbers come from."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api import types

from biastransfer import tables
from biastransfer.analysis.tables import Settings, analyze
from biastransfer.problems import Problem, listing, nearest

REQUIRED = ("task", "model", "target", "upstream", "prevalence")
OUTCOMES = ("tpr_ratio", "fpr")
KEYS = ["task", "model", "trainset", "replicate", "target", "upstream_measure", "template"]
DEFAULTS: Mapping[str, object] = {
    "study": "table",
    "trainset": "original",
    "replicate": 0,
    "upstream_measure": "upstream bias",
    "template": "all",
    "testset": "test",
    "decision": "argmax",
    "smoothed": False,
    "small_cell": False,
    "failed_to_learn": False,
}
"""What a column holds where the table lacks it; other columns of bias.parquet are missing values then."""
CONTROL = "pretrained"


def analyze_file(path: Path, out: Path, settings: Settings) -> pd.DataFrame:
    """Analyse a table and write ``report.html``, ``analysis/``, ``tables/`` and ``figures/`` into a folder.

    Parameters
    ----------
    path : Parquet or CSV, with the columns of ``bias.parquet`` (docs/tables.md says which may lack).

    Returns
    -------
    The verdicts.

    Raises
    ------
    Problem : the table cannot be read, or a column is missing or has values that are not allowed. Nothing is written then.
    """
    from biastransfer.report import catalogue
    from biastransfer.report.build import build
    from biastransfer.report.contents import drawn
    from biastransfer.report.facts import table_facts
    from biastransfer.report.figures.draw import draw
    from biastransfer.report.figures.style import save
    from biastransfer.report.methods import analysis

    bias = complete(read(path), str(path))
    found = {name: table.reindex(columns=tables.SCHEMAS[name].names) for name, table in analyze(bias, settings).items()}
    for folder in ("analysis", "tables", "figures"):
        _make(out / folder)
    facts = catalogue.of_table(bias)
    for name in catalogue.figure_names(facts):
        save(draw(name, bias=bias, found=found, planted={}, dataset={}), out / "figures" / name)
    html, files = build(
        path.stem,
        bias,
        found,
        measures={task: task_facts.measures for task, task_facts in facts.items()},
        figures=[drawn(out / "figures" / f"{name}.svg", bias) for name in catalogue.figure_names(facts)],
        facts=[("table", f"{path.name}, {len(bias):,} rows"), *table_facts(bias)],
        methods=[("Analysis", analysis(vars(settings), settings.smallest_effect))],
        smallest=settings.smallest_effect,
    )
    for name, table in found.items():
        tables.write(table, name, out / "analysis" / f"{name}.parquet")
    for name, text in files.items():
        (out / "tables" / name).write_text(text, encoding="utf-8")
    (out / "report.html").write_text(html, encoding="utf-8")
    return found["verdicts"]


def read(path: Path) -> pd.DataFrame:
    """Read a Parquet or CSV file.

    Raises
    ------
    Problem : there is no such file, or it is neither.
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
    """Check a table's columns and fill in those that may lack.

    Returns
    -------
    DataFrame with every column of ``bias.parquet``.

    Raises
    ------
    Problem : one sentence a mistake; each names the file and the column.
    """
    schema = tables.SCHEMAS["bias_transfer"]
    mistakes = [*_names(table, schema.names), *_values(table, schema)]
    if mistakes:
        raise Problem("\n".join(f"{origin}: {mistake}" for mistake in mistakes))
    table = table.assign(**{name: value for name, value in DEFAULTS.items() if name not in table})
    for name in schema.names:
        if name not in table:
            table[name] = _derived(name, table)
    table["groups"] = [groups.split(";") if isinstance(groups, str) else list(groups) for groups in table["groups"]]
    mistakes = list(_rows(table))
    if mistakes:
        raise Problem("\n".join(f"{origin}: {mistake}" for mistake in mistakes))
    texts = [field.name for field in schema if str(field.type) == "string"]
    return table.astype({name: str for name in texts})[schema.names]


def _names(table: pd.DataFrame, known: list[str]) -> list[str]:
    mistakes = [
        f"column {name}: is missing.{nearest(name, [found for found in table if found not in known])}"
        for name in REQUIRED
        if name not in table
    ]
    if not any(name in table for name in OUTCOMES):
        mistakes.append(
            f"column tpr_ratio or fpr: is missing; give one of {listing(OUTCOMES)}, the downstream bias of each row."
        )
    if not mistakes:
        for name in table:
            if name not in known and (near := nearest(str(name), known)):
                mistakes.append(f"column {name}: is unknown.{near} (Rename it if it is something else.)")
    return mistakes


def _values(table: pd.DataFrame, schema) -> list[str]:
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
        elif kind == "string" and field.name in REQUIRED and column.isna().any():
            mistakes.append(f"column {field.name}: {int(column.isna().sum())} rows have no value.")
    if mistakes:
        return mistakes
    limits = {
        "prevalence": (0, 1),
        "mention_share": (0, 1),
        "fpr": (0, 1),
        "accuracy": (0, 1),
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


def _rows(table: pd.DataFrame) -> list[str]:
    mistakes = []
    twice = table[table.duplicated(KEYS)]
    if len(twice):
        keys = ", ".join(f"{name} {twice[name].iloc[0]!r}" for name in KEYS if len(set(table[name])) > 1)
        mistakes.append(f"columns {listing(KEYS)}: {len(twice)} rows repeat another one's, e.g. {keys or 'all'}.")
    for task, rows in table.groupby("task", sort=True):
        both = [name for name in OUTCOMES if rows[name].notna().any()]
        if len(both) != 1:
            found = "values in both" if both else "no values in either"
            mistakes.append(f"columns tpr_ratio and fpr: task {task!r} has {found}; it needs exactly one of them.")
        if not ((rows["model"] == CONTROL) & (rows["trainset"] == "original")).any():
            models = sorted(set(rows["model"].astype(str)))
            mistakes.append(
                f"column model: task {task!r} has no rows of the unchanged model on the unchanged data, model {CONTROL!r} and trainset "
                f"'original'; it has {listing(models[:8])}.{nearest(CONTROL, models)}"
            )
    return mistakes


def _derived(name: str, table: pd.DataFrame) -> object:
    """A column that the table lacks and that other columns tell."""
    control = (table["model"] == CONTROL) & (table["trainset"] == "original")
    random = table["model"].astype(str).str.startswith("random_init")
    if name == "intervention":
        changed = table["trainset"].where(table["trainset"] != "original", table["model"]).astype(str)
        return changed.str.split("-").str[0].where(~control, CONTROL)
    if name == "groups":
        return [
            "pretrained;all_pretrained" if first else "random" if second else "all_pretrained"
            for first, second in zip(control, random, strict=True)
        ]
    if name == "tpr_log_ratio" and "tpr_ratio" in table:
        return np.log(table["tpr_ratio"])
    return np.nan


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"--out: the folder {folder} cannot be made: {error.strerror}.") from None
