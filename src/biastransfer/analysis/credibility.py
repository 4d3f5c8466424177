"""Are a slope's standard errors credible? What a simulation found whose targets share effects (docs/standard_errors.md)."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

COVERAGE = Path(__file__).with_name("coverage.csv")
"""The share of 95 % intervals that hold the slope, by cell of the simulation evidence/standard_errors.py; evidence/publish.py copies it here."""


def coverage_of(specification: str, errors: str, term: str, models: int, targets: int) -> float | None:
    """Share of 95 % intervals that held the slope, where targets have effects of their own.

    Parameters
    ----------
    specification, term : as in the table of coefficients.
    errors : a name of ``errors.KINDS``, or ``wild_bootstrap``, whose tests at 5 % are counted.
    targets : how many targets the estimate rests on; far beyond the simulated numbers (a factor of 1.5) there is no answer.
    models : how many models the estimate rests on; the nearest simulated number is taken, by the ratio of the two.

    Returns
    -------
    The smallest over the simulated numbers of targets; None if there was no simulation of it.
    """
    rows = _simulated()
    rows = rows[(rows["specification"] == specification) & (rows["errors"] == errors) & (rows["term"] == term)]
    if not len(rows) or not rows["targets"].min() / 1.5 <= targets <= rows["targets"].max() * 1.5:
        return None
    distance = np.abs(np.log(rows["models"] / models))
    nearest = distance == distance.groupby(rows["targets"]).transform("min")
    return float(rows.loc[nearest, "coverage"].min())


def credible(specification: str, errors: str, term: str, models: int, targets: int) -> str:
    """``credible`` for a coverage of .93 to .97, ``roughly`` for .90 to .99, ``not credible``, or ``not simulated``."""
    coverage = coverage_of(specification, errors, term, models, targets)
    if coverage is None:
        return "not simulated"
    return in_words(coverage)


def in_words(coverage: float) -> str:
    """What a coverage of 95 % intervals says of their errors."""
    if 0.93 <= coverage <= 0.97:
        return "credible"
    return "roughly" if 0.90 <= coverage <= 0.99 else "not credible"


@cache
def _simulated() -> pd.DataFrame:
    table = pd.read_csv(COVERAGE)
    return table[table["target_effects"] == "shared"]
