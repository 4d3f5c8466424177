"""What a study file can name, and the module that does it: one line each.

Only the workflow reads this; a compute module never does, so that a new entry changes no fingerprint but its own.
"""

from importlib import import_module
from types import ModuleType

TASK_KINDS = {
    "label_by_group": "biastransfer.tasks.label_by_group",
    "flag_by_mention": "biastransfer.tasks.flag_by_mention",
}
"""Each module: ``classes``, ``targets``, ``annotate`` and ``check``."""

DATASET_BIAS = {
    "label_by_group": "biastransfer.trainsets.group_prevalence",
    "flag_by_mention": "biastransfer.trainsets.mention_prevalence",
}
"""Each module: ``dataset_bias`` and ``check_comparison``."""

SIMULATED_TASKS = {
    "label_by_group": "biastransfer.simulate.biographies",
    "flag_by_mention": "biastransfer.simulate.comments",
}
"""Each module: ``planted``, ``splits``, ``corpus`` and ``TERMS``."""

MODEL_INTERVENTIONS = {
    "pretrained": "biastransfer.models.pretrained",
    "random_init": "biastransfer.models.random_init",
    "gaussian_noise": "biastransfer.models.gaussian_noise",
}
"""Each module: ``intervene(model, level, seed) -> dict`` changes the masked language model in place."""

UPSTREAM_MEASURES = {
    "pronoun_ranking": "biastransfer.upstream.pronoun_ranking",
    "negative_sentiment": "biastransfer.upstream.negative_sentiment",
}
"""Each module: ``score(model, tokenizer, templates, targets, **settings) -> DataFrame``."""

DOWNSTREAM_RATES = {
    "label_by_group": "biastransfer.downstream.true_positives",
    "flag_by_mention": "biastransfer.downstream.false_positives",
}
"""Each module: ``rates``, ``bias`` and ``FLAGGED``."""


def entry(registry: dict[str, str], name: str) -> ModuleType:
    """Import the module that ``registry`` lists under ``name``."""
    return import_module(registry[name])
