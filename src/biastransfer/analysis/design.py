"""Rows of one treatment group as a least-squares design: slopes, and the fixed effects that are absorbed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import linalg


@dataclass(frozen=True)
class Design:
    """A regression before it is estimated.

    ``outcome`` (N,), ``slopes`` (N, k) with the terms first and template dummies after them, ``effects`` (N, G) of full rank:
    dummies of what is absorbed, or a single column of ones (a constant). ``models`` and ``targets`` (N,) name each row's
    clusters. ``dropped`` names the terms that do not vary within the effects or that others determine.
    """

    outcome: np.ndarray
    slopes: pd.DataFrame
    effects: np.ndarray
    terms: tuple[str, ...]
    dropped: tuple[str, ...]
    absorbed: tuple[str, ...]
    models: np.ndarray
    targets: np.ndarray

    @property
    def names(self) -> list[str]:
        """Names of all columns of ``matrix``; a lone constant is ``const``."""
        effects = [f"effect_{number}" for number in range(self.effects.shape[1])] if self.absorbed else ["const"]
        return [*self.slopes.columns, *effects]

    @cached_property
    def origin(self) -> np.ndarray:
        """Mean of each slope's regressor, shape (k,)."""
        return self.slopes.to_numpy().mean(0)

    @cached_property
    def centred(self) -> np.ndarray:
        """Regressors less their means (N, k). The effects span a constant, so slopes stay the same, and values far from zero lose no digits."""
        return self.slopes.to_numpy() - self.origin

    @cached_property
    def units(self) -> np.ndarray:
        """What one unit of each column of ``matrix`` is, shape (k + G,): a standard deviation of the regressor, and 1 for effects."""
        spread = self.centred.std(0)
        return np.concatenate([np.where(spread > 0, spread, 1.0), np.ones(self.effects.shape[1])])

    @cached_property
    def matrix(self) -> np.ndarray:
        """Centred regressors in ``units`` and effects side by side (N, k + G)."""
        return np.hstack([self.centred, self.effects]) / self.units

    @cached_property
    def within(self) -> tuple[np.ndarray, np.ndarray]:
        """Outcome and slopes with the effects taken out: the within transformation."""
        basis = linalg.qr(self.effects, mode="economic")[0]
        return self.outcome - basis @ (basis.T @ self.outcome), self.centred - basis @ (basis.T @ self.centred)

    @property
    def estimable(self) -> bool:
        """Whether the outcome varies within the effects, and slopes and degrees of freedom are left."""
        size = max(1.0, float(np.abs(self.outcome).max()))
        rows, columns = self.matrix.shape
        return bool(np.abs(self.within[0]).max() > 1e-10 * size) and self.slopes.shape[1] > 0 and rows > columns

    @cached_property
    def spread(self) -> dict[str, float]:
        """Standard deviation of each term over that of the outcome, both between the targets of a model.

        A slope times this is standardised; it means the same whatever else a specification absorbs.
        """
        values = np.column_stack([self.centred[:, : len(self.terms)], self.outcome])
        codes = pd.factorize(self.models)[0]
        count = np.bincount(codes)[:, None]
        means = np.stack([np.bincount(codes, column) for column in values.T], axis=1) / count
        deviations = (values - means[codes]).std(0)
        return {name: float(size / deviations[-1]) for name, size in zip(self.terms, deviations, strict=False)}


def design(
    table: pd.DataFrame,
    terms: Sequence[str],
    *,
    dummies: str | None = None,
    absorbed: Sequence[str] = (),
    scaled: str | None = None,
    outcome: str = "outcome",
) -> Design:
    """Build a design from rows without missing values.

    Parameters
    ----------
    table : the outcome, the terms, and the columns ``run``, ``target`` and those named below.
    terms : regressors whose slopes are wanted.
    dummies : column whose values become dummy variables among the slopes (the templates of Eq. 4).
    absorbed : columns whose fixed effects are absorbed; of two, the second loses a level.
    scaled : a column on which every run has a slope of its own, absorbed too: how large the run's biases are all in all.
    """
    table = table.reset_index(drop=True)
    slopes = table[list(terms)].astype(float)
    if dummies is not None:
        levels = pd.get_dummies(table[dummies], prefix=dummies, drop_first=True, dtype=float)
        slopes = pd.concat([slopes, levels], axis=1)
    effects = _effects({name: table[name] for name in absorbed}, len(table), None if scaled is None else table[scaled])
    kept, dropped = _identified(slopes, effects)
    return Design(
        outcome=table[outcome].to_numpy(float),
        slopes=slopes[kept],
        effects=effects,
        terms=tuple(name for name in terms if name in kept),
        dropped=tuple(name for name in terms if name in dropped),
        absorbed=tuple(absorbed),
        models=table["run"].to_numpy(),
        targets=table["target"].to_numpy(),
    )


def _effects(columns: Mapping[str, pd.Series], rows: int, scaled: pd.Series | None = None) -> np.ndarray:
    """Dummies that span all effects, and slopes of each level of the first on ``scaled``, without what others determine."""
    if not columns:
        return np.ones((rows, 1))
    blocks = [
        pd.get_dummies(values, drop_first=place > 0, dtype=float).to_numpy()
        for place, values in enumerate(columns.values())
    ]
    if scaled is not None:
        size = float(scaled.std(ddof=0)) or 1.0
        blocks.append(blocks[0] * ((scaled - scaled.mean()) / size).to_numpy()[:, None])
    whole = np.hstack(blocks)
    triangle = linalg.qr(whole, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle[0]))
    return whole[:, np.sort(triangle[1][: int((size > 1e-9 * size[0]).sum())])]


def _identified(slopes: pd.DataFrame, effects: np.ndarray) -> tuple[list[str], list[str]]:
    """Columns that vary within the effects and are not determined by those before them."""
    basis = linalg.qr(effects, mode="economic")[0]
    values = slopes.to_numpy()
    centred = values - values.mean(0)
    within = centred - basis @ (basis.T @ centred)
    size = np.sqrt((within**2).mean(0))
    rounding = np.maximum(1e-10 * np.maximum(1.0, _largest(centred)), 1e-13 * _largest(values))
    varies = size > rounding
    kept: list[int] = []
    for place in np.flatnonzero(varies):
        scaled = within[:, [*kept, place]] / size[[*kept, place]]
        if np.linalg.matrix_rank(scaled, tol=1e-8 * len(scaled)) == len(kept) + 1:
            kept.append(int(place))
    names = list(slopes.columns)
    return [names[place] for place in kept], [name for place, name in enumerate(names) if place not in kept]


def _largest(values: np.ndarray) -> np.ndarray:
    """Largest size in each column."""
    return np.abs(values).max(0, initial=0)
