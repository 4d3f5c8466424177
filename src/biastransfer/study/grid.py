"""Which models, trainsets and runs a study consists of: the one place that knows which nodes exist.

Seeds are derived, never counted: a node's seed depends on the study's seed and on the node's own name, so adding a node
changes no other. A node carries its facts (intervention, level, family, trial, condition) as fields; nothing reads them off its name.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from biastransfer.common import registry
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.common.records import DataIntervention, Level, ModelIntervention
from biastransfer.study.study import Study


@dataclass(frozen=True)
class Base:
    """A pre-trained model before any intervention; the reference's ``name`` is empty, and ``key`` is its place in the study file."""

    name: str
    key: str
    section: Any
    seed: int

    @property
    def folder(self) -> str:
        """Where it is kept below the results."""
        return base_folder(self.name)


@dataclass(frozen=True)
class Model:
    """A pre-trained checkpoint after an intervention on its weights.

    ``condition`` is its name without the trial, and without the pre-training seed: models of one condition differ in a seed alone.
    ``base`` names the base that was changed; it is empty for the reference.
    """

    slug: str
    intervention: str
    level: Level
    trial: int | None
    seed: int
    condition: str
    settings: dict = field(default_factory=dict)
    base: str = ""


@dataclass(frozen=True)
class Trainset:
    """A task's training split after an intervention on the data."""

    slug: str
    intervention: str
    level: Level
    seed: int

    @property
    def settings(self) -> dict:
        """What the module gets."""
        return dict(self.level.settings)


@dataclass(frozen=True)
class Run:
    """One fine-tuning, with the treatment groups it belongs to."""

    task: str
    model: str
    trainset: str
    replicate: int
    groups: tuple[str, ...]

    @property
    def path(self) -> str:
        """The run's place below ``runs/``."""
        return f"{self.task}/{self.model}/{self.trainset}/{self.replicate}"


def derive_seed(*parts: object) -> int:
    """Return a 32-bit seed from the study's seed and a node's name (SHA-256, stable over versions and machines)."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4], "big")


def run_seed(study: Study, task: str, replicate: int) -> int:
    """Seed of the head's initial weights and of the batch order; shared by all models, so that runs are paired."""
    return derive_seed(study.seed, task, "replicate", replicate)


def models(study: Study) -> dict[str, Model]:
    """All models of a study by slug, the control first; a level of 0 is the control itself and no node.

    Models of the reference come first. Slugs of a further base begin with its name.
    """
    nodes = [*_models(study, ""), *(node for base in study.further_bases() for node in _models(study, base))]
    return {node.slug: node for node in nodes}


def _models(study: Study, base: str) -> Iterator[Model]:
    """The unchanged model of a base, and its changed ones; ``base`` is empty for the reference."""
    original = study.original_of(base)
    unchanged = base or CONTROL
    condition = CONTROL if original in ("", study.reference) else original
    yield Model(unchanged, CONTROL, Level("", None, {}), None, derive_seed(study.seed, unchanged), condition, base=base)
    for name, section in _used(study, registry.model_interventions()):
        if (base or study.reference) not in (section.bases or [study.reference]):
            continue
        for level in _levels(registry.model_interventions()[name], section.levels):
            for trial in [None] if section.trials is None else range(section.trials):
                changed = f"{name}{level.suffix}"
                slug = "-".join(filter(None, (base, changed, "" if trial is None else f"t{trial}")))
                whole = changed if condition == CONTROL else f"{condition}-{changed}"
                seed = derive_seed(study.seed, slug)
                yield Model(slug, name, level, trial, seed, whole, section.switches(), base)


def trainsets(study: Study, task: str) -> dict[str, Trainset]:
    """All trainsets of a task by slug, the original first.

    The trainsets of one intervention share a seed: what a low level removes, a higher one removes too.
    """
    nodes = [Trainset(ORIGINAL, ORIGINAL, Level("", None, {}), derive_seed(study.seed, task, ORIGINAL))]
    for name, section in _used(study, registry.data_interventions(), task):
        seed = derive_seed(study.seed, task, name)
        nodes += [Trainset(f"{name}{level.suffix}", name, level, seed) for level in section.levels()]
    return {node.slug: node for node in nodes}


def runs(study: Study) -> list[Run]:
    """All fine-tunings of a study, task by task.

    First the control and its further replicates, then one run per changed model, then one per changed trainset and model
    that it is run on.
    """
    nodes = []
    known = models(study)
    for task in study.tasks:
        shared = ("control_replicates",) if study.control_replicates > 1 else ()
        for replicate in range(study.control_replicates):
            groups = _control_groups(study, task) if replicate == 0 else ()
            nodes.append(Run(task, CONTROL, ORIGINAL, replicate, groups + shared))
        used = dict(_used(study, registry.model_interventions(), task))
        for model in known.values():
            if model.intervention in used and not model.base:
                nodes.append(Run(task, model.slug, ORIGINAL, 0, _groups(model, None)))
        changed = dict(_used(study, registry.data_interventions(), task))
        for trainset in trainsets(study, task).values():
            for slug in changed[trainset.intervention].models if trainset.intervention in changed else ():
                nodes.append(Run(task, slug, trainset.slug, 0, _groups(known[slug], trainset)))
    return nodes


