"""Labels of what the analysis names: treatment groups, terms, specifications, diagnostics and standard errors (``labels.toml``)."""

from collections.abc import Mapping

from biastransfer.analysis.groups import group_labels
from biastransfer.report.record_labels import spaced
from biastransfer.report.text.prose import Prose

LABELS = Prose.beside(__file__)


def group_label(name: str) -> str:
    """The label of a treatment group."""
    return group_labels().get(name, spaced(name))


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
