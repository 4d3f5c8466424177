"""Which models, trainsets and runs a study consists of: the one place that knows which nodes exist.

Seeds are derived, never counted: a node's seed depends on the study's seed and on the node's own name, so adding a node
changes no other.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from biastransfer.study.registry import DATA_INTERVENTIONS, MODEL_INTERVENTIONS

if TYPE_CHECKING:
    from biastransfer.study.study import Study


@dataclass(frozen=True)
class Model:
    """A pre-trained checkpoint after an intervention on its weights."""

    slug: str
    intervention: str
    level: float | None
    trial: int | None
    seed: int
    settings: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Trainset:
    """A task's training split after an intervention on the data."""

    slug: str
    intervention: str
    level: float | None
    seed: int
    settings: dict = field(default_factory=dict)


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


def run_seed(study: "Study", task: str, replicate: int) -> int:
    """Seed of the head's initial weights and of the batch order; shared by all models, so that runs are paired."""
    return derive_seed(study.seed, task, "replicate", replicate)


def models(study: "Study") -> dict[str, Model]:
    """All models of a study by slug, the control first; a level of 0 is the control itself and no node."""
    nodes = [Model("pretrained", "pretrained", None, None, derive_seed(study.seed, "pretrained"))]
    for name, setting in _given(study, MODEL_INTERVENTIONS):
        letter = MODEL_INTERVENTIONS[name].letter
        for level in [level for level in setting.levels if level != 0] or [None][: letter is None]:
            for trial in [None] if setting.trials is None else range(setting.trials):
                sign = "" if level is None else f"-{letter}{level:g}"
                slug = f"{name}{sign}" + ("" if trial is None else f"-t{trial}")
                nodes.append(Model(slug, name, level, trial, derive_seed(study.seed, slug), setting.switches()))
    return {node.slug: node for node in nodes}


def trainsets(study: "Study", task: str) -> dict[str, Trainset]:
    """All trainsets of a task by slug, the original first.

    The trainsets of one intervention share a seed: what a low level removes, a higher one removes too.
    """
    nodes = [Trainset("original", "original", None, derive_seed(study.seed, task, "original"))]
    for name, setting in _given(study, DATA_INTERVENTIONS, task):
        seed = derive_seed(study.seed, task, name)
        nodes += [
            Trainset(f"{name}{suffix}", name, value, seed, settings) for suffix, value, settings in setting.levels()
        ]
    return {node.slug: node for node in nodes}


def runs(study: "Study") -> list[Run]:
    """All fine-tunings of a study, task by task.

    First the control and its further replicates, then one run per changed model, then one per changed trainset and model
    that it is run on.
    """
    found = []
    known = models(study)
    for task in study.tasks:
        shared = ("control_replicates",) if study.control_replicates > 1 else ()
        for replicate in range(study.control_replicates):
            groups = _control_groups(study, task) if replicate == 0 else ()
            found.append(Run(task, "pretrained", "original", replicate, groups + shared))
        used = dict(_given(study, MODEL_INTERVENTIONS, task))
        for model in known.values():
            if model.intervention in used:
                found.append(Run(task, model.slug, "original", 0, _groups(model, None)))
        changed = dict(_given(study, DATA_INTERVENTIONS, task))
        for trainset in trainsets(study, task).values():
            for slug in changed[trainset.intervention].models if trainset.intervention in changed else ():
                found.append(Run(task, slug, trainset.slug, 0, _groups(known[slug], trainset)))
    return found


def _given(study: "Study", registry: dict, task: str | None = None) -> Iterator[tuple[str, object]]:
    """The interventions of a registry that the study names, for one task or for any."""
    for name, entry in registry.items():
        setting = study.intervention(name)
        if setting is None:
            continue
        if task is not None:
            wrong_kind = entry.kind is not None and study.tasks[task].kind != entry.kind
            if wrong_kind or (setting.tasks is not None and task not in setting.tasks):
                continue
        yield name, setting


def _groups(model: Model, trainset: Trainset | None) -> tuple[str, ...]:
    """The treatment groups of a changed run (Steed et al. 2022, columns of Tables 3, 4 and 8).

    Runs of a changed trainset form the trainset's group; on a model that is not pre-trained, a group of their own. All runs of
    a pre-trained model, changed or not, are in ``all_pretrained``.
    """
    random = model.intervention == "random_init"
    group = MODEL_INTERVENTIONS[model.intervention].group
    if trainset is not None:
        control = trainset.settings.get("random", False)
        group = "proxies_control" if control else DATA_INTERVENTIONS[trainset.intervention].group
        group += "_random" if random else ""
    return (group,) if random else (group, "all_pretrained")


def _control_groups(study: "Study", task: str) -> tuple[str, ...]:
    """The treatment groups that the control is part of: those of the weight interventions that start from it."""
    used = {MODEL_INTERVENTIONS[name].group for name, _ in _given(study, MODEL_INTERVENTIONS, task)}
    return ("pretrained", *sorted(used - {"random"}), "all_pretrained")
