"""Every condition compared with the control, over targets (Steed et al. 2022, Table 2 and Figures 2 and 9)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from biastransfer.analysis.correlation import correlate, resample
from biastransfer.analysis.outcome import outcome_of, outcome_values, per_run, solid
from biastransfer.common.control import CONTROL

OTHER_SEEDS = "control, other seeds"
"""The condition of the control's further replicates: the noise of the seed."""
FACTS = ("model_intervention", "data_intervention", "family", "level")
"""What a condition differs in from the control."""
_VALUES = ("upstream", "intermediate", "downstream", "ratio", "probability_gap", "prevalence")
_WITHIN = (
    ("upstream", "downstream"),
    ("prevalence", "downstream"),
    ("upstream", "prevalence"),
    ("upstream", "intermediate"),
    ("prevalence", "intermediate"),
)


def correlations(bias: pd.DataFrame, *, resamples: int, margin: float, seed: int) -> pd.DataFrame:
    """Correlate, over targets, every condition with the control, and its biases with each other.

    Parameters
    ----------
    bias : rows of ``bias.parquet``.
    resamples, margin, seed : of :func:`biastransfer.analysis.correlation.resample`.

    Returns
    -------
    DataFrame with ``task, upstream_measure, comparison, unit, condition``, the condition's ``FACTS``, ``model, trainset, replicate, runs``, the numbers of
    ``correlate`` and ``resample``, ``pearson_of_runs`` and the two p values after Holm's correction. ``unit`` is ``mean`` (biases
    averaged over trials, then correlated, as in the paper) or ``run`` (each run alone; not resampled); ``pearson_of_runs`` is
    the mean over a condition's runs (``runs``: those that have values). Comparisons: ``control, …`` with ``upstream``, ``downstream`` (log TPR ratio or FPR),
    ``ratio`` (TPR or FPR ratio, as in Table 2), ``probability gap``; and pairs within one run, such as ``upstream, downstream``.
    Holm's correction is over the conditions of a comparison.
    """
    found = []
    for (task, measure), rows in per_run(bias).groupby(["task", "upstream_measure"], sort=True):
        outcome = outcome_of(rows)
        kept = solid(rows)
        rows = rows.assign(
            intermediate=rows["intermediate"].where(~rows["failed_to_learn"]),
            downstream=outcome_values(outcome, rows).where(kept),
            ratio=rows[outcome.ratio].where(kept),
            probability_gap=rows["probability_gap"].where(kept),
        )
        records = pd.DataFrame(list(_records(rows, resamples, margin, seed)))
        found.append(records.assign(task=task, upstream_measure=measure))
    table = pd.concat(found, ignore_index=True)
    averaged = table["unit"] == "mean"
    for p, corrected in (("permutation_p", "permutation_holm_p"), ("kendall_p", "kendall_holm_p")):
        table[corrected] = table[averaged].groupby(["task", "upstream_measure", "comparison"])[p].transform(_holm)
    return table


def _records(rows: pd.DataFrame, resamples: int, margin: float, seed: int) -> Iterator[dict]:
    control = rows[(rows["model"] == CONTROL) & (rows["trainset"] == "original") & (rows["replicate"] == 0)]
    control = control.set_index("target") if len(control) else None
    seeds = (rows["condition"] == CONTROL) & (rows["replicate"] > 0)
    names = rows["condition"].where(~seeds, OTHER_SEEDS)
    for name, part in rows.groupby(names, sort=True):
        runs = [run for _, run in part.groupby(["model", "trainset", "replicate"], sort=True)]
        alone: dict[str, list[float]] = {}
        facts = {fact: part[fact].iloc[0] for fact in FACTS}
        for run in runs:
            keys = {"unit": "run", "condition": name, **facts, "runs": 1}
            keys |= {key: run[key].iloc[0] for key in ("model", "trainset", "replicate")}
            for comparison, pair in _pairs(run.set_index("target"), control, name):
                found = correlate(*pair)
                if found["n"]:
                    alone.setdefault(comparison, []).append(found["pearson"])
                yield {**keys, "comparison": comparison, **found}
        means = part.groupby("target", sort=True)[list(_VALUES)].mean()
        for comparison, pair in _pairs(means, control, name):
            yield {
                "unit": "mean",
                "condition": name,
                **facts,
                "runs": len(alone.get(comparison, [])),
                "comparison": comparison,
                **correlate(*pair),
                **resample(*pair, resamples=resamples, margin=margin, seed=seed),
                "pearson_of_runs": float(pd.Series(alone.get(comparison, []), dtype=float).mean()),
            }


def _pairs(
    part: pd.DataFrame, control: pd.DataFrame | None, name: str
) -> Iterator[tuple[str, tuple[pd.Series, pd.Series]]]:
    if control is not None and name != CONTROL:
        for value in ("upstream", "downstream", "ratio", "probability_gap"):
            if value == "upstream" and (part["upstream"].equals(control["upstream"]) or name == OTHER_SEEDS):
                continue  # an intervention on the data leaves the model as it is
            yield f"control, {value.replace('_', ' ')}", (control[value], part[value])
    for first, second in _WITHIN:
        if part[second].notna().any():
            yield f"{first}, {second}", (part[first], part[second])


def _holm(p: pd.Series) -> pd.Series:
    """Holm's correction (statsmodels' ``multipletests`` collects all garbage at each call: 0.1 s, 130 times a study)."""
    known = p.dropna().sort_values()
    factors = np.arange(len(known), 0, -1)
    return pd.Series(np.maximum.accumulate(np.minimum(known.to_numpy() * factors, 1)), known.index).reindex(p.index)
