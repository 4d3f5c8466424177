"""How groups and measures are called in figures, tables and sentences."""

from collections.abc import Sequence

GROUP_LABELS = {
    "pretrained": "pre-trained control",
    "mitigated": "mitigated",
    "noise": "noise added",
    "random": "randomly initialised",
    "balanced": "re-balanced",
    "scrubbed": "scrubbed",
    "proxies_scrubbed": "proxies scrubbed",
    "proxies_control": "random words scrubbed",
    "swapped": "words swapped",
    "subsampled": "fewer texts",
    "scrubbed_random": "scrubbed, random model",
    "proxies_scrubbed_random": "proxies scrubbed, random model",
    "proxies_control_random": "random words, random model",
    "subsampled_random": "fewer texts, random model",
    "all_pretrained": "all pre-trained",
    "all_pretrained_and_scrubbed_random": "all pre-trained, and scrubbed random",
    "control_replicates": "control replicates",
}
MEASURE_LABELS = {
    "pronoun_ranking": "pronoun ranking bias",
    "negative_sentiment": "negative sentiment",
    "identity_ranking": "identity ranking bias",
    "group_association": "association of embeddings",
    "term_association": "association of embeddings",
}
TERM_LABELS = {
    "upstream": "upstream bias",
    "prevalence": "prevalence",
    "mention_share": "share of mentions",
    "toxic_length": "mean length of flagged mentions",
    "they_change": "change of they/them",
    "const": "constant",
}
SPECIFICATION_LABELS = {
    "eq4": "Eq. 4",
    "upstream_only": "upstream alone",
    "with_prevalence": "with prevalence",
    "all_controls": "all controls",
    "upstream_only_within": "upstream alone, within templates",
    "eq4_within": "Eq. 4, within templates",
    "intermediate": "bias after fine-tuning",
    "model_target": "model × target",
    "target_effects": "target effects",
    "per_target": "one row per target",
}


def measure_label(name: str) -> str:
    """How an upstream measure is called."""
    return MEASURE_LABELS.get(name, name.replace("_", " "))


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Names in a row, the first ``most`` of them and how many more."""
    shown = [name.replace("_", " ") for name in names[:most]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
