"""Joining the scores of a run into rows of ``bias.parquet``."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

BIAS = ("tpr_ratio", "tpr_gap", "fpr", "fpr_ratio", "fpr_gap", "probability_gap")


def run_rows(
    keys: Mapping[str, object],
    *,
    upstream: Mapping[str, pd.DataFrame],
    intermediate: Mapping[str, pd.DataFrame],
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
    intermediate : the same of the run's fine-tuned encoder, where it was measured.
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
    scores = pd.concat([_scores(name, table, intermediate.get(name)) for name, table in upstream.items()])
    rows = scores.merge(wide.reset_index(), on="target", how="left", validate="many_to_one")
    learnt = performance.set_index("testset").loc[testset]
    return rows.assign(
        **keys, testset=testset, accuracy=float(learnt["accuracy"]), failed_to_learn=bool(learnt["failed_to_learn"])
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
