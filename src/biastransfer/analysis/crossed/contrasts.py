"""The pairs of cells that a change compares: one cause changed, the other held."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from biastransfer.analysis.crossed.bias import CrossedBias


@dataclass(frozen=True)
class Pair:
    """Two models or two trainsets.

    Attributes
    ----------
    cause : ``model`` (two conditions), ``seed`` (two models of one condition) or ``data``.
    first, second : their names.
    before, after : shape (models x trainsets,), weights whose sum of values is the bias of either, a mean over the held factor.
    """

    cause: str
    first: str
    second: str
    before: np.ndarray
    after: np.ndarray


def pairs(bias: CrossedBias) -> Iterator[Pair]:
    """All pairs of models, then all pairs of trainsets, in the order of the table."""
    each_model, each_trainset = np.eye(len(bias.models)), np.eye(len(bias.trainsets))
    for one, two in combinations(range(len(bias.models)), 2):
        cause = "seed" if bias.conditions[one] == bias.conditions[two] else "model"
        weights = [np.repeat(each_model[number], len(each_trainset)) / len(each_trainset) for number in (one, two)]
        yield Pair(cause, bias.models[one], bias.models[two], *weights)
    for one, two in combinations(range(len(bias.trainsets)), 2):
        weights = [np.tile(each_trainset[number], len(each_model)) / len(each_model) for number in (one, two)]
        yield Pair("data", bias.trainsets[one], bias.trainsets[two], *weights)