def cells(study: Study) -> list[Run]:
    """All fits of the crossed design, task by task: every model with every trainset in every replicate; they have no treatment group."""
    if study.crossed is None:
        return []
    return [
        Run(task, model, trainset, replicate, ())
        for task in study.tasks
        for model in crossed_models(study).values()
        for trainset in crossed_trainsets(study, task)
        for replicate in range(study.crossed.replicates)
    ]


def corners(study: Study) -> list[Run]:
    """Cells of the crossed design that are fine-tuned as well, task by task; some are runs of :func:`runs`. They have no treatment group."""
    section = study.crossed.fine_tuned if study.crossed else None
    if section is None:
        return []
    slugs = crossed_models(study)
    return [
        Run(task, slugs[model], trainset, replicate, ())
        for task in study.tasks
        for model in section.models
        for trainset in crossed_trainsets(study, task)
        if trainset in section.trainsets
        for replicate in range(section.replicates)
    ]


def fine_tunings(study: Study) -> list[Run]:
    """All fine-tunings: the runs, and the corners of the crossed design that are none of them."""
    known = runs(study)
    paths = {run.path for run in known}
    return [*known, *(corner for corner in corners(study) if corner.path not in paths)]


def crossed_models(study: Study) -> dict[str, str]:
    """Name in the study file -> slug, of the models that are crossed; the reference's name means the control."""
    named = study.crossed.models if study.crossed else []
    return {name: CONTROL if name == study.reference else name for name in named}


def crossed_trainsets(study: Study, task: str) -> list[str]:
    """The crossed trainsets that a task has."""
    known = trainsets(study, task)
    return [name for name in (study.crossed.trainsets if study.crossed else []) if name in known]


def facts(run: Run, model: Model, trainset: Trainset) -> dict[str, Any]:
    """What a run differs in from the control, as columns of ``bias.parquet``.

    Returns
    -------
    dict with ``intervention, level, trial`` (of the changed model, or of the changed data), ``model_intervention,
    data_intervention``, ``condition`` (the run's names without the trial), and of the level ``family, level_label, level_parts``.
    """
    changed = model if trainset.intervention == ORIGINAL else trainset
    return {
        "intervention": changed.intervention,
        "level": changed.level.value,
        "trial": model.trial,
        "model_intervention": model.intervention,
        "data_intervention": trainset.intervention,
        "condition": model.condition if trainset.slug == ORIGINAL else f"{model.condition}/{trainset.slug}",
        "family": changed.level.family,
        "level_label": changed.level.label,
        "level_parts": [number for _, number in changed.level.parts if number is not None],
    }


def bases(study: Study) -> list[Base]:
    """All base models, the reference first."""
    further = [
        Base(name, f"bases.{name}", section, derive_seed(study.seed, "base", name))
        for name, section in study.further_bases().items()
    ]
    key = f"bases.{study.reference}" if study.bases else "base"
    return [Base("", key, study.base, derive_seed(study.seed, "base")), *further]


def base_folder(name: str) -> str:
    """Where a base is kept below the results; the reference's name is empty."""
    return f"bases/{name}" if name else "base"


def _levels(record: ModelIntervention, levels: list[float]) -> list[Level]:
    """The levels of an intervention on the model; one without a number where the intervention has none."""
    if record.letter is None:
        return [Level("", None, {})]
    return [Level(f"-{record.letter}{level:g}", level, {}, parts=(("", level),)) for level in levels if level != 0]


def _used(
    study: Study, records: Mapping[str, ModelIntervention | DataIntervention], task: str | None = None
) -> Iterator[tuple[str, Any]]:
    """The interventions that the study names, for one task or for any."""
    for name, record in records.items():
        section = study.intervention(name)
        if section is None:
            continue
        if task is not None:
            kind = getattr(record, "kind", None)
            wrong_kind = kind is not None and study.tasks[task].kind != kind
            if wrong_kind or (section.tasks is not None and task not in section.tasks):
                continue
        yield name, section


def _groups(model: Model, trainset: Trainset | None) -> tuple[str, ...]:
    """The treatment groups of a changed run (Steed et al. 2022, columns of Tables 3, 4 and 8).

    Runs of a changed trainset form the trainset's group; on a model that is not pre-trained, a group of their own. All runs of
    a pre-trained model, changed or not, are in ``all_pretrained``.
    """
    record = registry.model_interventions()[model.intervention]
    group = record.group
    if trainset is not None:
        group = trainset.level.group or registry.data_interventions()[trainset.intervention].group
        group += "" if record.pretrained else "_random"
    return (group, "all_pretrained") if record.pretrained else (group,)


def _control_groups(study: Study, task: str) -> tuple[str, ...]:
    """The treatment groups that the control is part of: those of the weight interventions that start from it."""
    records = registry.model_interventions()
    used = {records[name].group for name, _ in _used(study, records, task) if records[name].pretrained}
    return ("pretrained", *sorted(used), "all_pretrained")
