"""How many targets and replicates of the control does it take to detect an effect of the pre-trained model?

Answers come from ``power.csv``: the share of simulated studies in which the verdict's rule detects the model (docs/power.md).
evidence/power.py simulates that table, and evidence/publish.py copies it here. Between simulated values the answers are interpolated;
outside of them there are none.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.interpolate import RegularGridInterpolator

TABLE = Path(__file__).with_name("power.csv")
CORRELATION = 0.45
"""Of upstream bias and prevalence, where it is not given."""
AXES = ["targets", "replicates", "agreement", "correlation", "slope"]


def power(
    slope: float,
    *,
    targets: int,
    replicates: int,
    agreement: float,
    correlation: float = CORRELATION,
    table: Path = TABLE,
) -> float | None:
    """Chance that an effect of the model is detected, the dataset having none.

    Parameters
    ----------
    slope : standard deviations of bias per standard deviation of upstream bias, of either sign.
    targets, replicates : of the control.
    agreement : correlation over targets of the biases of two replicates; 1 where fine-tuning has no noise.
    correlation : of upstream bias and prevalence over targets, of either sign.
    table : the simulated shares; by default the published ones.

    Returns
    -------
    A share, known to ± .014 (two standard errors of the simulation); None outside of what was simulated.
    """
    if targets < 1 or replicates < 1:
        return None
    inside, values = _simulated(table)
    point = _places(targets, replicates, agreement, abs(correlation), abs(slope))
    if not all(axis[0] <= place <= axis[-1] for axis, place in zip(inside, point, strict=True)):
        return None
    return float(values([point])[0])


def largest(table: Path = TABLE) -> float:
    """The largest slope that was simulated."""
    return float(_simulated(table)[0][-1][-1])


def smallest_seen(
    *,
    targets: int,
    replicates: int,
    agreement: float,
    correlation: float = CORRELATION,
    chance: float = 0.8,
    table: Path = TABLE,
) -> float | None:
    """The smallest slope that is detected with this chance; parameters as of :func:`power`.

    Returns
    -------
    A standardised slope; None outside of what was simulated, or where no simulated slope has that chance.
    """
    slopes = np.linspace(0, largest(table), 71)
    facts = {"targets": targets, "replicates": replicates, "agreement": agreement, "correlation": correlation}
    chances = [power(slope, **facts, table=table) for slope in slopes]
    if None in chances or chances[-1] < chance:
        return None
    return float(np.interp(chance, np.maximum.accumulate(chances), slopes))


def _places(targets, replicates, agreement, correlation, slope) -> tuple:
    """Where power is nearly linear: errors shrink with the root of the targets and grow with the square of the correlation, and noise
    shrinks with one over the replicates.
    """
    return np.sqrt(targets), -1 / np.asarray(replicates, float), agreement, np.square(correlation), slope


@cache
def _simulated(table: Path) -> tuple[list[np.ndarray], RegularGridInterpolator]:
    detected = pd.read_csv(table).set_index(AXES).sort_index()["detected"]
    axes = _places(*(level.to_numpy(float) for level in detected.index.levels))
    shape = [len(axis) for axis in axes]
    return list(axes), RegularGridInterpolator(axes, detected.to_numpy().reshape(shape))
