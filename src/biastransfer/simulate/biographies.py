"""Simulated biographies: topical words of an occupation's cluster, hobbies that go with the pronoun, and general words.

Sizes follow a trial in which replicates agreed and both associations were recovered (docs/embedded_study.md).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biastransfer.common.english import article
from biastransfer.simulate.lexicon import CLUSTERS, GENERAL, HOBBIES
from biastransfer.simulate.worlds import (
    draw_flags,
    of_family_texts,
    plant,
    probability,
    surface,
    unfamiliar,
    zipf_weights,
)

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
    return plant(OCCUPATIONS, settings, seed, strata=_CLUSTER_OF)


def splits(settings: Mapping, seed: int) -> dict[str, pd.DataFrame]:
    """Draw train and dev with the planted prevalence and frequency, and a test split balanced over target and group.

    ``strengths.transfer`` of the proxies are those of the corpus; ``proxies_in_training`` of the training biographies have any. With
    ``family_texts`` the test biographies of one group have fewer words of the occupation in some families, and more in others.

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
            she = draw_flags(world["prevalence"].to_numpy(), target, random, exact=settings["exact_prevalence"])
        drawn[split] = pd.DataFrame(
            {
                "id": [f"{split}-{i}" for i in range(count)],
                "text": _biographies(
                    settings,
                    target,
                    she,
                    random,
                    seed,
                    familiar=settings["strengths"]["transfer"],
                    kept=settings["proxies_in_training"] if split == "train" else 1.0,
                    topical=of_family_texts(OCCUPATIONS, settings, seed) if split == "test" else None,
                ),
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
    settings: Mapping,
    target: np.ndarray,
    she: np.ndarray,
    random: np.random.Generator,
    seed: int,
    familiar: float = 1.0,
    kept: float = 1.0,
    topical: np.ndarray | None = None,
) -> list[str]:
    """One biography per row, e.g. "She writes about wards choir local patients garden." with raw pronouns.

    ``familiar`` is the share of proxies that are hobbies of the corpus, ``kept`` that of rows with any proxies. ``topical`` is by how much
    the log-odds of a topical word are larger with "she" than with "he", of every occupation.
    """
    count, words = len(target), settings["words"]
    weights = np.exp(np.random.default_rng((seed, 3)).normal(size=(len(OCCUPATIONS), len(CLUSTERS["clinic"][1]))))
    cumulative = (weights / weights.sum(1, keepdims=True)).cumsum(1)
    kind = random.random((count, words))
    topic = (random.random((count, words))[..., None] > cumulative[target][:, None, :]).sum(-1)
    own_side = random.random((count, words)) < settings["proxy_fidelity"]
    side = np.where(own_side, she[:, None], 1 - she[:, None])
    hobbies = np.asarray([HOBBIES[pronoun] for pronoun in PRONOUNS], object)
    hobby = random.integers(hobbies.shape[1], size=(count, words))
    plain = np.asarray(GENERAL, object)
    proxies = hobbies[side, hobby]
    if familiar < 1:
        unknown, plain = unfamiliar(GENERAL, hobbies.shape[1], seed)
        proxies = np.where(random.random((count, words)) < familiar, proxies, unknown[side, hobby])
    general = plain[random.choice(len(plain), size=(count, words), p=zipf_weights(len(plain), 0.5))]
    topics = np.asarray([CLUSTERS[name][1] for name in _CLUSTER_OF], object)
    words_of_topic = topics[target[:, None], np.minimum(topic, topics.shape[1] - 1)]
    proxy_share = (
        np.where(random.random((count, 1)) < kept, settings["proxy_share"], 0) if kept < 1 else settings["proxy_share"]
    )
    topical_share = settings["topical_share"]
    if topical is not None and topical.any():
        shifted = np.log(topical_share / (1 - topical_share)) + np.where(she == 1, 0.5, -0.5) * topical[target]
        topical_share = np.minimum(probability(shifted), 1 - settings["proxy_share"])[:, None]
    body = np.where(
        kind < topical_share,
        words_of_topic,
        np.where(kind < topical_share + proxy_share, proxies, general),
    )
    return [
        f"{PRONOUNS[said].capitalize()} writes about {' '.join(row)}."
        for said, row in zip(she, body.tolist(), strict=True)
    ]
