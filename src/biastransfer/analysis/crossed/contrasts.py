"""The pairs of cells that a change compares: one cause changed and the other held, or the change of data in two conditions."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from biastransfer.analysis.crossed.bias import CrossedBias


@dataclass(frozen=True)
class Pair:
    """Two models, two trainsets, or a change of the data in two conditions.

    Attributes
    ----------
    cause : ``model`` (two conditions), ``seed`` (two models of one condition), ``data``, or ``interaction`` (a difference in differences).
    first, second : their names.
    before, after : shape (models x trainsets,), weights whose sum of values is the bias of either, a mean over the held factor; for an
        interaction, the change of bias.
    """

    cause: str
    first: str
    second: str
    before: np.ndarray
    after: np.ndarray


def pairs(bias: CrossedBias) -> Iterator[Pair]:
    """All pairs of models, all pairs of trainsets, and all changes of the data in pairs of conditions, in the order of the table."""
    each_model, each_trainset = np.eye(len(bias.models)), np.eye(len(bias.trainsets))
    for one, two in combinations(range(len(bias.models)), 2):
        cause = "seed" if bias.conditions[one] == bias.conditions[two] else "model"
        weights = [np.repeat(each_model[number], len(each_trainset)) / len(each_trainset) for number in (one, two)]
        yield Pair(cause, bias.models[one], bias.models[two], *weights)
    for one, two in combinations(range(len(bias.trainsets)), 2):
        weights = [np.tile(each_trainset[number], len(each_model)) / len(each_model) for number in (one, two)]
        yield Pair("data", bias.trainsets[one], bias.trainsets[two], *weights)
    conditions = list(dict.fromkeys(bias.conditions))
    of_condition = {name: np.array([other == name for other in bias.conditions], float) for name in conditions}
    for one, two in combinations(range(len(bias.trainsets)), 2):
        change, words = each_trainset[two] - each_trainset[one], f"{bias.trainsets[one]} to {bias.trainsets[two]}"
        for pair in combinations(conditions, 2):
            weights = [np.kron(of_condition[name] / of_condition[name].sum(), change) for name in pair]
            yield Pair("interaction", *(f"{words} in {name}" for name in pair), *weights)
