"""Record of counterfactual data augmentation."""

from collections.abc import Mapping
from typing import Any, Literal

from biastransfer.common.records import DataIntervention, ExpectedRows, Level
from biastransfer.interventions.sections import PositiveShare, Shares


class Swapped(Shares):
    """Counterfactual data augmentation: gendered words are swapped in a share of the texts that have one."""

    shares: list[PositiveShare] = [1.0]
    pairs: str = "workflow/words/swap_pairs.yaml"
    keep: Literal["both", "swapped"] = "both"

    def levels(self) -> list[Level]:
        """One level per share."""
        return [level._replace(settings={**level.settings, "keep": self.keep}) for level in super().levels()]


def expected_rows(rows: int, settings: Mapping[str, Any], gap: float | None) -> ExpectedRows:
    """About as many rows; how many texts have a word to swap is unknown."""
    return ExpectedRows(rows, "about")


RECORD = DataIntervention(
    name="swapped",
    module="biastransfer.interventions.data.swapped",
    label="swapped",
    description="makes counterfactual copies of texts, with pairs of words swapped and the group flipped, "
    "and adds the copies or replaces the texts by them",
    groups={"swapped": "words swapped"},
    section=Swapped,
    level_name="share of texts swapped",
    kind="label_by_group",
    needs=("compare", "pairs"),
    expected_rows=expected_rows,
    order=40,
)
