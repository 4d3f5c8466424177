"""How conditions, families of conditions and levels are called in figures."""

import re
from collections.abc import Sequence

import numpy as np

from biastransfer.report.catalogue import family_of

MOST_CONDITIONS = 8
"""More than these are shown by the strongest of each kind."""
_INTERVENTIONS = {
    "pretrained": "control",
    "uniform_noise": "uniform noise",
    "gaussian_noise": "Gaussian noise",
    "random_init": "random initialisation",
    "sentdebias": "SentDebias",
    "leace": "LEACE",
    "rebalanced": "re-balanced",
    "scrubbed": "scrubbed",
    "proxies_scrubbed": "proxies scrubbed",
    "swapped": "swapped",
    "subsampled": "subsampled",
}
"""In the order of figures."""
_LEVELS = {
    "uniform_noise": "noise c (sd of the embeddings' entries)",
    "gaussian_noise": "noise σ (sd of the embeddings' entries)",
    "sentdebias": "strength γ of SentDebias",
    "leace": "strength γ of LEACE",
    "rebalanced": "share of the gap closed",
    "scrubbed": "share of mentions scrubbed",
    "proxies_scrubbed": "proxy words a side, or threshold",
    "swapped": "share of texts swapped",
    "subsampled": "number of training texts",
}
_FAMILIES = {
    "toxic": "toxic comments",
    "all": "all comments",
    "over": "over-sampled",
    "under": "under-sampled",
    "over under": "over + under",
    "n": "most gendered words",
    "c": "words past threshold",
    "n random": "random words, as many",
    "c random": "random words, as many",
}


def place(intervention: str, trainset: str = "") -> tuple[int, int]:
    """Place of an intervention, and of a family of its trainsets, in the order of figures."""
    orders = ((intervention, list(_INTERVENTIONS)), (family_of(trainset), list(_FAMILIES)))
    first, second = (order.index(name) if name in order else len(order) for name, order in orders)
    return first, second


def intervention_name(intervention: str) -> str:
    """An intervention in words."""
    return _INTERVENTIONS.get(intervention, intervention.replace("_", " "))


def level_name(intervention: str) -> str:
    """What the levels of an intervention are."""
    return _LEVELS.get(intervention, f"level of {intervention_name(intervention)}")


def _on_model(model: str) -> str:
    return "random model" if model.startswith("random_init") else model


def family_name(model: str, trainset: str) -> str:
    """What a family of changed trainsets was changed in, and the model if it is not the control's."""
    family = family_of(trainset)
    words = [_FAMILIES.get(family, family)] if family else []
    return ", ".join(words + ([] if model == "pretrained" else [_on_model(model)])) or "pre-trained model"


def condition(model: str, trainset: str, intervention: str, level: float | None, replicate: int) -> str:
    """What a run differs in from the control, in words: "Gaussian noise 0.5", "scrubbed toxic 1, random model"."""
    if intervention == "pretrained":
        return "control" if replicate == 0 else "control, other seeds"
    name = intervention_name(intervention)
    if trainset != "original":
        words = [re.sub(r"(?<=[a-z])(?=[\d.])", " ", word) for word in trainset.split("-")[1:]]
        return " ".join([name, *words]) + ("" if model == "pretrained" else f", {_on_model(model)}")
    return name if level is None or np.isnan(level) else f"{name} {level:g}"


def strongest(names: Sequence[str], most: int = MOST_CONDITIONS) -> list[str]:
    """Of conditions that differ in their level alone, the one with the highest (the fewest texts); all, where they are few."""
    if len(names) <= most:
        return list(names)
    families: dict[str, tuple[list[float], str]] = {}
    for name in names:
        numbers = [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", name)]
        if name.startswith(intervention_name("subsampled")):
            numbers = [-number for number in numbers]
        family = re.sub(r"-?\d+(?:\.\d+)?", "#", name)
        best = families.get(family)
        if best is None or (sum(numbers), min(numbers, default=0)) > (sum(best[0]), min(best[0], default=0)):
            families[family] = (numbers, name)
    kept = {name for _, name in families.values()}
    return [name for name in names if name in kept]
