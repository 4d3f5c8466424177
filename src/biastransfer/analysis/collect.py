"""Joining the scores of a run into rows of ``bias.parquet``."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from biastransfer.common import registry
from biastransfer.common.problems import Problem

SHARED = ("probability_gap",)
"""Bias columns that every kind of task fills."""


def bias_columns() -> list[str]:
    """The bias columns of ``bias.parquet``: those of every kind of task, and what all kinds share."""
    return [*(name for kind in registry.task_kinds().values() for name in kind.bias_columns), *SHARED]


def run_rows(
    keys: Mapping[str, object],
    *,
    upstream: Mapping[str, pd.DataFrame],
    intermediate: Mapping[str, pd.DataFrame],
    bias: pd.DataFrame,
    performance: pd.DataFrame,
    dataset_bias: pd.DataFrame,
    testset: str,
    decision: str,
    headline: str,
    min_cell: int,
    families: Mapping[str, str],
) -> pd.DataFrame:
    """One row per target, upstream measure and template of a run.

    Parameters
    ----------
    keys : columns that are the same for the whole run.
    upstream : measure -> its scores ``target, template, score`` of the run's model.
    intermediate : the same of the run's fine-tuned encoder, where it was measured.
    bias, performance, dataset_bias : the run's tables; only ``testset`` and ``decision`` are used.
    headline : the bias measure whose intervals and counts are kept.
    min_cell : rates over fewer rows are marked as ``small_cell``.
    families : target -> its family, for targets that have one.

    Raises
    ------
    Problem : the headline test set has no such decision.
    """
    learnt = performance[(performance["testset"] == testset) & (performance["decision"] == decision)]
    if learnt.empty:
        raise Problem(
            f"tasks.{keys['task']}.decision: {decision} needs both values of the flag in the test set {testset}, and it "
            f"has one."
        )
    bias = bias[(bias["testset"] == testset) & (bias["decision"] == decision)]
    wide = bias.pivot(index="target", columns="measure", values="value").reindex(columns=bias_columns())
    main = bias[bias["measure"] == headline].set_index("target")
    wide["bias_low"], wide["bias_high"] = main["low"], main["high"]
    wide["bias_bootstrap_low"], wide["bias_bootstrap_high"] = main["bootstrap_low"], main["bootstrap_high"]
    wide["n_min"], wide["smoothed"] = main["n_min"], main["smoothed"]
    wide["small_cell"] = wide["n_min"] < min_cell
    data = dataset_bias.rename(columns={"n": "training_texts"}).set_index("target")
    wide = wide.join(data[["prevalence", "training_texts", "mention_share", "toxic_length"]])
    wide["target_family"] = pd.Series(families, dtype=object).reindex(wide.index)
    scores = pd.concat([_scores(name, table, intermediate.get(name)) for name, table in upstream.items()])
    rows = scores.merge(wide.reset_index(), on="target", how="left", validate="many_to_one")
    return rows.assign(
        **keys,
        testset=testset,
        decision=decision,
        accuracy=float(learnt["accuracy"].iloc[0]),
        failed_to_learn=bool(learnt["failed_to_learn"].iloc[0]),
    )


def _scores(measure: str, before: pd.DataFrame, after: pd.DataFrame | None) -> pd.DataFrame:
    """A measure's scores before and after fine-tuning, and the change in the neutral word's log likelihood."""
    keys = ["target", "template"]
    scores = before[[*keys, "score"]].rename(columns={"score": "upstream"}).assign(upstream_measure=measure)
    if after is None:
        return scores
    pair = before[keys].merge(after, on=keys, how="left", validate="one_to_one")
    change = pair["neutral"].to_numpy() - before["neutral"].to_numpy() if "neutral" in before else np.nan
    return scores.assign(intermediate=pair["score"].to_numpy(), they_change=change)


def join(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Stack the rows of all runs in a fixed order."""
    keys = ["task", "model", "trainset", "replicate", "upstream_measure", "template", "target"]
    rows = [part.assign(**{column: np.nan for column in columns if column not in part}) for part in parts]
    table = pd.concat(rows, ignore_index=True).sort_values(keys, kind="stable", ignore_index=True)
    return table[list(columns)]
