"""The analysis of ``bias.parquet``: regressions per treatment group, and correlations."""

import pandas as pd

from biastransfer.analysis.correlation import correlate
from biastransfer.analysis.outcome import outcome_of, per_run, run_name, usable
from biastransfer.analysis.regression import eq4, per_target

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
    "scrubbed_random",
    "proxies_scrubbed_random",
    "proxies_control_random",
    "all_pretrained",
    "control_replicates",
)
"""Treatment groups as they are listed; any other comes after them."""


def groups_of(rows: pd.DataFrame) -> list[str]:
    """The treatment groups that occur in rows of ``bias.parquet``, in order."""
    found = {group for groups in rows["groups"] for group in groups}
    return [name for name in GROUP_ORDER if name in found] + sorted(found - set(GROUP_ORDER))


def regressions(bias: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit Eq. 4 in every treatment group of every task and upstream measure, in both specifications.

    Parameters
    ----------
    bias : ``bias.parquet``.

    Returns
    -------
    ``coefficients`` and ``regressions``, keyed by ``task, upstream_measure, group, specification``.
    """
    slopes, numbers = [], []
    for (task, measure), rows in bias.groupby(["task", "upstream_measure"], sort=True):
        outcome = outcome_of(rows)
        for group in groups_of(rows):
            members = rows[rows["groups"].map(lambda found, n=group: n in found)]
            table = usable(members)
            terms = ["upstream", *outcome.covariates]
            table = table.assign(outcome=outcome.values(table))
            left_out = len(members) - len(table)
            for specification in ("eq4", "per_target"):
                keys = {"task": task, "upstream_measure": measure, "group": group, "specification": specification}
                if table["target"].nunique() < len(terms) + 3:
                    continue
                if specification == "eq4":
                    fit = eq4(table["outcome"].to_numpy(), table[terms], table["template"], run_name(table))
                else:
                    fit = per_target(table, "outcome", terms, run_name(table))
                slopes.append(fit.slopes.assign(**keys))
                numbers.append({**keys, "outcome": outcome.label, **fit.numbers, "rows_left_out": left_out})
    keys = ["task", "upstream_measure", "group", "specification"]
    if not slopes:
        return pd.DataFrame(), pd.DataFrame()
    coefficients = pd.concat(slopes, ignore_index=True)
    return coefficients[[*keys, *[name for name in coefficients if name not in keys]]], pd.DataFrame(numbers)


def correlations(bias: pd.DataFrame) -> pd.DataFrame:
    """Correlate, over targets, every run with the control and with what might explain it.

    Returns
    -------
    DataFrame with ``task, upstream_measure, comparison, model, trainset, replicate`` and the numbers of
    :func:`correlate`. Comparisons: ``control, upstream`` and ``control, downstream`` (Steed et al. 2022, Table 2),
    ``upstream, downstream`` (Figure 2) and ``prevalence, downstream``.
    """
    records: list[dict] = []
    table = per_run(bias)
    for (task, measure), rows in table.groupby(["task", "upstream_measure"], sort=True):
        outcome = outcome_of(rows)
        solid = ~rows["small_cell"] & ~rows["failed_to_learn"]
        rows = rows.assign(
            downstream=outcome.values(rows).where(solid), probability_gap=rows["probability_gap"].where(solid)
        )
        named = {name: part.set_index("target") for name, part in rows.groupby(["model", "trainset", "replicate"])}
        control = named.get(("pretrained", "original", 0))
        for (model, trainset, replicate), part in named.items():
            keys = {
                "task": task, "upstream_measure": measure, "model": model, "trainset": trainset, "replicate": replicate,
            }  # fmt: skip
            pairs = {
                "upstream, downstream": (part["upstream"], part["downstream"]),
                "prevalence, downstream": (part["prevalence"], part["downstream"]),
            }
            if control is not None and (model, trainset, replicate) != ("pretrained", "original", 0):
                pairs["control, upstream"] = (control["upstream"], part["upstream"])
                pairs["control, downstream"] = (control["downstream"], part["downstream"])
                pairs["control, probability gap"] = (control["probability_gap"], part["probability_gap"])
            records += [{**keys, "comparison": name, **correlate(*pair)} for name, pair in pairs.items()]
    return pd.DataFrame(records)
