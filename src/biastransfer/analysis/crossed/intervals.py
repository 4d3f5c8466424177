"""Intervals of mean squares and of their shares, from the variance that they would have at each value.

The variance of an unbiased mean square grows with its true value θ: the part that is linear in μ goes to zero with μ. So it is taken at
each θ, as Wilson (1927) does for a proportion: θ is in the interval if |estimate - θ| <= t · sqrt(variance at θ). A share ρ is in its
interval if estimate - ρ · total is as close to zero (Fieller 1954). Both sets are bounded by the roots of a quadratic. Values below zero
are kept. t has the degrees of freedom of Satterthwaite (1946), taken at each end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from biastransfer.analysis.crossed.products import Products

CONFIDENCE = 0.95
FEWEST_FOR_INTERVAL, FEWEST_FOR_TEST = 3, 6
"""Replicates below which there is no interval, and no test."""
ROUNDS = 4
"""How often the degrees of freedom, and what counts (1 - x)² times, are taken at the end that they lead to."""


@dataclass(frozen=True)
class Noise:
    """One term of a variance in G groups: a + b·x + c·x² at the value x, on either side of zero, with its degrees of freedom.

    Attributes
    ----------
    above, below : shape (3, G), the coefficients a, b, c for x >= 0 and for x < 0.
    freedom : shape (G,).
    third : shape (G,) or a number, the third cumulant that the term gives the estimate.
    own : coefficients of the same kind for a further part of the term, which counts (1 - x / limit)² times.
    """

    above: np.ndarray
    below: np.ndarray
    freedom: np.ndarray
    third: np.ndarray | float = 0.0
    own: tuple[np.ndarray, np.ndarray] | None = None
    limit: float = 1.0

    def near(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The coefficients above and below zero, with those of ``own`` as they count at x."""
        if self.own is None:
            return self.above, self.below
        counted = (1 - x / self.limit) ** 2
        return self.above + counted * self.own[0], self.below + counted * self.own[1]

    def at(self, x: np.ndarray) -> np.ndarray:
        """The term at x, shape (G,)."""
        a, b, c = np.where(x >= 0, *self.near(x))
        return np.maximum(a + b * x + c * x**2, 0)


