"""The tables of one task's crossed design, as the report reads them: on the headline's scale and test set, and in whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

ALL_TARGETS = "(all)"
"""In place of a target: all of them together."""


class Scale(NamedTuple):
    """How numbers on a scale are shown: their unit, and what they are multiplied by."""

    unit: str
    factor: float


SCALES = {
    "rate": Scale("points", 100.0),
    "probability": Scale("points", 100.0),
    "log_odds": Scale("log odds", 1.0),
}
"""Scale of bias -> its unit on the page; points are percentage points."""


@dataclass(frozen=True)
class Crossed:
    """The crossed design of one task.

    Parameters
    ----------
    tables : those of :func:`biastransfer.analysis.crossed.analyze.analyze`.
    scale, testset : of the headline.
    """

    tables: Mapping[str, pd.DataFrame]
    scale: str
    testset: str

    def headline(self, name: str) -> pd.DataFrame:
        """The rows of a table on the headline's scale and test set."""
        table = self.tables[name]
        return table[(table["scale"] == self.scale) & (table["testset"] == self.testset)]

    @property
    def shown(self) -> Scale:
        """How the headline's numbers are shown."""
        return SCALES[self.scale]


def by_task(
    headline: Mapping[str, Mapping[str, str]], tables: Mapping[str, Sequence[pd.DataFrame]]
) -> dict[str, Crossed]:
    """The crossed designs of a study.

    Parameters
    ----------
    headline : task -> ``scale`` and ``testset``.
    tables : table -> one for each task, in the order of ``headline``.
    """
    return {
        task: Crossed({name: parts[place] for name, parts in tables.items()}, **chosen)
        for place, (task, chosen) in enumerate(headline.items())
    }
