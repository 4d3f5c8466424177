"""Keys that interventions have in a study file; a record adds its own in a subclass."""

from typing import Annotated

from pydantic import Field

from biastransfer.common.records import Level
from biastransfer.common.section import Count, Section

PositiveShare = Annotated[float, Field(gt=0, le=1)]


class OnModel(Section):
    """Levels and trials of an intervention on the weights, and the tasks it is run for (all, if not given).

    ``bases``: the base models that it changes (the reference, if not given); changed models of further bases are for crossing alone.

    Further keys of a subclass are switches: the module's ``intervene`` takes them by name.
    """

    levels: list[Annotated[float, Field(allow_inf_nan=False)]] = []
    trials: Count | None = None
    tasks: list[str] | None = None
    bases: list[str] | None = None

    def switches(self) -> dict:
        """The keys that the module takes, with their values."""
        return self.model_dump(mode="json", exclude=set(OnModel.model_fields))


class OnData(Section):
    """The models and the tasks that an intervention on the training data is run for; subclasses have its ``levels()``.

    Without ``models`` its trainsets are for crossing alone.
    """

    models: list[str] = ["pretrained"]
    tasks: list[str] | None = None

    def levels(self) -> list[Level]:
        """The levels that the study asks for, in its order."""
        return []


class Shares(OnData):
    """An intervention on the training data whose levels are shares."""

    shares: list[PositiveShare] = []

    def levels(self) -> list[Level]:
        """One level per share."""
        return [Level(f"-{share:g}", share, {"share": share}, parts=(("", share),)) for share in self.shares]
