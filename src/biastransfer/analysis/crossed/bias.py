"""The bias of every target in every cell of a crossed design."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CrossedBias:
    """Bias of each target in each cell, on one scale and one test set.

    Attributes
    ----------
    values : shape (targets, models, trainsets, replicates); zero means no bias. The models and trainsets of a replicate share its
        sample of training texts, its head and its batch order.
    text_covariance : shape (targets, cells, cells), the covariance over test texts of the cells' estimates, in squared units of
        ``values``. Cells are models x trainsets x replicates in C order.
    targets, models, trainsets : names along the axes of ``values``.
    conditions : per model, its name without its seed. Models of one condition differ in the pre-training seed alone: seed twins.
    resampled : whether replicates resample one sample of training texts; otherwise they are independent.
    """

    values: np.ndarray
    text_covariance: np.ndarray
    targets: tuple[str, ...]
    models: tuple[str, ...]
    conditions: tuple[str, ...]
    trainsets: tuple[str, ...]
    resampled: bool = False

    def __post_init__(self) -> None:
        shape = (len(self.targets), len(self.models), len(self.trainsets))
        if self.values.ndim != 4 or self.values.shape[:3] != shape:
            raise ValueError(f"values have shape {self.values.shape}, and the names say {shape}")
        cells = int(np.prod(self.values.shape[1:]))
        if self.text_covariance.shape != (len(self.targets), cells, cells):
            raise ValueError(f"text_covariance has shape {self.text_covariance.shape}, not {(shape[0], cells, cells)}")
        if len(self.conditions) != len(self.models):
            raise ValueError(f"{len(self.conditions)} conditions for {len(self.models)} models")

    @property
    def replicates(self) -> int:
        """How many replicates there are."""
        return self.values.shape[3]

    @property
    def inflation(self) -> float:
        """What the variance of the mean over replicates is, in units of that of independent replicates.

        Samples drawn again from one sample of R texts lie about it as it lies about the truth (Efron 1979). So the variance of their
        mean is 1 + 1/R times that of one replicate, and not 1/R times: more replicates do not make up for few texts.
        """
        return self.replicates + 1.0 if self.resampled else 1.0

    @property
    def by_replicate(self) -> np.ndarray:
        """Values of shape (targets, models x trainsets, replicates)."""
        return self.values.reshape(len(self.targets), -1, self.replicates)

    @property
    def texts_within(self) -> np.ndarray:
        """Covariance over texts within a replicate, mean over replicates: (targets, models x trainsets, models x trainsets)."""
        return np.einsum("tarbr->tab", self._blocks()) / self.replicates

    @property
    def texts_across(self) -> np.ndarray:
        """Covariance over texts of two different replicates, mean over their pairs; shape as ``texts_within``."""
        blocks, count = self._blocks(), self.replicates
        if count < 2:
            return np.zeros((len(blocks), *blocks.shape[1:4:2]))
        across = blocks.sum((2, 4)) - np.einsum("tarbr->tab", blocks)
        return (across + across.swapaxes(1, 2)) / (2 * count * (count - 1))

    def _blocks(self) -> np.ndarray:
        runs = len(self.models) * len(self.trainsets)
        return self.text_covariance.reshape(-1, runs, self.replicates, runs, self.replicates)


def incidence(names: tuple[str, ...]) -> np.ndarray:
    """Projection onto what the members of a group have in common, shape (names, names); equal names form a group."""
    same = np.array([[one == other for other in names] for one in names], dtype=float)
    return same / same.sum(1, keepdims=True)
