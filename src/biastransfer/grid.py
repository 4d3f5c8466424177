"""Which models, trainsets and runs a study consists of: the one place that knows which nodes exist.

Seeds are derived, never counted: a node's seed depends on the study's seed and on the node's own name, so adding a node
changes no other.
"""

import hashlib
from dataclasses import dataclass

from biastransfer.study import Study

_GROUP_OF = {"gaussian_noise": "noise", "random_init": "random"}


@dataclass(frozen=True)
class Model:
    """A pre-trained checkpoint after an intervention on its weights."""

    slug: str
    intervention: str
    level: float | None
    trial: int | None
    seed: int


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


def number(value: float) -> str:
    """Write a level as it stands in a slug: 0.5, 1, 50."""
    return f"{value:g}"


def models(study: Study) -> dict[str, Model]:
    """All models of a study by slug, the control first."""
    nodes = [Model("pretrained", "pretrained", None, None, derive_seed(study.seed, "pretrained"))]
    for name, setting in study.interventions.items():
        for level in setting.levels or [None]:
            sign = "" if level is None else f"-{_LEVEL_LETTER[name]}{number(level)}"
            for trial in range(setting.trials):
                slug = f"{name}{sign}-t{trial}"
                nodes.append(Model(slug, name, level, trial, derive_seed(study.seed, slug)))
    return {node.slug: node for node in nodes}


_LEVEL_LETTER = {"gaussian_noise": "s"}


def _control_groups(study: Study, task: str) -> tuple[str, ...]:
    """The treatment groups that the control is part of: those of the weight interventions that start from it."""
    used = {
        _GROUP_OF[name]
        for name, setting in study.interventions.items()
        if (setting.tasks is None or task in setting.tasks) and _GROUP_OF[name] != "random"
    }
    return ("pretrained", *sorted(used), "all_pretrained")


def runs(study: Study) -> list[Run]:
    """All fine-tunings of a study: the control, its further replicates, then one run per model that is meant for the task."""
    found = []
    for task in study.tasks:
        for replicate in range(study.control_replicates):
            groups = _control_groups(study, task) if replicate == 0 else ()
            shared = ("control_replicates",) if study.control_replicates > 1 else ()
            found.append(Run(task, "pretrained", "original", replicate, groups + shared))
        for model in models(study).values():
            setting = study.interventions.get(model.intervention)
            if setting is None or (setting.tasks is not None and task not in setting.tasks):
                continue
            group = _GROUP_OF[model.intervention]
            pretrained = () if group == "random" else ("all_pretrained",)
            found.append(Run(task, model.slug, "original", 0, (group, *pretrained)))
    return found


def run_seed(study: Study, task: str, replicate: int) -> int:
    """Seed of the head's initial weights and of the batch order; shared by all models, so that runs are paired."""
    return derive_seed(study.seed, task, "replicate", replicate)
