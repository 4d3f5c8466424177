"""Treatment groups and conditions: which runs are looked at together."""

import pandas as pd

GROUP_ORDER = (
    "pretrained",
    "mitigated",
    "noise",
    "random",
    "balanced",
    "scrubbed",
    "proxies_scrubbed",
    "proxies_control",
    "swapped",
    "subsampled",
    "scrubbed_random",
    "proxies_scrubbed_random",
    "proxies_control_random",
    "subsampled_random",
    "all_pretrained",
    "all_pretrained_and_scrubbed_random",
    "control_replicates",
)
"""Treatment groups as they are listed; any other comes after them."""


def groups_of(rows: pd.DataFrame) -> list[str]:
    """The treatment groups that occur in rows of ``bias.parquet``, in order.

    ``all_pretrained_and_scrubbed_random`` is the union of two (the last column of Steed et al. 2022, Table 8).
    """
    found = {group for groups in rows["groups"] for group in groups}
    if {"all_pretrained", "scrubbed_random"} <= found:
        found.add("all_pretrained_and_scrubbed_random")
    return [name for name in GROUP_ORDER if name in found] + sorted(found - set(GROUP_ORDER))


def members(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """The rows of a treatment group."""
    wanted = {"all_pretrained", "scrubbed_random"} if group == "all_pretrained_and_scrubbed_random" else {group}
    return rows[[not wanted.isdisjoint(groups) for groups in rows["groups"]]]


def control_group(rows: pd.DataFrame) -> str:
    """The group of the unchanged model on the unchanged data: with its replicates, where there are any."""
    return "control_replicates" if "control_replicates" in groups_of(rows) else "pretrained"


def condition(table: pd.DataFrame) -> pd.Series:
    """What was done to each row's run, as a slug without the trial: ``gaussian_noise-s1``, ``random_init/scrubbed-all-1``."""
    model = table["model"].str.replace(r"-t\d+$", "", regex=True)
    return model.where(table["trainset"] == "original", model + "/" + table["trainset"])
