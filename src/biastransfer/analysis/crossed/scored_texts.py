"""The scores of all fits as arrays, and the texts that targets compare, test set by test set."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from biastransfer.analysis.crossed.from_texts import Texts


def stacked(scores: Iterable[pd.DataFrame], test: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Some columns of the scores of every fit, under other names.

    Parameters
    ----------
    scores : of every fit, with ``id``, in the order of ``test``; only one is held at a time.
    columns : new name -> column.

    Returns
    -------
    New name -> float32 array of shape (fits, texts).

    Raises
    ------
    ValueError : the scores of a fit are those of other texts.
    """
    found: dict[str, list[np.ndarray]] = {name: [] for name in columns}
    for table in scores:
        if not table["id"].equals(test["id"]):
            raise ValueError("the scores of a fit are not those of the test texts in their order")
        for name, column in columns.items():
            found[name].append(table[column].to_numpy(np.float32))
    return {name: np.stack(values) for name, values in found.items()}


def compared(
    test: pd.DataFrame, compared_texts: Callable[[pd.DataFrame], Texts], fewest: int
) -> Iterator[tuple[str, np.ndarray, Texts]]:
    """The test sets whose texts targets compare.

    Parameters
    ----------
    test : the test rows, with ``testset`` and what ``compared_texts`` reads.
    compared_texts : test rows of one test set -> target -> row numbers of the texts that its bias compares.
    fewest : texts that each part of a target must have; other targets are left out, and so are test sets without any.

    Returns
    -------
    Per test set its name, the numbers of its rows, and target -> row numbers among these.
    """
    for testset, rows in test.reset_index(drop=True).groupby("testset", sort=True):
        texts = {
            target: pair
            for target, pair in compared_texts(rows.reset_index(drop=True)).items()
            if all(part is None or len(part) >= max(2, fewest) for part in _parts(pair))
        }
        if texts:
            yield str(testset), rows.index.to_numpy(), texts


def _parts(pair: tuple[np.ndarray, np.ndarray | None] | np.ndarray) -> tuple[np.ndarray | None, ...]:
    """The parts of what a target compares; twins are one part."""
    return (pair,) if isinstance(pair, np.ndarray) else pair
