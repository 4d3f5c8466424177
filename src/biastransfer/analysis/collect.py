"""Joining the scores of a run into rows of ``bias.parquet``."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

BIAS = ("tpr_ratio", "tpr_gap", "fpr", "fpr_ratio", "fpr_gap", "probability_gap")


def run_rows(
    keys: Mapping[str, object],
    *,
    upstream: Mapping[str, pd.DataFrame],
    bias: pd.DataFrame,
    performance: pd.DataFrame,
    dataset_bias: pd.DataFrame,
    testset: str,
    headline: str,
    min_cell: int,
) -> pd.DataFrame:
    """One row per target, upstream measure and template of a run.

    Parameters
    ----------
    keys : columns that are the same for the whole run.
    upstream : measure -> its scores ``target, template, score`` of the run's model.
    bias, performance, dataset_bias : the run's tables; only ``testset`` is used.
    headline : the bias measure whose interval and counts are kept.
    min_cell : rates over fewer rows are marked as ``small_cell``.
    """
    bias = bias[bias["testset"] == testset]
    wide = bias.pivot(index="target", columns="measure", values="value").reindex(columns=list(BIAS))
    main = bias[bias["measure"] == headline].set_index("target")
    wide["bias_low"], wide["bias_high"] = main["low"], main["high"]
    wide["n_min"], wide["smoothed"] = main["n_min"], main["smoothed"]
    wide["small_cell"] = wide["n_min"] < min_cell
    wide = wide.join(dataset_bias.set_index("target")[["prevalence", "mention_share", "toxic_length"]])
    scores = pd.concat(
        [table[["target", "template", "score"]].assign(upstream_measure=name) for name, table in upstream.items()]
    ).rename(columns={"score": "upstream"})
    rows = scores.merge(wide.reset_index(), on="target", how="left", validate="many_to_one")
    learnt = performance.set_index("testset").loc[testset]
    return rows.assign(
        **keys, testset=testset, accuracy=float(learnt["accuracy"]), failed_to_learn=bool(learnt["failed_to_learn"])
    )


def join(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Stack the rows of all runs in a fixed order."""
    keys = ["task", "model", "trainset", "replicate", "upstream_measure", "template", "target"]
    rows = [part.assign(**{column: np.nan for column in columns if column not in part}) for part in parts]
    table = pd.concat(rows, ignore_index=True).sort_values(keys, kind="stable", ignore_index=True)
    return table[list(columns)]
