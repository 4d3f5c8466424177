"""The tasks of a study file: one section for each kind, with the upstream measures that belong to it.

A kind's record has the section; here it gets its ``kind``, and ``upstream`` with the measures of that kind.
"""

from collections.abc import ItemsView, Iterator
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, create_model, model_serializer, model_validator

from biastransfer.common import registry
from biastransfer.common.records import TaskKind
from biastransfer.common.section import MeasureSection, Section


class Upstream(Section):
    """The upstream measures of a task by name, in the order of the study file; the first one carries the verdict."""

    _order: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _keeps_the_order(cls, values: Any, handler: Any) -> "Upstream":
        upstream = handler(values)
        if isinstance(values, dict):
            upstream._order = tuple(name for name in values if getattr(upstream, name, None) is not None)
        return upstream

    @model_validator(mode="after")
    def _measures_something(self) -> "Upstream":
        if not self.model_fields_set:
            raise ValueError(f"is empty; allowed: {', '.join(type(self).model_fields)}")
        return self

    @model_serializer(mode="wrap")
    def _in_order(self, handler: Any) -> dict[str, Any]:
        values = handler(self)
        return {name: values[name] for name in self._order}

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, name: object) -> bool:
        return name in self._order

    def __getitem__(self, name: str) -> MeasureSection:
        return getattr(self, name)

    def items(self) -> ItemsView[str, MeasureSection]:
        """Measures with their sections."""
        return {name: self[name] for name in self}.items()

    def without(self, names: set[str]) -> "Upstream":
        """The measures but some."""
        kept = self.model_copy(update=dict.fromkeys(names))
        kept._order = tuple(name for name in self if name not in names)
        return kept


def _section_of(kind: TaskKind) -> type[Section]:
    """The section of a kind, with the measures that belong to it."""
    measures = {name: record for name, record in registry.upstream_measures().items() if record.kind == kind.name}
    upstream = create_model(
        "Upstream",
        __base__=Upstream,
        __doc__=Upstream.__doc__,
        **{name: (record.section | None, None) for name, record in measures.items()},
    )
    return create_model(
        kind.section.__name__,
        __base__=kind.section,
        __doc__=kind.section.__doc__,
        kind=(Literal[kind.name], ...),
        upstream=(upstream, ...),
    )


SECTIONS = {name: _section_of(kind) for name, kind in registry.task_kinds().items()}
"""Kind -> the section of such a task."""

Task = Annotated[reduce(or_, SECTIONS.values()), Field(discriminator="kind")]
"""A task of any kind."""


def measure_settings(task: Any, measure: str, classifier_folder: str = "") -> dict[str, Any]:
    """What an upstream measure's function takes beyond models, templates and targets.

    Parameters
    ----------
    task : a section of :data:`SECTIONS`.
    classifier_folder : where the sentiment classifier lies, if the task names one.
    """
    section, needs = task.upstream[measure], registry.upstream_measures()[measure].needs
    switches = [name for name in type(section).model_fields if name not in ("templates", "classifier")]
    settings = {switch: getattr(section, switch) for switch in switches}
    if "compare" in needs:
        settings["compare"] = task.compared
    if "classifier" in needs:
        lexicon = section.classifier.type == "vader"
        settings["classifier"] = (
            None if lexicon else {"folder": classifier_folder, "negative": section.classifier.negative}
        )
    return settings
