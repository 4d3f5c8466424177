"""What exchanging one model or one trainset for another does to bias, target by target and in total."""

import numpy as np
import pandas as pd
from scipy import stats

from biastransfer.analysis.crossed.bias import CrossedBias
from biastransfer.analysis.crossed.contrasts import Pair, pairs
from biastransfer.analysis.crossed.intervals import (
    CONFIDENCE,
    FEWEST_FOR_INTERVAL,
    FEWEST_FOR_TEST,
    Square,
    interval,
    p_value,
    quantile,
    signed_root,
)
from biastransfer.analysis.crossed.products import Products, products
from biastransfer.analysis.crossed.sources import of_parts, replicate_noises, replicate_square

PER_TARGET = ["cause", "first", "second", "target", "change", "low", "high", "p"]
IN_TOTAL = [
    "cause", "first", "second", "n_targets", "n_replicates", "size", "low", "high", "mean_absolute", "p", "common_factor",
    "reordering", "correlation",
]  # fmt: skip


def changes(bias: CrossedBias) -> pd.DataFrame:
    """Every target's change for every pair of models and of trainsets, a mean over the held factor and over replicates.

    Returns
    -------
    Columns :data:`PER_TARGET`: ``change`` is the bias of ``second`` less that of ``first``. Its 95 % interval and its two-sided p count
    replicates (with n - 1 degrees of freedom) and test texts, and are not adjusted for the number of targets. Intervals need three
    replicates and p needs six; below, they are missing.
    """
    return pd.concat(
        [_of_targets(bias, pair) for pair in pairs(bias)] or [pd.DataFrame(columns=PER_TARGET)], ignore_index=True
    )


def _of_targets(bias: CrossedBias, pair: Pair) -> pd.DataFrame:
    contrast, count = pair.after - pair.before, bias.replicates
    values = np.einsum("c,tcr->tr", contrast, bias.by_replicate)
    mean, missing = values.mean(1), np.full(len(values), np.nan)
    half, p = missing, missing
    if count >= FEWEST_FOR_INTERVAL:
        of_replicates = values.var(1, ddof=1) * bias.inflation / count
        of_texts = np.maximum(np.einsum("c,tcd,d->t", contrast, bias.texts_across, contrast), 0)
        square = of_replicates + of_texts
        with np.errstate(invalid="ignore", divide="ignore"):
            freedom = np.nan_to_num(square**2 / (of_replicates**2 / (count - 1)), nan=np.inf)
            half = quantile(freedom) * np.sqrt(square)
            p = 2 * stats.t.sf(np.abs(mean) / np.sqrt(square), freedom)
    return pd.DataFrame(
        {"cause": pair.cause, "first": pair.first, "second": pair.second, "target": bias.targets, "change": mean, "low": mean - half,
         "high": mean + half, "p": p if count >= FEWEST_FOR_TEST else missing}
    )  # fmt: skip


def effects_of_change(bias: CrossedBias) -> pd.DataFrame:
    """The size of every change over all targets, and last the size of the change between two replicates.

    Returns
    -------
    Columns :data:`IN_TOTAL`:

    - ``size``, ``low``, ``high``: root of the mean square over targets, without noise, and its 95 % interval, in units of bias. The
      root of a negative square has a minus sign.
    - ``mean_absolute``: mean size of the targets' changes, noise included.
    - ``p``: of the one-sided test over replicates and texts that no target changes.
    - ``common_factor``: the slope b of second = b · first through zero, without noise (errors in variables).
    - ``reordering``: signed root of the mean square that this factor leaves.
    - ``correlation``: of the two biases about zero, without noise; noise in the estimate may bring it above one.

    The last three are missing where a bias that they divide by is not clearly above zero.


    The cause ``replicate`` changes nothing but the replicate: its size is the root of twice the replicates' mean square.
    """
    return pd.DataFrame([*(_in_total(bias, pair) for pair in pairs(bias)), _of_replicates(bias)], columns=IN_TOTAL)


def _in_total(bias: CrossedBias, pair: Pair) -> dict:
    contrast = pair.after - pair.before
    found = products(bias, [part[:, None] for part in (pair.before, pair.after, contrast)], each=False)
    before, after, change = found.square[0]
    both = (before + after - change) / 2
    square, low, high, p = Square(np.array([0.0, 0.0, 1.0]), 2), np.nan, np.nan, np.nan
    if bias.replicates >= FEWEST_FOR_INTERVAL:
        noises = square.noises(found)
        low, high = (float(end[0]) for end in interval(found.square[:, 2], noises))
        p = float(p_value(found.square[:, 2], noises)[0]) if bias.replicates >= FEWEST_FOR_TEST else np.nan
    row = {"cause": pair.cause, "first": pair.first, "second": pair.second} | _counts(bias)
    row |= {"size": signed_root(change), "low": signed_root(low), "high": signed_root(high), "p": p}
    row["mean_absolute"] = np.abs(np.einsum("c,tcr->tr", contrast, bias.by_replicate).mean(1)).mean()
    if _clear(found, 0):
        row |= {"common_factor": both / before, "reordering": signed_root(after - both**2 / before)}
        if _clear(found, 1):
            row["correlation"] = both / np.sqrt(before * after)
    return row


def _clear(found: Products, part: int) -> bool:
    """Whether a mean square is clearly above zero: one that may be zero divides nothing."""
    if found.replicates < FEWEST_FOR_INTERVAL:
        return False
    square = Square(np.eye(found.square.shape[1])[part], part)
    return bool(p_value(found.square[:, part], square.noises(found))[0] < (1 - CONFIDENCE) / 2)


def _of_replicates(bias: CrossedBias) -> dict:
    row = {"cause": "replicate", "first": "", "second": ""} | _counts(bias)
    if bias.replicates < 2:
        return row
    found = of_parts(bias, each=False)
    row["size"] = signed_root(2 * replicate_square(found)[0][0])
    one, two = np.triu_indices(bias.replicates, 1)
    row["mean_absolute"] = np.abs(bias.values[..., one] - bias.values[..., two]).mean()
    if bias.replicates >= FEWEST_FOR_INTERVAL:
        ends = interval(replicate_square(found)[0], replicate_noises(found))
        row |= {name: signed_root(2 * end[0]) for name, end in zip(("low", "high"), ends, strict=True)}
    return row


def _counts(bias: CrossedBias) -> dict[str, int]:
    return {"n_targets": len(bias.targets), "n_replicates": bias.replicates}
