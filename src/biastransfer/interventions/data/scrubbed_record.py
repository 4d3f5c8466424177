"""Record of scrubbing comments that mention a term."""

from collections.abc import Mapping
from typing import Any, Literal

from biastransfer.common.records import DataIntervention, ExpectedRows, Level
from biastransfer.interventions.sections import Shares


class Scrubbed(Shares):
    """Shares of the comments that mention a term, toxic ones or all, that are removed or lose the term."""

    comments: list[Literal["toxic", "all"]] = ["toxic", "all"]
    unit: Literal["comment", "term"] = "comment"

    def levels(self) -> list[Level]:
        """One level per entry of ``comments`` and share."""
        return [
            Level(
                f"-{which}-{share:g}",
                share,
                {"comments": which, "share": share, "unit": self.unit},
                family=which,
                parts=((which, share),),
            )
            for which in self.comments
            for share in self.shares
        ]


def expected_rows(rows: int, settings: Mapping[str, Any], gap: float | None) -> ExpectedRows:
    """As many rows at most where comments are removed; as many where they only lose a term."""
    return ExpectedRows(rows, "at most" if settings["unit"] == "comment" else "estimated")


RECORD = DataIntervention(
    name="scrubbed",
    module="biastransfer.interventions.data.scrubbed",
    label="scrubbed",
    description="removes a share of the comments that mention each term, toxic ones or all; with unit term, only the words",
    groups={"scrubbed": "scrubbed"},
    section=Scrubbed,
    level_name="share of mentions scrubbed",
    kind="flag_by_mention",
    needs=("terms",),
    families={"toxic": "toxic comments", "all": "all comments"},
    expected_rows=expected_rows,
    order=20,
)
