"""The columns of ``bias.parquet`` that records fill, for made-up tables of runs."""

import pandas as pd

from biastransfer.common import registry


def with_record_columns(table: pd.DataFrame) -> pd.DataFrame:
    """A made-up table with ``kind, model_intervention, data_intervention, condition, family, level_label, level_parts``.

    A model is named after its intervention, with its level and trial behind it: ``gaussian_noise-s1-t0``.
    """
    kinds = registry.task_kinds()
    kind = {task: _kind_of(rows, kinds) for task, rows in table.groupby("task")}
    levels = ["" if pd.isna(level) else f"{level:g}" for level in table["level"]]
    return table.assign(
        kind=table["task"].map(kind),
        model_intervention=table["model"].str.split("-").str[0],
        data_intervention=table["trainset"].str.split("-").str[0],
        condition=table["model"].str.replace(r"-t\d+$", "", regex=True).where(
            table["trainset"].eq("original"), table["model"] + "/" + table["trainset"]
        ),
        family="",
        level_label=levels,
        level_parts=[[level] if level == level else [] for level in table["level"]],
    )  # fmt: skip


def _kind_of(rows: pd.DataFrame, kinds) -> str:
    return next(name for name, record in kinds.items() if rows[record.outcome.column].notna().any())
