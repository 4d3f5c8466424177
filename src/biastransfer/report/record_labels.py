"""What the records call measures, interventions, families and levels; a name that has no record is its own label."""

import math

import pandas as pd

from biastransfer.common import registry
from biastransfer.common.records import DatasetWords, Intervention, TaskKind, number_text


def spaced(name: str) -> str:
    """A name of a target, a measure or an intervention as text."""
    return name.replace("_", " ")


def measure_label(measure: str) -> str:
    """An upstream measure in words."""
    record = registry.upstream_measures().get(measure)
    return record.label if record else spaced(measure)


def intervention_label(intervention: str) -> str:
    """An intervention in words."""
    record = _intervention(intervention)
    return record.label if record else spaced(intervention)


def is_pretrained(model_intervention: str) -> bool:
    """Whether a model after this intervention still holds what pre-training has learnt; without a record, yes."""
    record = registry.model_interventions().get(model_intervention)
    return record is None or record.pretrained


def level_name(intervention: str) -> str:
    """What the levels of an intervention are."""
    record = _intervention(intervention)
    return (record.level_name if record else "") or f"level of {intervention_label(intervention)}"


def family_label(intervention: str, family: str) -> str:
    """A family of levels in words; empty where levels have none."""
    return _families(intervention).get(family, spaced(family))


def family_place(intervention: str, family: str) -> tuple[int, str]:
    """Place of a family among those of its intervention: the record's order, then of names."""
    order = list(_families(intervention))
    return (order.index(family) if family in order else len(order), family)


def control_level(intervention: str) -> float:
    """The level of the unchanged model and data: zero, or infinity where levels are numbers of texts."""
    record = registry.data_interventions().get(intervention)
    return record.control_level if record else 0.0


def counts_texts(intervention: str) -> bool:
    """Whether levels are numbers of texts, so that the smallest is the strongest."""
    record = registry.data_interventions().get(intervention)
    return record is not None and record.counts_texts


def level_text(level: float) -> str:
    """A level below an axis: as in its condition's label, with a minus sign; infinity is all texts."""
    if math.isinf(level):
        return "all"
    return f"{'−' if level < 0 else ''}{number_text(abs(level))}"


def task_kind(task: pd.DataFrame) -> TaskKind:
    """The record of the kind of a table of one task."""
    return registry.task_kinds()[task["kind"].iloc[0]]


def dataset_words(task: pd.DataFrame) -> DatasetWords:
    """How figures call what the training data of a table of one task holds."""
    return task_kind(task).words


def prevalence_label(task: pd.DataFrame) -> str:
    """Prevalence, and what it is the share of."""
    return f"prevalence ({dataset_words(task).prevalence})"


def _families(intervention: str) -> dict[str, str]:
    record = registry.data_interventions().get(intervention)
    return dict(record.families) if record else {}


def _intervention(name: str) -> Intervention | None:
    return registry.model_interventions().get(name) or registry.data_interventions().get(name)