@dataclass(frozen=True)
class Square:
    """A mean square as a weighted sum of the squares of parts.

    Attributes
    ----------
    weights : shape (parts,).
    main : the part whose size is in question; the other parts keep their estimates.
    """

    weights: np.ndarray
    main: int

    def estimate(self, found: Products) -> np.ndarray:
        """The unbiased mean square, shape (G,)."""
        used = self.weights != 0
        return found.square[:, used] @ self.weights[used]

    def noises(self, found: Products, total: np.ndarray | None = None) -> list[Noise]:
        """The variance of the estimate (without a total), or of estimate - x · total, by its terms.

        Parameters
        ----------
        total : shape (G,), the mean square of one replicate's bias, which is the sum of ``gram`` over all parts.

        Returns
        -------
        An empty list with fewer than three replicates.
        """
        if found.replicates < FEWEST_FOR_INTERVAL:
            return []
        count, kappa, weights = found.replicates, found.inflation, self.weights
        freedom = freedom_of_trace(found, self.main)
        certain, of_replicates = np.full(len(freedom), np.inf), np.full(len(freedom), count - 1.0)
        zero = np.zeros(len(freedom))
        # In estimate - x · total, the part's own noise counts 1 - x times.
        without_total = 1.0 if total is None else np.clip(1 - self.estimate(found) / total, 0, 1)

        def flat(matrix: np.ndarray, factor: float, across: float, own: float, freedom: np.ndarray, third=0.0) -> Noise:
            constant = np.einsum("gjk,j,k->g", matrix, weights, weights)
            shared, of_total = -2 * across * np.einsum("gjk,j->g", matrix, weights), own * matrix.sum((1, 2))
            both = np.array([factor * constant, *((zero, zero) if total is None else (shared, of_total))])
            return Noise(both, both, freedom, third * without_total**3 * np.maximum(constant, 0) ** 1.5)

        traces, both, texts = found.trace_square, found.text_trace, found.text_square
        ranks = effective_rank(found, self.main), text_rank(found, self.main)
        # Third cumulants are 8 tr(Γ³) over R³, and 8 tr(Ω³), as if all contrasts were equally noisy.
        third = 8 / count**3 * (1 - 1 / (count - 1) ** 2) / np.sqrt(ranks[0]), 8 / np.sqrt(ranks[1])
        pair, per_mean = count * (count - 1), kappa / count
        return [
            self._linear(found, found.linear, traces * per_mean + both, 4 * per_mean, of_replicates, total),
            self._linear(found, found.text_linear, texts + both * per_mean, 4, certain, total),
            flat(
                traces, 2 * kappa**2 / pair, 2 * kappa * (kappa - 1) / pair, total_trace(found), freedom,
                kappa**3 * third[0],
            ),
            flat(texts, 2, 2, 2, certain, third[1]),
            flat(both, 4 * per_mean, 4 * per_mean, 4 * per_mean, freedom),
        ]  # fmt: skip

    def _linear(
        self,
        found: Products,
        linear: np.ndarray,
        noise: np.ndarray,
        factor: float,
        freedom: np.ndarray,
        total: np.ndarray | None,
    ) -> Noise:
        """The term that is linear in μ: each part's entry of ``linear``, in the proportion of its square at x to that with noise.

        With a total, a part counts weight - x times, and the total's entries between parts lose the ``noise`` that they contain.
        """
        weights, main = self.weights, self.main
        unit = np.ones(len(linear)) if total is None else total
        others = np.arange(len(weights)) != main
        with np.errstate(invalid="ignore", divide="ignore"):
            per_square = np.where(found.of_mean > 0, 1 / found.of_mean, 0)
        alone, square = np.einsum("gjj->gj", linear), np.maximum(found.square, 0)
        known = others * np.minimum(square * per_square, 1) * alone
        # The main part's own weighted square is what the value x demands, less what the other parts contribute.
        own = weights[main] * per_square[:, main] * alone[:, main]
        demanded = np.maximum(-(square * weights)[:, others].sum(1), 0) * own
        zero = np.zeros_like(unit)
        own_below, own_above = np.array([demanded, zero, zero]), np.array([demanded, unit * own, zero])
        if total is None:
            rest = np.array([(weights**2 * known).sum(1), zero, zero])
            return Noise(factor * (rest + own_above), factor * (rest + own_below), freedom)
        between = without_noise(linear, noise) * (1 - np.eye(len(weights)))
        matrix = between + np.eye(len(weights)) * known[:, None]
        rest = np.array(
            [
                np.einsum("gjk,j,k->g", matrix, weights, weights),
                -2 * np.einsum("gjk,j->g", matrix, weights),
                matrix.sum((1, 2)),
            ]
        )
        return Noise(
            factor * rest, factor * rest, freedom, own=(factor * own_above, factor * own_below), limit=weights[main]
        )


