"""Unbiased mean squares over replicates and test texts, and what their variance is made of.

A *part* is a set of contrasts over the models x trainsets. In replicate r and for all targets together it is a vector
y_r = μ + e + ρ_r. Here e is the noise of the test texts that all replicates share, and ρ_r belongs to the replicate (with its own share
of the texts' noise). The mean of y_r·y_s over pairs r ≠ s, less the texts' covariance between those two replicates, has the mean μ·μ.
That subtraction is the exact limit of products over disjoint halves of the texts: it equals the mean of the products over all pairs of
different texts. With Γ the covariance of ρ_r, Ω that of e, and R replicates, the variance is that of a U-statistic (Hoeffding 1948):

    4 μ'Γμ / R + 2 tr(Γ²) / (R (R - 1)) + 4 μ'Ωμ + 2 tr(Ω²) + 4 tr(ΩΓ) / R.

The jackknife doubles the second term where μ = 0.

That is so for independent replicates. Replicates that resample one sample of training texts also share its noise, whose covariance is
Γ as well. The mean over replicates then has the covariance κΓ/R with κ = R + 1 in place of κ = 1. Less (κ - 1)/R times the trace of Γ
(without the replicate's own share of the texts' noise), the products are unbiased again, and the variance is

    4 κ μ'Γμ / R + 2 κ² tr(Γ²) / (R (R - 1)) + 4 μ'Ωμ + 2 tr(Ω²) + 4 κ tr(ΩΓ) / R.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from biastransfer.analysis.crossed.bias import CrossedBias


@dataclass(frozen=True)
class Products:
    """Products of J parts in G groups of targets; a mean square is in squared units of bias.

    Attributes
    ----------
    gram : shape (G, J, replicates, replicates), y_r·y_s, a mean over the group's targets.
    across, within : shape (G, J), the texts' part of the gram's mean off and on its diagonal.
    text_linear : shape (G, J, J), products ȳ'Ωȳ of two parts, ȳ the mean over replicates.
    text_square : shape (G, J, J), traces of Ω_jΩ_k.
    text_trace : shape (G, J, J), unbiased traces of Ω_jΓ_k; missing with one replicate.
    inflation : κ.
    """

    gram: np.ndarray
    across: np.ndarray
    within: np.ndarray
    text_linear: np.ndarray
    text_square: np.ndarray
    text_trace: np.ndarray
    inflation: float

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return self.gram.shape[-1]

    @cached_property
    def square(self) -> np.ndarray:
        """Unbiased mean squares μ·μ, shape (G, J); missing with one replicate."""
        return self._off_diagonal - self.across - self._shared_spread

    @cached_property
    def total(self) -> np.ndarray:
        """Mean square of one replicate's bias in a study of its own, all parts together, shape (G,)."""
        return (self.gram.trace(axis1=2, axis2=3) / self.replicates - self._shared_spread).sum(1)

    @cached_property
    def of_mean(self) -> np.ndarray:
        """Mean squares of the mean over replicates, noise included, shape (G, J)."""
        return self.gram.mean((2, 3))

    @cached_property
    def spread(self) -> np.ndarray:
        """Mean squares of ρ_r, with the replicate's own share of the texts' noise, shape (G, J): the trace of Γ."""
        return self.gram.trace(axis1=2, axis2=3) / self.replicates - self._off_diagonal

    @cached_property
    def linear(self) -> np.ndarray:
        """Covariance over replicates of (y_r - ȳ)·ȳ between parts, shape (G, J, J): μ'Γμ + κ tr(Γ²)/R."""
        rows = self.gram.mean(3)
        rows = rows - rows.mean(2, keepdims=True)
        return np.einsum("gjr,gkr->gjk", rows, rows) / (self.replicates - 1 or np.nan)

    @cached_property
    def trace_square(self) -> np.ndarray:
        """Unbiased traces of Γ_jΓ_k under normal noise, shape (G, J, J); missing with fewer than 3 replicates."""
        freedom = self.replicates - 1
        if freedom < 2:
            return np.full(self.text_square.shape, np.nan)
        centred = self.gram - self.gram.mean(2, keepdims=True) - self.gram.mean(3, keepdims=True)
        centred = centred + self.gram.mean((2, 3), keepdims=True)
        traces = centred.trace(axis1=2, axis2=3)
        both = np.einsum("gjrs,gkrs->gjk", centred, centred) - traces[:, :, None] * traces[:, None] / freedom
        return both / ((freedom - 1) * (freedom + 2))

    @cached_property
    def _shared_spread(self) -> np.ndarray:
        """The mean square of what all replicates have from the sample that they resample, shape (G, J)."""
        if self.inflation == 1:
            return np.zeros(self.gram.shape[:2])
        return (self.inflation - 1) / self.replicates * (self.spread - (self.within - self.across))

    @cached_property
    def _off_diagonal(self) -> np.ndarray:
        count = self.replicates
        if count < 2:
            return np.full(self.gram.shape[:2], np.nan)
        return (self.gram.sum((2, 3)) - self.gram.trace(axis1=2, axis2=3)) / (count * (count - 1))


def products(bias: CrossedBias, parts: list[np.ndarray], *, each: bool = True) -> Products:
    """Products of parts over all targets together, then (with ``each``) over each target alone.

    Parameters
    ----------
    parts : per part its contrasts, shape (models x trainsets, contrasts); the part's square is the sum over contrasts.
    """
    values, across, within = bias.by_replicate, bias.texts_across, bias.texts_within
    count = len(values)
    contrasted = [np.einsum("ca,tcr->tar", part, values) for part in parts]
    gram = np.stack([np.einsum("tar,tas->trs", part, part) for part in contrasted], 1)
    noise = [[left.T @ across @ right for right in parts] for left in parts]
    traces = [[np.einsum("ca,tcd,da->t", part, texts, part) for part in parts] for texts in (across, within)]
    square = [[(block**2).sum((1, 2)) for block in row] for row in noise]
    means = [part.mean(2) for part in contrasted]
    linear = [[np.einsum("ta,tab,tb->t", left, block, right) for block, right in zip(row, means, strict=True)]
              for row, left in zip(noise, means, strict=True)]  # fmt: skip

    own = [part - mean[:, :, None] for part, mean in zip(contrasted, means, strict=True)]
    freedom = bias.replicates - 1 or np.nan
    trace = [[np.einsum("tar,tar->t", left, block @ right) / freedom for block, right in zip(row, own, strict=True)]
             for row, left in zip(noise, own, strict=True)]  # fmt: skip

    def grouped(of_targets: np.ndarray, power: int) -> np.ndarray:
        together = of_targets.sum(0, keepdims=True) / count**power
        return np.concatenate([together, of_targets]) if each else together

    def by_target(lists: list) -> np.ndarray:
        return np.moveaxis(np.array(lists), -1, 0)

    return Products(
        grouped(gram, 1), grouped(by_target(traces[0]), 1), grouped(by_target(traces[1]), 1),
        grouped(by_target(linear), 2), grouped(by_target(square), 2), grouped(by_target(trace), 2),
        bias.inflation,
    )  # fmt: skip
