"""How much of the mean square of bias each source makes up.

The scale is the mean over targets and cells of bias², with zero for no bias. Its expectation is a sum over sources:

- shared: what all models and trainsets have in common, the task and its texts;
- model: what models of different conditions differ in, over all trainsets;
- seed: what models of one condition differ in, over all trainsets;
- data: what trainsets differ in, over all models;
- interaction: what a trainset does to one model and not to another;
- replicate: the sample of training texts, the head and the batch order;
- texts: the sample of test texts.

All but the last two are unbiased products of different replicates, less the noise that resampled replicates share, and so may be
negative. Targets, models and trainsets are fixed,
except that seed twins are a sample of pre-training seeds: the intervals of model and seed hold for their population. Squares of models
within conditions, times (K - 1) / (M - K) for M models in K conditions, are taken off those between them (expected mean squares).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg

from biastransfer.analysis.crossed.bias import CrossedBias, incidence
from biastransfer.analysis.crossed.intervals import (
    FEWEST_FOR_INTERVAL,
    Noise,
    Square,
    effective_rank,
    freedom_of_trace,
    interval,
    total_trace,
    without_noise,
)
from biastransfer.analysis.crossed.products import Products, products

PARTS = ("shared", "between", "within", "data", "interaction")
"""Orthogonal sets of contrasts; ``between`` and ``within`` conditions."""
SOURCES = ("shared", "model", "seed", "data", "interaction", "replicate", "texts")
ALL = "(all)"


@dataclass(frozen=True)
class Design:
    """How many models there are, in how many conditions, and in how many trainsets."""

    models: int
    conditions: int
    trainsets: int

    @classmethod
    def of(cls, bias: CrossedBias) -> "Design":
        """The design of a table."""
        return cls(len(bias.models), len(set(bias.conditions)), len(bias.trainsets))

    @property
    def twins(self) -> int:
        """Degrees of freedom of seeds within conditions."""
        return self.models - self.conditions

    @property
    def nested(self) -> float:
        """What seeds add to the square between conditions, in units of the square within; 0 without seed twins."""
        return (self.conditions - 1) / self.twins if self.twins else 0.0

    @property
    def squares(self) -> dict[str, Square]:
        """The fixed sources that the design can tell apart."""
        unit = dict(zip(PARTS, np.eye(len(PARTS)), strict=True))
        found = {"shared": Square(unit["shared"], 0)}
        if self.conditions > 1:
            found["model"] = Square(unit["between"] - self.nested * unit["within"], 1)
        if self.twins:
            found["seed"] = Square(unit["within"] * (1 + self.nested), 2)
        if self.trainsets > 1:
            found["data"] = Square(unit["data"], 3)
        if self.trainsets > 1 and self.models > 1:
            found["interaction"] = Square(unit["interaction"], 4)
        return found


def parts(bias: CrossedBias) -> list[np.ndarray]:
    """The contrasts of :data:`PARTS`, each of shape (models x trainsets, contrasts); their squares are means over cells."""
    models, trainsets = len(bias.models), len(bias.trainsets)
    mean, groups = np.full((models, models), 1 / models), incidence(bias.conditions)
    over_data = np.full((trainsets, trainsets), 1 / trainsets)
    each, of_data = np.eye(models), np.eye(trainsets) - over_data
    projections = (
        np.kron(mean, over_data), np.kron(groups - mean, over_data), np.kron(each - groups, over_data),
        np.kron(mean, of_data), np.kron(each - mean, of_data),
    )  # fmt: skip
    return [linalg.orth(projection, rcond=1e-9) / np.sqrt(models * trainsets) for projection in projections]


def of_parts(bias: CrossedBias, *, each: bool = True) -> Products:
    """Products of :data:`PARTS` over all targets together, then over each alone."""
    return products(bias, parts(bias), each=each)


def replicate_square(found: Products) -> tuple[np.ndarray, np.ndarray]:
    """Mean square of replicates, and what their own share of the texts' noise adds to it, both of shape (G,)."""
    texts = (found.within - found.across).sum(1)
    return found.spread.sum(1) - texts, texts


def replicate_noises(found: Products, total: np.ndarray | None = None) -> list[Noise]:
    """The variance of the mean square of replicates, or of it less x · total; its root is proportional to the square."""
    if found.replicates < FEWEST_FOR_INTERVAL:
        return []
    count, traces = found.replicates, found.trace_square.sum((1, 2))
    square, texts = replicate_square(found)
    unit = np.ones_like(square) if total is None else total
    scale = 2 * traces / (count - 1) / np.maximum(square + texts, 1e-300) ** 2
    noise = scale * np.array([texts**2, 2 * texts * unit, unit**2])
    terms = [Noise(noise, noise, freedom_of_trace(found))]
    if total is not None:
        terms[0].above[1] -= 4 * (count - found.inflation) / (count * (count - 1)) * traces
        terms += total_noises(found)
    return terms


