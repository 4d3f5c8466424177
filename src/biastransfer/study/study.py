"""The study: its sections put together. :mod:`biastransfer.study.read` reads and checks one.

Compute modules get plain values and never see these classes, so that a new key changes no result.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from biastransfer.common import registry
from biastransfer.common.control import CONTROL
from biastransfer.common.section import Count, Name, Section
from biastransfer.study.analysis import Analysis
from biastransfer.study.base import AnyBase, OneBase, SeedTwin
from biastransfer.study.crossed import Crossed
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
    base: OneBase
    bases: dict[Name, AnyBase] = {}
    control_replicates: Count = 1
    interventions: Interventions = Interventions()
    bias_subspace: BiasSubspace = BiasSubspace()
    intermediate_decoder: Literal["original", "tied", "fine_tuned", "none"] = "original"
    fine_tuning: FineTuning = FineTuning()
    crossed: Crossed | None = None
    analysis: Analysis = Analysis()

    @model_validator(mode="before")
    @classmethod
    def _the_first_of_several_bases_is_the_reference(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not values.get("bases") or not isinstance(values["bases"], dict):
            return values
        if "base" in values:
            raise ValueError("bases: the study has base as well; keep one of the two")
        name, first = next(iter(values["bases"].items()))
        if isinstance(first, dict) and first.get("type") == "seed_twin":
            raise ValueError(f"bases.{name}: the first base is the reference and cannot be a seed_twin")
        return {**values, "base": first}

    @property
    def reference(self) -> str:
        """The name of the reference base, which is also the control's."""
        return next(iter(self.bases), CONTROL)

    def further_bases(self) -> dict[str, OneBase]:
        """Name -> section of the bases beside the reference; a seed twin has the section of its original."""
        return {
            name: self.bases[section.of] if isinstance(section, SeedTwin) else section
            for name, section in self.bases.items()
            if name != self.reference
        }

    def original_of(self, base: str) -> str:
        """The base that a seed twin repeats; the base itself where it is none."""
        section = self.bases.get(base)
        return section.of if isinstance(section, SeedTwin) else base

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
