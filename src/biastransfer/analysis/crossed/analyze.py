"""The whole analysis of a crossed design: from the scores of every text by every fit to the tables of sources and changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from biastransfer.analysis.crossed.causes import causes
from biastransfer.analysis.crossed.changes import changes, effects_of_change
from biastransfer.analysis.crossed.from_texts import Texts, crossed_bias
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
    columns = {scale: [] for scale in SCALES}
    accuracy: list[pd.Series] = []
    for table in scores:
        if not table["id"].equals(test["id"]):
            raise ValueError("the scores of a fit are not those of the test texts in their order")
        for scale, column in SCALES.items():
            columns[scale].append(table[column].to_numpy(np.float32))
        accuracy.append(table.groupby("testset", sort=True)["correct"].mean())
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in (*TABLES, "upstream_slopes")}
    for testset, rows in test.reset_index(drop=True).groupby("testset", sort=True):
        texts = {
            target: pair
            for target, pair in compared_texts(rows.reset_index(drop=True)).items()
            if all(part is None or len(part) >= max(2, fewest) for part in _parts(pair))
        }
        if not texts:
            continue
        for scale, values in columns.items():
            here = np.stack([value[rows.index] for value in values]).astype(float)
            bias = crossed_bias(
                here.reshape(*design.shape, -1),
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
    return tables | {"crossed_performance": _performance(accuracy, design)}


def _parts(pair: tuple[np.ndarray, np.ndarray | None] | np.ndarray) -> tuple[np.ndarray | None, ...]:
    """The parts of what a target compares; twins are one part."""
    return (pair,) if isinstance(pair, np.ndarray) else pair


def _performance(accuracy: list[pd.Series], design: Design) -> pd.DataFrame:
    """Accuracy of every fit on every test set."""
    cells = pd.MultiIndex.from_product(
        [design.models, design.trainsets, range(design.replicates)], names=["model", "trainset", "replicate"]
    )
    wide = pd.DataFrame([series.to_dict() for series in accuracy], index=cells)
    return wide.reset_index().melt(list(cells.names), var_name="testset", value_name="accuracy")
