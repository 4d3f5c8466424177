"""Record of re-balancing the compared groups."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from biastransfer.common.records import DataIntervention, ExpectedRows, Level
from biastransfer.interventions.sections import OnData, PositiveShare


class Rebalanced(OnData):
    """Shares of the gap between the compared groups that are closed by over- and by under-sampling."""

    over: list[PositiveShare] = []
    under: list[PositiveShare] = []
    both: list[tuple[PositiveShare, PositiveShare]] = []

    @model_validator(mode="after")
    def _closes_no_more_than_the_gap(self) -> "Rebalanced":
        for over, under in self.both:
            if over + under > 1 + 1e-9:
                raise ValueError(f"both: {over} over and {under} under close more than the whole gap")
        return self

    def levels(self) -> list[Level]:
        """One level per entry of ``over``, ``under`` and ``both``."""
        shares = [(over, 0.0) for over in self.over] + [(0.0, under) for under in self.under] + list(self.both)
        return [self._level(over, under) for over, under in shares]

    @staticmethod
    def _level(over: float, under: float) -> Level:
        parts = tuple((way, share) for way, share in (("over", over), ("under", under)) if share)
        return Level(
            "".join(f"-{way}{share:g}" for way, share in parts),
            over + under,
            {"over": over, "under": under},
            family=" ".join(way for way, _ in parts),
            parts=parts,
        )


def expected_rows(rows: int, settings: Mapping[str, Any], gap: float | None) -> ExpectedRows:
    """Rows after copies are added and others removed; about the original's, where the gap is unknown."""
    if gap is None:
        return ExpectedRows(rows, "about")
    return ExpectedRows(rows + round((settings["over"] - settings["under"]) * gap), "estimated")


RECORD = DataIntervention(
    name="rebalanced",
    module="biastransfer.interventions.data.rebalanced",
    label="re-balanced",
    description="closes a share of the gap between the compared groups within each label: copies texts of the rarer group (over), "
    "removes texts of the commoner one (under), or does both",
    groups={"balanced": "re-balanced"},
    section=Rebalanced,
    level_name="share of the gap closed",
    kind="label_by_group",
    needs=("compare",),
    families={"over": "over-sampled", "under": "under-sampled", "over under": "over + under"},
    expected_rows=expected_rows,
    order=10,
)
