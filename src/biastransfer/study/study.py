"""The study: its sections put together. :mod:`biastransfer.study.read` reads and checks one.

Compute modules get plain values and never see these classes, so that a new key changes no result.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from biastransfer.common import registry
from biastransfer.common.section import Count, Name, Section
from biastransfer.study.analysis import Analysis
from biastransfer.study.base import BaseFromHub, BaseFromPath, PretrainedHere
from biastransfer.study.fine_tuning import FineTuning
from biastransfer.study.interventions import BiasSubspace, Interventions
from biastransfer.study.task import Task


class Study(Section):
    """A bias-transfer study."""

    study: Name
    seed: int = 0
    data: str = "."
    device: Literal["auto", "cpu", "cuda"] = "auto"
    save_training_every: Annotated[float, Field(ge=0)] = 300.0
    tasks: dict[Name, Task] = Field(min_length=1)
    base: Annotated[PretrainedHere | BaseFromPath | BaseFromHub, Field(discriminator="type")]
    control_replicates: Count = 1
    interventions: Interventions = Interventions()
    bias_subspace: BiasSubspace = BiasSubspace()
    intermediate_decoder: Literal["original", "tied", "fine_tuned", "none"] = "original"
    fine_tuning: FineTuning = FineTuning()
    analysis: Analysis = Analysis()

    def intervention(self, name: str) -> Any:
        """The section of an intervention, or None where the study does not use it."""
        return getattr(self.interventions, name, None)

    def interventions_used(self) -> dict[str, Any]:
        """Name -> section of the interventions that the study uses, in their order."""
        names = type(self.interventions).model_fields
        return {name: section for name in names if (section := self.intervention(name)) is not None}

    def fitted_interventions(self) -> list[str]:
        """The interventions used that first find what to remove."""
        records = registry.model_interventions()
        return [name for name in self.interventions_used() if name in records and records[name].fitted]

    def locate(self, path: str) -> str:
        """Resolve a data path of the study file against its ``data`` folder."""
        return str(Path(self.data).expanduser() / path)
