"""Treatment groups: which runs are analysed together."""

import pandas as pd

from biastransfer.common import registry

UNION = "all_pretrained_and_scrubbed_random"
"""The union of two groups (the last column of Steed et al. 2022, Table 8)."""
WIDE = ("all_pretrained", UNION, "control_replicates")
"""Groups of runs that other groups hold too; tables list them last."""


def group_labels() -> dict[str, str]:
    """Treatment group -> how figures and tables call it, in their order: the records', on pre-trained models and on others."""
    models = [group for record in registry.model_interventions().values() for group in record.groups.items()]
    data = [
        group
        for name, record in registry.data_interventions().items()
        for group in record.groups.items()
        if name != "original"
    ]
    random = [(f"{name}_random", f"{label}, random model") for name, label in data]
    wide = zip(WIDE, ("all pre-trained", "all pre-trained, and scrubbed random", "control replicates"), strict=True)
    return dict([*models, *data, *random, *wide])


def groups_of(rows: pd.DataFrame) -> list[str]:
    """The treatment groups that occur in rows of ``bias.parquet``, in order; those of no record come last."""
    found = {group for groups in rows["groups"] for group in groups}
    if {"all_pretrained", "scrubbed_random"} <= found:
        found.add(UNION)
    order = group_labels()
    return [name for name in order if name in found] + sorted(found - set(order))


def members(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """The rows of a treatment group."""
    wanted = {"all_pretrained", "scrubbed_random"} if group == UNION else {group}
    return rows[[not wanted.isdisjoint(groups) for groups in rows["groups"]]]


def control_group(rows: pd.DataFrame) -> str:
    """The group of the unchanged model on the unchanged data: with its replicates, where there are any."""
    return "control_replicates" if "control_replicates" in groups_of(rows) else "pretrained"
