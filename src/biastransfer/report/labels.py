"""How groups and measures are called in figures, tables and sentences."""

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
    "scrubbed_random": "scrubbed, random model",
    "proxies_scrubbed_random": "proxies scrubbed, random model",
    "proxies_control_random": "random words, random model",
    "all_pretrained": "all pre-trained",
    "control_replicates": "control replicates",
}
MEASURE_LABELS = {
    "pronoun_ranking": "pronoun ranking bias",
    "negative_sentiment": "negative sentiment",
    "identity_ranking": "identity ranking bias",
}
