"""What "explains more" means in numbers: partial R² and Shapley shares of the regressors."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from biastransfer.analysis.regression import Fit


def contributions(fit: Fit) -> pd.DataFrame:
    """How much of the within R² each term accounts for.

    Returns
    -------
    DataFrame with ``term, partial_r2`` (of what the others leave unexplained) and ``shapley`` (its gain in R², averaged over
    all orders in which the terms can enter; Shorrocks 1982). Shapley values and the R² of what is no term add up to R².
    """
    outcome, slopes = fit.design.within
    columns = list(fit.design.slopes.columns)
    terms = list(fit.design.terms)
    always = [columns.index(name) for name in columns if name not in terms]
    total = float(outcome @ outcome)

    def r2(chosen: tuple[str, ...]) -> float:
        used = [*always, *(columns.index(name) for name in chosen)]
        if not used:
            return 0.0
        residuals = outcome - slopes[:, used] @ np.linalg.lstsq(slopes[:, used], outcome)[0]
        return 1 - float(residuals @ residuals) / total

    found = {subset: r2(subset) for size in range(len(terms) + 1) for subset in combinations(terms, size)}
    whole = found[tuple(terms)]
    records = []
    for term in terms:
        others = [name for name in terms if name != term]
        share = 0.0
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(len(others) - size) / factorial(len(terms))
            for subset in combinations(others, size):
                joined = tuple(name for name in terms if name in subset or name == term)
                share += weight * (found[joined] - found[subset])
        rest = found[tuple(others)]
        records.append(
            {"term": term, "partial_r2": (whole - rest) / (1 - rest) if rest < 1 - 1e-12 else np.nan, "shapley": share}
        )
    return pd.DataFrame(records, columns=["term", "partial_r2", "shapley"])
