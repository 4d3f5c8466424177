"""Is the pre-trained model a cause of bias, and are the fine-tuning data?

The rule: the model is a cause if its change exceeds that of another pre-training seed on the same corpus; the data if theirs exceeds
another sample of equal size.

The change of a cause, its floor and its difference are mean squares over targets, and size² = floor² + difference²:

- model: two models of different conditions; the floor is two seeds of one condition; both are means over trainsets;
- data: two trainsets with another sample each; the floor is another sample, head and batch order with the same trainset.

A cause is one if the 95 % interval of the difference lies above zero, in a study of six replicates or more. Of the mistakes that
this leaves where there is no difference, about half of 5 % name a cause (docs/crossed_truth.md).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.analysis.crossed.bias import CrossedBias
from biastransfer.analysis.crossed.intervals import (
    FEWEST_FOR_INTERVAL,
    FEWEST_FOR_TEST,
    Noise,
    Square,
    effective_rank,
    interval,
    p_value,
    quantile,
    signed_root,
    variance,
)
from biastransfer.analysis.crossed.products import Products
from biastransfer.analysis.crossed.sources import (
    Design,
    of_parts,
    replicate_noises,
    replicate_square,
    seed_noises,
)

COLUMNS = [
    "cause", "size", "low", "high", "floor", "difference", "difference_low", "difference_high", "p", "is_cause", "reason",
]  # fmt: skip


def causes(bias: CrossedBias) -> pd.DataFrame:
    """Sizes of both causes, and the rule's answer.

    Returns
    -------
    A row for ``model`` and one for ``data``; columns :data:`COLUMNS`. ``size`` (with its 95 % interval), ``floor`` and ``difference``
    are roots of mean squares, in units of bias; the root of a negative square has a minus sign. ``p`` is one-sided. ``is_cause`` is
    None where ``reason`` says why the study cannot tell.
    """
    found, design = of_parts(bias, each=False), Design.of(bias)
    rows = [
        {"cause": "model"} | _model(found, design, bias.conditions),
        {"cause": "data"} | _data(found, design),
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({name: float for name in COLUMNS[1:9]} | {"is_cause": object})


def _model(found: Products, design: Design, conditions: Sequence[str]) -> dict:
    """The row of the model without its cause."""
    if design.conditions < 2:
        return _unjudged("All models are of one condition, so the study changes no pre-trained model.")
    models, sizes = design.models, np.array([conditions.count(name) for name in set(conditions)])
    factor = 2 * models**2 / (models**2 - (sizes**2).sum())
    """Mean square of the change between models of two conditions, per mean square of conditions."""
    square, within = design.squares["model"], found.square[:, 2]
    difference = factor * square.estimate(found)
    if not design.twins:
        reason = "To judge the model, the study needs two seeds of one corpus, or two random twins."
        ends = _bounded(difference, Square(factor * square.weights, 1).noises(found))
        return _unjudged(reason) | _sizes(difference, *ends)
    per_seed = 2 * models / design.twins
    floor, whole = per_seed * within, Square(factor * square.weights + per_seed * np.eye(len(square.weights))[2], 1)
    rank, drawn = effective_rank(found, 0), np.maximum(within, 0) / design.twins
    of_seeds = 2 * drawn**2 / rank * (factor**2 * (design.conditions - 1) + whole.weights[2] ** 2 * design.twins)
    of_seeds += 4 * drawn / rank * factor * np.maximum(difference, 0)
    ends = _bounded(floor + difference, [*whole.noises(found), _constant(of_seeds, design.twins * rank)])
    return (
        _sizes(floor + difference, *ends)
        | _apart(floor, difference)
        | _judged(square, found, factor, seed_noises(found, design, "model"))
    )


def _data(found: Products, design: Design) -> dict:
    """The row of the data without its cause."""
    if design.trainsets < 2:
        return _unjudged("The study has one trainset, so it changes no data.")
    factor, square = 2 * design.trainsets / (design.trainsets - 1), design.squares["data"]
    of_replicates, estimate = replicate_square(found)[0], square.estimate(found)
    floor, difference = 2 * of_replicates, factor * estimate
    noises = [(square.noises(found), estimate, factor), (replicate_noises(found), of_replicates, 2.0)]
    ends = _bounded_by_logarithm(floor + difference, noises, found)
    return _sizes(floor + difference, *ends) | _apart(floor, difference) | _judged(square, found, factor, ([], []))


def _judged(square: Square, found: Products, factor: float, seeds: tuple[list, list]) -> dict:
    """The interval of the difference, its p and the answer, where there are enough replicates."""
    count = found.replicates
    if count < FEWEST_FOR_TEST:
        some = "1 replicate is" if count == 1 else f"{count} replicates are"
        return _unjudged(f"{some} too few: a test needs {FEWEST_FOR_TEST}.")
    estimate, noises = square.estimate(found), square.noises(found)
    ends = interval(estimate, noises + seeds[0], noises + seeds[1])
    low, high = (signed_root(factor * end[0]) for end in ends)
    place = "lies above zero" if low > 0 else "includes zero" if high >= 0 else "lies below zero"
    return {"difference_low": low, "difference_high": high, "p": float(p_value(estimate, noises + seeds[0])[0]),
            "is_cause": bool(low > 0), "reason": f"The interval of the difference {place}."}  # fmt: skip


def _unjudged(reason: str) -> dict:
    return {"is_cause": None, "reason": reason}


def _sizes(size: np.ndarray, low: float, high: float) -> dict[str, float]:
    return {"size": signed_root(size[0]), "low": signed_root(low), "high": signed_root(high)}


def _apart(floor: np.ndarray, difference: np.ndarray) -> dict[str, float]:
    return {"floor": signed_root(floor[0]), "difference": signed_root(difference[0])}


def _constant(value: np.ndarray, freedom: np.ndarray) -> Noise:
    coefficients = np.array([value, np.zeros_like(value), np.zeros_like(value)])
    return Noise(coefficients, coefficients, freedom)


def _bounded(size: np.ndarray, noises: Sequence[Noise]) -> tuple[float, float]:
    """The 95 % interval of a mean square; missing without the noise of replicates."""
    if len(noises) < 2:
        return np.nan, np.nan
    low, high = interval(size, noises)
    return float(low[0]), float(high[0])


def _bounded_by_logarithm(
    size: np.ndarray, summands: list[tuple[list[Noise], np.ndarray, float]], found: Products
) -> tuple[float, float]:
    """The 95 % interval of a sum, from that of its logarithm; of each summand its noise, the value where that is taken, and its factor."""
    if found.replicates < FEWEST_FOR_INTERVAL or not size[0] > 0:
        return np.nan, np.nan
    each = [
        _constant(factor**2 * noise.at(value), noise.freedom) for noises, value, factor in summands for noise in noises
    ]
    spread, freedom = variance(each, size)
    ratio = np.exp(quantile(freedom) * np.sqrt(spread) / size)
    return float((size / ratio)[0]), float((size * ratio)[0])
