"""Record of training on fewer texts."""

import math
from collections.abc import Mapping
from typing import Any

from biastransfer.common.records import DataIntervention, ExpectedRows, Level
from biastransfer.common.section import Count
from biastransfer.interventions.sections import OnData


class Subsampled(OnData):
    """How many texts of the training split are kept, at random."""

    rows: list[Count] = []

    def levels(self) -> list[Level]:
        """One level per number of rows."""
        return [Level(f"-{rows}", float(rows), {"rows": rows}, parts=(("", float(rows)),)) for rows in self.rows]


def expected_rows(rows: int, settings: Mapping[str, Any], gap: float | None) -> ExpectedRows:
    """The rows that the level asks for."""
    return ExpectedRows(settings["rows"], "estimated")


RECORD = DataIntervention(
    name="subsampled",
    module="biastransfer.interventions.data.subsampled",
    label="subsampled",
    description="keeps a random part of the training texts, without stratification; smaller parts lie within larger ones",
    groups={"subsampled": "fewer texts"},
    section=Subsampled,
    level_name="number of training texts",
    control_level=math.inf,
    expected_rows=expected_rows,
    order=50,
)