def without_noise(raw: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """What is left of a square without its noise, at least half of it."""
    return np.maximum(raw - noise, raw / 2)


def total_trace(found: Products) -> float:
    """How often tr(Γ²) is in the variance of the total."""
    count, kappa = found.replicates, found.inflation
    return 2 * (kappa**2 + (count - kappa) ** 2 / (count - 1)) / count**2


def freedom_of_trace(found: Products, part: int | None = None) -> np.ndarray:
    """Degrees of freedom of the estimated trace of Γ² of one part, or of all, shape (G,)."""
    freedom = found.replicates - 1
    rank = effective_rank(found, part)
    return 1 / (2 / freedom**2 + 4 / (freedom * rank)) if freedom > 0 else np.full(len(rank), np.nan)


def effective_rank(found: Products, part: int | None = None) -> np.ndarray:
    """tr(Γ)² / tr(Γ²) of one part, or of all: how many independent equal contrasts would be as noisy; at least 1, shape (G,)."""
    chosen = slice(None) if part is None else slice(part, part + 1)
    squares = found.trace_square[:, chosen, chosen].sum((1, 2))
    traces = found.spread[:, chosen].sum(1) ** 2 - 2 * squares / max(found.replicates - 1, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.maximum(np.where(squares > 0, traces / squares, 1), 1)


def text_rank(found: Products, part: int) -> np.ndarray:
    """tr(Ω)² / tr(Ω²) of one part, at least 1, shape (G,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rank = found.across[:, part] ** 2 / found.text_square[:, part, part]
    return np.maximum(np.nan_to_num(rank, nan=1.0), 1)


def variance(noises: Sequence[Noise], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The variance at x and its degrees of freedom, both of shape (G,)."""
    terms = np.array([noise.at(x) for noise in noises])
    total = terms.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = total**2 / (terms**2 / np.array([noise.freedom for noise in noises])).sum(0)
    return total, np.where(np.isnan(freedom), np.inf, freedom)


def interval(
    estimate: np.ndarray, lower: Sequence[Noise], upper: Sequence[Noise] | None = None, total: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of the 95 % interval of a mean square, or of its share in a total; missing where the set has no bounds.

    Parameters
    ----------
    lower, upper : the variance below the estimate and, where it differs, above.
    """
    unit = np.ones_like(estimate) if total is None else total
    ends = []
    for sign, noises in ((-1, lower), (1, lower if upper is None else upper)):
        end = estimate / unit
        for _ in range(ROUNDS):
            above, below = (np.sum(side, axis=0) for side in zip(*(noise.near(end) for noise in noises), strict=True))
            spread, freedom = variance(noises, end)
            t = quantile(freedom)
            t = np.maximum(t - sign * bend(noises, spread) * (t**2 - 1), 0)
            positive, negative = root(estimate, unit, above, t, sign), root(estimate, unit, below, t, sign)
            end = np.where(estimate + sign * t * np.sqrt(np.maximum(above[0], 0)) > 0, positive, negative)
        ends.append(end)
    return ends[0], ends[1]


def bend(noises: Sequence[Noise], spread: np.ndarray) -> np.ndarray:
    """A sixth of the skewness, for the expansion of quantiles of Cornish and Fisher (1938); ``spread``: the variance.

    Cube roots of third cumulants add up where the same contrasts have several noises, as the cumulant is a sum of cubed variances.
    """
    third = sum(np.cbrt(noise.third) for noise in noises) ** 3
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0, third / spread**1.5, 0) / 6


def quantile(freedom: np.ndarray) -> np.ndarray:
    """Student's t that leaves out (1 - CONFIDENCE) / 2 on each side."""
    return special.stdtrit(np.clip(np.nan_to_num(freedom, nan=1.0), 1, 1e6), 0.5 + CONFIDENCE / 2)


def root(estimate: np.ndarray, unit: np.ndarray, noise: np.ndarray, t: np.ndarray, sign: int) -> np.ndarray:
    """The smaller (-1) or larger (+1) root x of (estimate - x·unit)² = t² (a + b·x + c·x²)."""
    a, b, c = noise
    square, half = unit**2 - t**2 * c, estimate * unit + t**2 * b / 2
    inside = half**2 - square * (estimate**2 - t**2 * a)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (half + sign * np.sqrt(np.maximum(inside, 0))) / square
    return np.where(square > 0, found, np.nan)


def p_value(estimate: np.ndarray, noises: Sequence[Noise]) -> np.ndarray:
    """One-sided p that the mean square is zero, from the variance at zero."""
    at_zero, freedom = variance(noises, np.zeros_like(estimate))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio, curve = estimate / np.sqrt(at_zero), np.maximum(bend(noises, at_zero), 1e-9)
        t = (np.sqrt(np.maximum(1 + 4 * curve * (ratio + curve), 0)) - 1) / (2 * curve)
    return special.stdtr(np.clip(freedom, 1, 1e6), -t)


def signed_root(square: np.ndarray) -> np.ndarray:
    """Root of the size, with the sign: a mean square in units of bias."""
    return np.sign(square) * np.sqrt(np.abs(square))
