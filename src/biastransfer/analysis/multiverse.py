"""The same question under every defensible choice: a specification curve (Simonsohn, Simmons & Nelson 2020).

Which runs, which reading of downstream bias, which templates, which controls, and whether small cells count: the slopes of upstream bias
and prevalence for every combination, standardised, with intervals clustered by target (CRV3).
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from biastransfer.analysis.design import design
from biastransfer.analysis.groups import control_group, members
from biastransfer.analysis.outcome import outcome_of, per_run, reading_values, run_name
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.standard_errors import inference
from biastransfer.common.records import Outcome

LOG_ODDS = "prevalence_log_odds"
CHOICES = ["runs", "reading", "templates", "controls", "small_cells"]


def multiverse(bias: pd.DataFrame) -> pd.DataFrame:
    """Estimate every combination of choices, for every task and upstream measure.

    Returns
    -------
    DataFrame with ``task, upstream_measure``; the choices ``runs`` (``control``, ``all_pretrained``), ``reading``, ``templates`` (``mean``, or
    the name of one), ``controls`` (``none``, ``prevalence``, ``prevalence_log_odds``, ``all``), ``small_cells`` (``out``, ``in``);
    ``term`` (``upstream``; ``prevalence``, in either unit), ``standardised, low, high,
    n_obs, n_targets``. What cannot be estimated, or does not differ from another choice, is left out.
    """
    records = []
    for (task, measure), rows in bias.groupby(["task", "upstream_measure"], sort=True):
        for record in _combinations(rows[~rows["failed_to_learn"]], outcome_of(rows)):
            records.append({"task": task, "upstream_measure": measure, **record})
    columns = ["task", "upstream_measure", *CHOICES, "term", "standardised", "low", "high", "n_obs", "n_targets"]
    return pd.DataFrame(records, columns=columns)


def _combinations(rows: pd.DataFrame, outcome: Outcome) -> Iterator[dict]:
    groups = {"control": control_group(rows), "all_pretrained": "all_pretrained"}
    names = sorted(set(rows["template"]))
    controls = {
        "none": (),
        "prevalence": ("prevalence",),
        "prevalence_log_odds": (LOG_ODDS,),
        "all": outcome.covariates,
    }
    if len(outcome.covariates) == 1:
        del controls["all"]
    cells = ("out", "in") if rows["small_cell"].any() else ("out",)
    for (runs, group), template in product(groups.items(), ["mean", *(names if len(names) > 1 else [])]):
        part = members(rows if template == "mean" else rows[rows["template"] == template], group)
        if part.empty:
            continue
        table = per_run(part)
        table = table.assign(run=run_name(table), **{LOG_ODDS: log_odds(table)})
        for (name, reading), (label, terms), cell in product(outcome.readings.items(), controls.items(), cells):
            used = table.assign(outcome=reading_values(reading, table))
            used = used[used[["outcome", "upstream", *terms]].notna().all(axis=1)]
            used = used if cell == "in" else used[~used["small_cell"]]
            choices = dict(zip(CHOICES, (runs, name, template, label, cell), strict=True))
            for slope in _slopes(used, ("upstream", *terms)):
                yield choices | slope


def _slopes(table: pd.DataFrame, terms: tuple[str, ...]) -> Iterator[dict]:
    """Standardised slopes of upstream bias and prevalence."""
    if table["target"].nunique() < len(terms) + 3:
        return
    made = design(table, terms, absorbed=["run"] if len(set(table["run"])) > 1 else [])
    if not made.estimable:
        return
    fit = estimate(made)
    found = inference(fit, "crv3_target")
    for row in found[found["term"].isin(["upstream", "prevalence", LOG_ODDS])].itertuples():
        yield {
            "term": "prevalence" if row.term == LOG_ODDS else row.term,
            "standardised": row.standardised,
            "low": row.standardised_low,
            "high": row.standardised_high,
            "n_obs": fit.numbers["n_obs"],
            "n_targets": fit.numbers["n_targets"],
        }


def log_odds(table: pd.DataFrame) -> pd.Series:
    """Log odds of prevalence, with half a text more on either side (Haldane 1956); where texts are not counted, 0 and 1 have none."""
    share, texts = table["prevalence"], table["training_texts"].astype(float)
    odds = (share * texts + 0.5) / ((1 - share) * texts + 0.5)
    with np.errstate(divide="ignore"):
        exact = np.log(share / (1 - share))
    return np.log(odds).where(texts.notna(), exact).replace([np.inf, -np.inf], np.nan)
