"""The whole analysis of a crossed design: from the scores of every text by every fit to the tables of sources and changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from biastransfer.analysis.crossed.causes import causes
from biastransfer.analysis.crossed.changes import changes, effects_of_change
from biastransfer.analysis.crossed.from_texts import Texts, crossed_bias
from biastransfer.analysis.crossed.scored_texts import compared, stacked
from biastransfer.analysis.crossed.sources import sources
from biastransfer.analysis.crossed.upstream_slopes import upstream_slopes
from biastransfer.downstream.text_scores import SCALES

TABLES = {"sources": sources, "changes": changes, "effects_of_change": effects_of_change, "causes": causes}


@dataclass(frozen=True)
class Design:
    """What was crossed: models with their conditions (models of one condition differ in the seed alone), trainsets, replicates."""

    models: list[str]
    conditions: list[str]
    trainsets: list[str]
    replicates: int
    resampled: bool = True

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of models, trainsets and replicates."""
        return len(self.models), len(self.trainsets), self.replicates


def analyze(
    scores: Iterable[pd.DataFrame],
    test: pd.DataFrame,
    compared_texts: Callable[[pd.DataFrame], Texts],
    design: Design,
    *,
    fewest: int,
    upstream: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, pd.DataFrame]:
    """Estimate sources and changes on every scale and test set.

    Parameters
    ----------
    scores : of every fit, ``id, testset, correct, hit, probability, log_odds``; models are outermost and replicates innermost.
    test : the test rows in the same order, with ``testset`` and what ``compared_texts`` reads.
    compared_texts : test rows of one test set -> target -> row numbers of the texts that its bias compares.
    fewest : texts that each part of a target must have; other targets are left out, and so are test sets without any.
    upstream : measure -> upstream bias, one row per target and one column per model.

    Returns
    -------
    Table name -> DataFrame; each has ``testset`` and ``scale``. ``crossed_performance`` has the accuracy of every fit.
    """
    values = stacked(scores, test, SCALES | {"accuracy": "correct"})
    accuracy = values.pop("accuracy")
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in (*TABLES, "upstream_slopes")}
    for testset, rows, texts in compared(test, compared_texts, fewest):
        for scale, found in values.items():
            bias = crossed_bias(
                found[:, rows].astype(float).reshape(*design.shape, -1),
                texts,
                tuple(design.models),
                tuple(design.conditions),
                tuple(design.trainsets),
                resampled=design.resampled,
            )
            parts["upstream_slopes"].append(upstream_slopes(bias, upstream or {}).assign(testset=testset, scale=scale))
            for name, estimate in TABLES.items():
                parts[name].append(estimate(bias).assign(testset=testset, scale=scale))
    tables = {name: pd.concat(found, ignore_index=True) for name, found in parts.items()}
    return tables | {"crossed_performance": _performance(accuracy, test["testset"], design)}


def _performance(correct: np.ndarray, testsets: pd.Series, design: Design) -> pd.DataFrame:
    """Accuracy of every fit on every test set; ``correct`` has shape (fits, texts)."""
    cells = pd.MultiIndex.from_product(
        [design.models, design.trainsets, range(design.replicates)], names=["model", "trainset", "replicate"]
    )
    wide = pd.DataFrame(
        {name: correct[:, (testsets == name).to_numpy()].mean(1, dtype=float) for name in sorted(testsets.unique())},
        index=cells,
    )
    return wide.reset_index().melt(list(cells.names), var_name="testset", value_name="accuracy")
