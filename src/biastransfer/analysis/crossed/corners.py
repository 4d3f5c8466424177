"""Does full fine-tuning of a few cells of a crossed design say what their probes say?"""

from collections.abc import Mapping

import pandas as pd

PAIR = ["testset", "scale", "cause", "first", "second"]
SIZES = ["size", "low", "high"]
COLUMNS = [
    *PAIR, "n_targets", *(f"{fit}_{name}" for fit in ("probe", "fine_tuned") for name in SIZES), "correlation",
]  # fmt: skip


def fine_tuned_effects(probes: Mapping[str, pd.DataFrame], fine_tuned: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The size of every change by probes and by full fine-tuning, and how far their targets agree.

    Parameters
    ----------
    probes, fine_tuned : tables of :func:`biastransfer.analysis.crossed.analyze.analyze` for the same models and trainsets.

    Returns
    -------
    A row per pair of models or of trainsets, columns :data:`COLUMNS`. Sizes are corrected for noise, in units of bias. ``correlation`` is
    Pearson's, over targets, of both estimates of a target's change, noise included; it is missing with fewer than three targets.
    """
    sizes = _of_pairs(probes["effects_of_change"]).merge(
        _of_pairs(fine_tuned["effects_of_change"]), on=[*PAIR, "n_targets"], suffixes=("_probe", "_fine_tuned")
    )
    named = {f"{name}_{fit}": f"{fit}_{name}" for fit in ("probe", "fine_tuned") for name in SIZES}
    both = probes["changes"].merge(fine_tuned["changes"], on=[*PAIR, "target"], suffixes=("_probe", "_fine_tuned"))
    correlation = (
        both.groupby(PAIR)[["change_probe", "change_fine_tuned"]]
        .apply(lambda rows: rows["change_probe"].corr(rows["change_fine_tuned"], min_periods=3))
        .rename("correlation")
    )
    return sizes.rename(columns=named).merge(correlation.reset_index(), on=PAIR, how="left")[COLUMNS]


def _of_pairs(effects: pd.DataFrame) -> pd.DataFrame:
    """The rows that exchange something; what a replicate does has another meaning for probes and for fine-tunings."""
    return effects.loc[effects["cause"] != "replicate", [*PAIR, "n_targets", *SIZES]]
