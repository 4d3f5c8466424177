"""Labels for readers: of measures, interventions and groups from their records, of the analysis' own names from ``labels.toml``."""

from collections.abc import Mapping

import pandas as pd

from biastransfer.analysis.comparisons import OTHER_SEEDS
from biastransfer.analysis.groups import group_labels
from biastransfer.common import registry
from biastransfer.report.text.prose import Prose

LABELS = Prose.beside(__file__)
CONTROL, ORIGINAL = "pretrained", "original"


def spaced(name: str) -> str:
    """A name in words: the label of what has no record, such as a measure that somebody else's table brings."""
    return name.replace("_", " ")


def measure_label(name: str) -> str:
    """The label of an upstream measure."""
    record = registry.upstream_measures().get(name)
    return record.label if record else spaced(name)


def intervention_label(name: str) -> str:
    """The label of an intervention on the model or on the training data."""
    record = registry.model_interventions().get(name) or registry.data_interventions().get(name)
    return record.label if record else spaced(name)


def group_label(name: str) -> str:
    """The label of a treatment group."""
    return group_labels().get(name, spaced(name))


def is_pretrained(model_intervention: str) -> bool:
    """Whether a model after this intervention still holds what pre-training has learnt; taken to be so without a record."""
    record = registry.model_interventions().get(model_intervention)
    return record is None or record.pretrained


def term_label(name: str) -> str:
    """The label of a term of a regression."""
    return LABELS.entry("terms").get(name, spaced(name))


def term_names() -> list[str]:
    """The terms of regressions, in the order of tables."""
    return list(LABELS.entry("terms"))


def specification_label(name: str) -> str:
    """The label of a specification."""
    return LABELS.entry("specifications").get(name, spaced(name))


def diagnostic_label(name: str) -> str:
    """The label of a diagnostic."""
    return LABELS.entry("diagnostics").get(name, spaced(name))


def error_heads() -> Mapping[str, str]:
    """Kind of standard errors -> its column head, in the order of tables."""
    return LABELS.entry("errors")


def condition_labels(bias: pd.DataFrame) -> dict[str, str]:
    """Condition -> its difference from the control in words, such as ``Gaussian noise 0.5`` or ``scrubbed toxic 1, random initialisation``.

    Parameters
    ----------
    bias : ``bias.parquet``.
    """
    rows = bias.drop_duplicates("model").set_index("model")
    unchanged = bias[bias["data_intervention"] == ORIGINAL].drop_duplicates("model").set_index("model")
    models = rows["model_intervention"].map(intervention_label).to_dict() | {
        model: _with_level(row["model_intervention"], row["level_label"]) for model, row in unchanged.iterrows()
    }
    labels = {OTHER_SEEDS: OTHER_SEEDS}
    for row in bias.drop_duplicates("condition").itertuples():
        if row.data_intervention == ORIGINAL:
            labels[row.condition] = models[row.model]
        else:
            changed_model = [] if row.model_intervention == CONTROL else [models[row.model]]
            labels[row.condition] = ", ".join([_with_level(row.data_intervention, row.level_label), *changed_model])
    return labels


def _with_level(intervention: str, level: str) -> str:
    return f"{intervention_label(intervention)} {level}".strip()
