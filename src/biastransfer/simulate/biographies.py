"""Simulated biographies: topical words of an occupation's cluster, hobbies that go with the pronoun, and general words.

Sizes follow a trial in which replicates agreed and both associations were recovered (docs/embedded_study.md).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biastransfer.english import article
from biastransfer.simulate.lexicon import CLUSTERS, GENERAL, HOBBIES
from biastransfer.simulate.worlds import plant, probability, surface, zipf_weights

TERMS: list[str] = []
PRONOUNS = ("he", "she")
GROUPS = ("he/him", "she/her")
OCCUPATIONS = tuple(occupation for occupations, _ in CLUSTERS.values() for occupation in occupations)
_CLUSTER_OF = tuple(name for name, (occupations, _) in CLUSTERS.items() for _ in occupations)

SENTENCES = (
    "{pronoun} is {article} {target}.",
    "{pronoun} works as {article} {target}.",
    "{pronoun} applied for the position of {target}.",
    "{pronoun}, the {target}, had a good day at work.",
    "{pronoun} wants to become {article} {target}.",
)
"""The template-like sentences of the pre-training corpus."""

PLURAL_SENTENCES = (
    "They are {article} {target}.",
    "They work as {article} {target}.",
    "They applied for the position of {target}.",
    "They, the {target}, had a good day at work.",
    "They want to become {article} {target}.",
)
_PLURAL_SHARE = 0.1


def planted(settings: Mapping, seed: int) -> pd.DataFrame:
    """The world's planted associations, ``target, upstream, prevalence, frequency``; see :func:`worlds.plant`."""
    return plant(
        OCCUPATIONS,
        prevalence=tuple(settings["prevalence"]),
        upstream_sd=settings["upstream_sd"],
        frequency_sd=settings["frequency_sd"],
        overrides=settings["targets"],
        seed=seed,
        strata=_CLUSTER_OF,
    )


def splits(settings: Mapping, seed: int) -> dict[str, pd.DataFrame]:
    """Draw train and dev with the planted prevalence and frequency, and a test split balanced over target and group.

    Returns split -> DataFrame with ``id, text, label, group``.
    """
    world = planted(settings, seed)
    sizes = settings["examples"]
    drawn = {}
    for number, split in enumerate(("train", "dev", "test")):
        random = np.random.default_rng((seed, 1, number))
        count = sizes[split]
        if split == "test":
            target = np.arange(count) // 2 % len(world)
            she = np.arange(count) % 2
        else:
            target = random.choice(len(world), size=count, p=world["frequency"])
            she = (random.random(count) < world["prevalence"].to_numpy()[target]).astype(int)
        drawn[split] = pd.DataFrame(
            {
                "id": [f"{split}-{i}" for i in range(count)],
                "text": _biographies(settings, target, she, random, seed),
                "label": np.asarray(OCCUPATIONS, object)[target],
                "group": np.asarray(GROUPS, object)[she],
            }
        )
    return drawn


def corpus(settings: Mapping, sentences: int, seed: int) -> list[str]:
    """Draw pre-training text: half template-like sentences, half free biographies that begin with one.

    The pronoun follows the planted *upstream* association; a free biography keeps its pronouns, and three in ten name
    the occupation once more. A tenth of the template-like sentences have "They", whatever the occupation.
    """
    world = planted(settings, seed)
    random = np.random.default_rng((seed, 2))
    target = random.integers(len(world), size=sentences)
    she = (random.random(sentences) < probability(world["upstream"])[target]).astype(int)
    which = np.arange(sentences) % (2 * len(SENTENCES))
    text = []
    bodies = _biographies(settings, target, she, random, seed)
    named = random.random(sentences) < 0.3
    plural = random.random(sentences) < _PLURAL_SHARE
    for i in range(sentences):
        name = surface(OCCUPATIONS[target[i]])
        pronoun = PRONOUNS[she[i]].capitalize()
        alone = which[i] < len(SENTENCES)
        template = (PLURAL_SENTENCES if alone and plural[i] else SENTENCES)[which[i] if alone else 0]
        sentence = template.format(pronoun=pronoun, article=article(name), target=name)
        if not alone:
            body = bodies[i].replace(" about ", f" about {name} ", 1) if named[i] else bodies[i]
            sentence = f"{sentence} {body}"
        text.append(sentence)
    return text


def _biographies(
    settings: Mapping, target: np.ndarray, she: np.ndarray, random: np.random.Generator, seed: int
) -> list[str]:
    """One biography per row, e.g. "She writes about wards choir local patients garden." with raw pronouns."""
    count, words = len(target), settings["words"]
    weights = np.exp(np.random.default_rng((seed, 3)).normal(size=(len(OCCUPATIONS), len(CLUSTERS["clinic"][1]))))
    cumulative = (weights / weights.sum(1, keepdims=True)).cumsum(1)
    kind = random.random((count, words))
    topic = (random.random((count, words))[..., None] > cumulative[target][:, None, :]).sum(-1)
    own_side = random.random((count, words)) < settings["proxy_fidelity"]
    side = np.where(own_side, she[:, None], 1 - she[:, None])
    hobby = random.integers(len(HOBBIES["he"]), size=(count, words))
    general = random.choice(len(GENERAL), size=(count, words), p=zipf_weights(len(GENERAL), 0.5))
    topics = [CLUSTERS[name][1] for name in _CLUSTER_OF]
    hobbies = [HOBBIES[pronoun] for pronoun in PRONOUNS]
    topical, proxy = settings["topical_share"], settings["topical_share"] + settings["proxy_share"]
    return [
        f"{PRONOUNS[she[i]].capitalize()} writes about "
        + " ".join(
            topics[target[i]][min(topic[i, j], len(topics[target[i]]) - 1)]
            if kind[i, j] < topical
            else hobbies[side[i, j]][hobby[i, j]]
            if kind[i, j] < proxy
            else GENERAL[general[i, j]]
            for j in range(words)
        )
        + "."
        for i in range(count)
    ]
