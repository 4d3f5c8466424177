"""The numbers that figures show, taken from ``bias.parquet``."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from biastransfer.analysis.correlation import correlate
from biastransfer.analysis.outcome import outcome_of, per_run
from biastransfer.report.catalogue import family_of
from biastransfer.report.figures.condition_names import condition, family_name, place

_KEYS = ["task", "upstream_measure", "model", "trainset", "replicate", "target"]
_SHOWN = ["upstream", "intermediate", "downstream", "low", "high", "prevalence"]


def rows_of(bias: pd.DataFrame, task: str, measure: str = "") -> pd.DataFrame:
    """A task's rows of one upstream measure; without one, of any, for what does not depend on it."""
    rows = bias[bias["task"] == task]
    return rows[rows["upstream_measure"] == (measure or rows["upstream_measure"].min())]


def measured(task: pd.DataFrame) -> pd.DataFrame:
    """One row per run and target, averaged over templates.

    Adds ``condition`` and the outcome as ``downstream, low, high``; these are missing in small cells and in runs that did
    not learn.
    """
    outcome = outcome_of(task)
    rows = per_run(task).sort_values(_KEYS, ignore_index=True)
    rows["intermediate"] = task.groupby(_KEYS, sort=True)["intermediate"].mean().to_numpy()
    low, high = outcome.intervals(rows)
    rows["solid"] = ~rows["small_cell"] & ~rows["failed_to_learn"]
    facts = rows[["model", "trainset", "intervention", "level", "replicate"]]
    return rows.assign(
        condition=[condition(*run) for run in facts.itertuples(index=False, name=None)],
        downstream=outcome.values(rows).where(rows["solid"]),
        low=low.where(rows["solid"]),
        high=high.where(rows["solid"]),
    )


def conditions(task: pd.DataFrame) -> pd.DataFrame:
    """Average a task's rows over templates, trials and replicates of a condition.

    Returns
    -------
    DataFrame with ``condition, target, upstream, intermediate, downstream, low, high, prevalence, changed_data``, the
    control first; small cells and runs that did not learn are missing.
    """
    rows = measured(task)
    rows["changed_data"] = rows["trainset"] != "original"
    table = rows.groupby(["condition", "target", "changed_data"], sort=True)[_SHOWN].mean().reset_index()
    facts = rows.drop_duplicates("condition")[
        ["condition", "changed_data", "model", "intervention", "trainset", "level"]
    ]
    order = {
        name: (name != "control", name != "control, other seeds", data, data and model != "pretrained",
               *place(intervention, trainset), level)
        for name, data, model, intervention, trainset, level in facts.fillna({"level": 0.0}).itertuples(index=False)
    }  # fmt: skip
    return table.sort_values(["condition", "target"], key=_in(order, "condition"), ignore_index=True)


def by_target(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column of :func:`conditions`: a row per condition, in order, and a column per target."""
    return table.pivot(index="condition", columns="target", values=column).reindex(table["condition"].unique())


def control_level(intervention: str) -> float:
    """The level at which the unchanged model and data stand: zero, or for subsets of the texts, all of them (infinity)."""
    return np.inf if intervention == "subsampled" else 0.0


def doses(task: pd.DataFrame, intervention: str, column: str) -> pd.DataFrame:
    """Bias at each level of an intervention, averaged over trials, and at :func:`control_level` of the same model on the original data.

    Returns
    -------
    DataFrame with ``family`` (in words), ``level, trainset, target, upstream, prevalence, downstream`` (of ``column``).
    """
    rows = measured(task)
    rows["downstream"] = rows[column].where(rows["solid"])
    done = rows[rows["intervention"] == intervention]
    data = done["trainset"] != "original"
    parts = {}
    families = [
        family_of(trainset) if changed else "" for trainset, changed in zip(done["trainset"], data, strict=True)
    ]
    models = done["model"].where(data, "pretrained")
    for (family, model), part in done.groupby([families, models], sort=True):
        words = family_name(model, f"x-{family.replace(' ', '-')}") if data.any() else ""
        unchanged = (rows["model"] == model) & (rows["trainset"] == "original") & (rows["replicate"] == 0)
        levels = pd.concat([rows[unchanged].assign(level=control_level(intervention)), part])
        means = levels.groupby(["level", "trainset", "target"])[["upstream", "prevalence", "downstream"]].mean()
        order = (model != "pretrained", model, place(intervention, part["trainset"].iloc[0]))
        parts[order] = means.reset_index().assign(family=words)
    return pd.concat([parts[order] for order in sorted(parts)], ignore_index=True)


def _in(order: Mapping[str, tuple], column: str) -> Callable[[pd.Series], pd.Series]:
    """A sort key: the named column's values in a given order."""
    places = {name: place for place, name in enumerate(sorted(order, key=order.__getitem__))}
    return lambda values: values.map(places) if values.name == column else values


def perturbations(task: pd.DataFrame) -> pd.DataFrame:
    """What interventions on the model do to its upstream bias as a whole.

    Returns
    -------
    DataFrame with one row per model: ``condition, r, low, high`` (correlation with the control over targets, Fisher's 95 %
    interval) and ``spread`` (standard deviation over targets, relative to the control's).
    """
    rows = measured(task)
    rows = rows[(rows["trainset"] == "original") & (rows["replicate"] == 0)]
    control = rows[rows["model"] == "pretrained"].set_index("target")["upstream"]
    records = []
    changed = rows[rows["model"] != "pretrained"]
    changed = changed.assign(place=[place(name) for name in changed["intervention"]])
    for facts, part in changed.groupby(["place", "level", "condition", "model"], sort=True, dropna=False):
        upstream = part.set_index("target")["upstream"]
        found, spread = correlate(control, upstream), control.std()
        records.append(
            (facts[2], found["pearson"], found["pearson_low"], found["pearson_high"],
             upstream.std() / spread if spread > 0 else np.nan)
        )  # fmt: skip
    return pd.DataFrame(records, columns=["condition", "r", "low", "high", "spread"])


def mean_perturbations(table: pd.DataFrame) -> pd.DataFrame:
    """:func:`perturbations`, averaged over trials: correlations and their bounds in Fisher's z; a row per condition."""
    columns = ["r", "low", "high"]
    z = table.assign(**np.arctanh(table[columns].clip(-1 + 1e-12, 1 - 1e-12)))
    means = z.groupby("condition", sort=False)[[*columns, "spread"]].mean()
    return means.assign(**np.tanh(means[columns]))


def extremes(bias: pd.Series, count: int) -> list[str]:
    """The targets with the lowest and with the highest bias, ``count`` of each where there are enough, lowest first."""
    known = bias.dropna().sort_values(kind="stable")
    count = min(count, (len(known) + 1) // 2)
    return list(dict.fromkeys([*known.index[:count], *known.index[-count:]])) if count else []
