"""What a study file can name, and the module that does it: one line each.

Only the workflow reads this; a compute module never does, so that a new entry changes no fingerprint but its own.
"""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import NamedTuple


class Intervention(NamedTuple):
    """Where an intervention is done, the treatment group of its runs, and how it is written.

    ``letter`` stands before the level in a model's slug (none: no levels); ``kind`` is the only kind of task that an
    intervention on the data is for (none: any); ``needs`` names what it gets beside its own keys: ``compare`` (the two
    groups), ``terms``, ``pairs`` (its file of word pairs), ``scored`` (the proxy words).
    """

    module: str
    group: str
    letter: str | None = None
    kind: str | None = None
    needs: tuple[str, ...] = ()


class Measure(NamedTuple):
    """Where an upstream measure is taken, the kind of task that it is for, and its switches.

    ``needs`` names what it gets beside its switches: ``compare`` (the two groups), ``classifier`` (of sentiment). ``head`` is the
    language-model head that it needs: the checkpoint's ``own``, or ``any`` where it reads the encoder alone.
    """

    module: str
    kind: str
    switches: tuple[str, ...]
    needs: tuple[str, ...] = ()
    head: str = "own"


class Head(NamedTuple):
    """Where a way to fine-tune is done, and how its texts are turned into tokens (``TEXTS``)."""

    module: str
    texts: str


TASK_KINDS = {
    "label_by_group": "biastransfer.tasks.label_by_group",
    "flag_by_mention": "biastransfer.tasks.flag_by_mention",
}
"""Each module: ``classes``, ``targets``, ``annotate`` and ``check``."""

DATASET_BIAS = {
    "label_by_group": "biastransfer.tasks.group_prevalence",
    "flag_by_mention": "biastransfer.tasks.mention_prevalence",
}
"""Each module: ``dataset_bias`` and ``check_comparison``."""

SIMULATED_TASKS = {
    "label_by_group": "biastransfer.simulate.biographies",
    "flag_by_mention": "biastransfer.simulate.comments",
}
"""Each module: ``planted``, ``splits``, ``corpus`` and ``TERMS``."""

MODEL_INTERVENTIONS = {
    "pretrained": Intervention("biastransfer.interventions.model.pretrained", "pretrained"),
    "random_init": Intervention("biastransfer.interventions.model.random_init", "random"),
    "uniform_noise": Intervention("biastransfer.interventions.model.uniform_noise", "noise", "c"),
    "gaussian_noise": Intervention("biastransfer.interventions.model.gaussian_noise", "noise", "s"),
    "sentdebias": Intervention("biastransfer.interventions.model.sentdebias", "mitigated", "g"),
    "leace": Intervention("biastransfer.interventions.model.leace", "mitigated", "g"),
}
"""Each module: ``intervene(model, level, seed, **switches) -> (model, facts)``; with a ``fit(first, second, **switches)``
it gets the projection that ``fit`` found on sentences and their counterparts."""

PROJECTIONS = ("sentdebias", "leace")
"""Interventions whose module has a ``fit``."""

DATA_INTERVENTIONS = {
    "original": Intervention("biastransfer.interventions.data.original", "pretrained"),
    "rebalanced": Intervention(
        "biastransfer.interventions.data.rebalanced", "balanced", kind="label_by_group", needs=("compare",)
    ),
    "scrubbed": Intervention(
        "biastransfer.interventions.data.scrubbed", "scrubbed", kind="flag_by_mention", needs=("terms",)
    ),
    "proxies_scrubbed": Intervention(
        "biastransfer.interventions.data.proxies_scrubbed",
        "proxies_scrubbed",
        kind="label_by_group",
        needs=("compare", "scored"),
    ),
    "swapped": Intervention(
        "biastransfer.interventions.data.swapped",
        "swapped",
        kind="label_by_group",
        needs=("compare", "pairs"),
    ),
    "subsampled": Intervention("biastransfer.interventions.data.subsampled", "subsampled"),
}
"""Each module: ``intervene(train, *, seed, **settings) -> (DataFrame, facts)``."""

UPSTREAM_MEASURES = {
    "pronoun_ranking": Measure(
        "biastransfer.upstream.pronoun_ranking", "label_by_group", ("prior_masks", "probability"), ("compare",)
    ),
    "negative_sentiment": Measure(
        "biastransfer.upstream.negative_sentiment",
        "flag_by_mention",
        ("top_k", "weight", "score", "refill"),
        ("classifier",),
    ),
    "identity_ranking": Measure("biastransfer.upstream.identity_ranking", "flag_by_mention", ("prior_masks",)),
    "group_association": Measure(
        "biastransfer.upstream.association", "label_by_group", ("pooling", "standardise"), ("compare",), "any"
    ),
    "term_association": Measure(
        "biastransfer.upstream.association", "flag_by_mention", ("pooling", "standardise"), head="any"
    ),
}
"""Each module: ``score(model, tokenizer, templates, targets, **settings) -> DataFrame``."""

HEADS = {
    "classification": Head("biastransfer.finetune.classification", "plain"),
    "linear_probe": Head("biastransfer.finetune.linear_probe", "plain"),
    "prompt": Head("biastransfer.finetune.prompt", "prompted"),
}
"""Each module: ``load(folder, classes, seed, device, **prompt)``, ``fine_tune`` and ``predict``."""

TEXTS = {
    "plain": "biastransfer.finetune.plain_texts",
    "prompted": "biastransfer.finetune.prompted_texts",
}
"""Each module: ``tokenize(texts, tokenizer_file, max_length, **prompt)``."""

DOWNSTREAM_RATES = {
    "label_by_group": "biastransfer.downstream.true_positives",
    "flag_by_mention": "biastransfer.downstream.false_positives",
}
"""Each module: ``rates``, ``bias``, ``summaries`` and ``FLAGGED``."""


def entry(registry: Mapping[str, str | Intervention | Measure | Head], name: str) -> ModuleType:
    """Import the module that ``registry`` lists under ``name``."""
    listed = registry[name]
    return import_module(listed if isinstance(listed, str) else listed.module)