def total_noises(found: Products) -> list[Noise]:
    """The variance of x · total."""
    count, per_mean = found.replicates, found.inflation / found.replicates
    traces, both, texts = (part.sum((1, 2)) for part in (found.trace_square, found.text_trace, found.text_square))
    zero = np.zeros_like(traces)
    linear, of_mean = found.linear.sum((1, 2)), found.text_linear.sum((1, 2))
    of_replicates = 4 * per_mean * without_noise(linear, traces * per_mean + both)
    of_texts = 4 * without_noise(of_mean, texts + both * per_mean)
    certain, by_trace = np.full_like(zero, np.inf), freedom_of_trace(found)
    terms = (
        (of_replicates, np.full_like(zero, count - 1)), (total_trace(found) * traces + 4 * per_mean * both, by_trace),
        (of_texts + 2 * texts, certain),
    )  # fmt: skip
    return [Noise(np.array([zero, zero, value]), np.array([zero, zero, value]), freedom) for value, freedom in terms]


def seed_noises(found: Products, design: Design, source: str, total: np.ndarray | None = None) -> tuple[list, list]:
    """What the draw of pre-training seeds adds to the variance of the model's or the seed's mean square, below and above it.

    Seeds have the same variance in all models. Their effects are as alike over targets as the replicates' (:func:`effective_rank`).
    Below the model's mean square, the variance of seeds is the one that both parts would have in common there.
    """
    if not design.twins or source not in ("model", "seed"):
        return [], []
    rank, zero = effective_rank(found, 0), np.zeros(len(found.gram))
    unit = zero + 1 if total is None else total
    freedom = design.twins * rank
    if source == "seed":
        own = np.array([zero, zero, 2 / freedom * unit**2])
        return [Noise(own, own, freedom / 4)], [Noise(own, own, freedom / 4)]
    between, twins = design.conditions - 1, design.twins
    factor = 2 / rank * (between + design.nested**2 * twins)
    # σ² over the number of models
    per_seed = np.maximum(found.square[:, 2], 0) / twins
    pooled = np.maximum(
        np.maximum(found.square[:, 1], 0) / (between + twins) + per_seed * twins / (between + twins), per_seed
    )
    slope = unit / (between + twins)
    flat = factor * np.array([per_seed**2, zero, zero])
    upper = [Noise(flat, flat, freedom / 4), Noise(*_sloped(4 * per_seed / rank * unit), freedom)]
    flat = factor * np.array([pooled**2, -2 * pooled * slope, slope**2])
    curved = np.array([zero, 4 / rank * pooled * unit, -4 / rank * slope * unit])
    skewness = _beta_skewness(between * rank / 2, twins * rank / 2)
    lower = [
        Noise(flat, flat, freedom, skewness * (factor * pooled**2) ** 1.5),
        Noise(curved, np.zeros_like(curved), freedom),
    ]
    return lower, upper


def _beta_skewness(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Skewness of a beta distribution: of the part that conditions have in the squares of all models, if seeds alone differ."""
    return 2 * (b - a) * np.sqrt(a + b + 1) / ((a + b + 2) * np.sqrt(a * b))


def _sloped(slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The coefficients of a term that grows from zero, above and below zero."""
    zero = np.zeros_like(slope)
    return np.array([zero, slope, zero]), np.zeros((3, len(slope)))


def sources(bias: CrossedBias, *, each: bool = True) -> pd.DataFrame:
    """Mean square and share of every source, of all targets together and (with ``each``) of each.

    Returns
    -------
    Columns ``target`` ("(all)" first), ``source``, ``mean_square`` (squared units of bias), ``share`` of the total, and the 95 %
    interval of the share, ``low`` and ``high``. Shares add up to one. Squares, shares and ends of intervals may be negative. Without
    seed twins the seed's row is missing, and the model's includes it. Two replicates have no interval, one has no sizes.
    """
    found, design = of_parts(bias, each=each), Design.of(bias)
    total = found.total
    estimates = {name: square.estimate(found) for name, square in design.squares.items()}
    estimates |= {"replicate": replicate_square(found)[0], "texts": found.within.sum(1)}
    missing = np.full(len(total), np.nan)
    columns = []
    for source in SOURCES:
        estimate = estimates.get(source, missing)
        low, high = missing, missing
        if source in estimates and bias.replicates >= FEWEST_FOR_INTERVAL:
            if source in design.squares:
                noises, seeds = design.squares[source].noises(found, total), seed_noises(found, design, source, total)
                low, high = interval(estimate, noises + seeds[0], noises + seeds[1], total)
            else:
                noises = replicate_noises(found, total) if source == "replicate" else total_noises(found)
                low, high = interval(estimate, noises, total=total)
        columns.append(np.array([estimate, estimate / total, low, high]))
    rows = np.array(columns).transpose(2, 0, 1).reshape(-1, 4)
    names = pd.MultiIndex.from_product([[ALL, *(bias.targets if each else ())], SOURCES], names=["target", "source"])
    return pd.DataFrame(rows, index=names, columns=["mean_square", "share", "low", "high"]).reset_index()
