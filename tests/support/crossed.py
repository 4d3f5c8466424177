"""Made-up crossed designs, for tests of the report."""

import numpy as np
import pandas as pd

from biastransfer.analysis.crossed.analyze import TABLES
from biastransfer.analysis.crossed.bias import CrossedBias
from biastransfer.analysis.crossed.upstream_slopes import upstream_slopes
from biastransfer.report.crossed import Crossed

TARGETS, REPLICATES = 20, 6
MODELS = {"pretrained": "pretrained", "random_init-t0": "random_init", "random_init-t1": "random_init"}
"""Model -> its condition."""
TRAINSETS = ("original", "scrubbed-all-1")
SHARED, NOISE = 0.1, 0.01


def made_up_crossed(*, model: float, data: float, replicates: int = REPLICATES) -> Crossed:
    """The tables of a crossed design in which both conditions and both trainsets change bias by known amounts.

    Parameters
    ----------
    model, data : root mean square change of a target's bias.
    """
    random = np.random.default_rng(8)
    shape = (TARGETS, len(MODELS), len(TRAINSETS), replicates)
    values = SHARED * random.normal(size=(TARGETS, 1, 1, 1)) + NOISE * random.normal(size=shape)
    by_model, by_data = (drawn / np.sqrt((drawn**2).mean()) for drawn in random.normal(size=(2, TARGETS, 1, 1)))
    values[:, 0] += model * by_model
    values[:, :, 1] += data * by_data
    cells = len(MODELS) * len(TRAINSETS) * replicates
    covariance = np.tile(NOISE**2 * (0.1 + 0.1 * np.eye(cells)), (TARGETS, 1, 1))
    targets = tuple(f"target {place}" for place in range(TARGETS))
    bias = CrossedBias(values, covariance, targets, tuple(MODELS), tuple(MODELS.values()), TRAINSETS)
    tables = {name: estimate(bias).assign(testset="test", scale="probability") for name, estimate in TABLES.items()}
    upstream = pd.DataFrame(random.normal(size=(TARGETS, len(MODELS))), targets, list(MODELS))
    tables["upstream_slopes"] = upstream_slopes(bias, {"pronoun_ranking": upstream}).assign(
        testset="test", scale="probability"
    )
    runs = pd.MultiIndex.from_product([MODELS, TRAINSETS, range(replicates)], names=["model", "trainset", "replicate"])
    accuracy = pd.DataFrame({"testset": "test", "accuracy": 0.8}, index=runs).reset_index()
    return Crossed({**tables, "crossed_performance": accuracy}, "probability", "test")
