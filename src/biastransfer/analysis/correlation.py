"""Correlations of bias over targets: between models, and between upstream, dataset and downstream bias."""

import numpy as np
import pandas as pd
from scipy import stats


def correlate(first: pd.Series, second: pd.Series) -> dict[str, float]:
    """Pearson and Kendall correlation of two series over the targets that both have.

    Returns
    -------
    dict with ``n, pearson, pearson_low, pearson_high, pearson_p, kendall, kendall_p, mean_shift``; the interval is
    Fisher's; the correlations are missing for fewer than four targets or where a series does not vary.
    ``mean_shift`` is the mean of second minus first: correlations do not see a change of level.
    """
    pair = pd.concat([first, second], axis=1, join="inner").dropna()
    a, b = pair.iloc[:, 0].to_numpy(float), pair.iloc[:, 1].to_numpy(float)
    found = {
        "n": len(pair),
        "pearson": np.nan,
        "pearson_low": np.nan,
        "pearson_high": np.nan,
        "pearson_p": np.nan,
        "kendall": np.nan,
        "kendall_p": np.nan,
        "mean_shift": float((b - a).mean()) if len(pair) else np.nan,
    }
    if len(pair) < 4 or np.ptp(a) < 1e-12 or np.ptp(b) < 1e-12:
        return found
    if np.allclose(a, b, rtol=0, atol=1e-12):
        return {
            **found,
            "pearson": 1.0,
            "pearson_low": 1.0,
            "pearson_high": 1.0,
            "pearson_p": 0.0,
            "kendall": 1.0,
            "kendall_p": 0.0,
        }
    pearson = stats.pearsonr(a, b)
    interval = pearson.confidence_interval(0.95)
    kendall = stats.kendalltau(a, b)
    return {
        **found,
        "pearson": float(pearson.statistic),
        "pearson_low": float(interval.low),
        "pearson_high": float(interval.high),
        "pearson_p": float(pearson.pvalue),
        "kendall": float(kendall.statistic),
        "kendall_p": float(kendall.pvalue),
    }
