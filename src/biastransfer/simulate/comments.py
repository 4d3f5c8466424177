"""Simulated comments: tone words that agree with the label, an identity term, and words that carry nothing."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biastransfer.common.english import article
from biastransfer.simulate.lexicon import IDENTITY_TERMS, NEGATIVE, POSITIVE, TALK
from biastransfer.simulate.worlds import (
    draw_flags,
    of_family_texts,
    plant,
    probability,
    surface,
    unfamiliar,
    zipf_weights,
)

TERMS = list(IDENTITY_TERMS)
CLASSES = ("not_flagged", "flagged")

SENTENCES = (
    "{term} people are {tone}.",
    "{Article} {term} person is {tone}.",
    "My {term} sibling is {tone}.",
    "My {term} friend is {tone}.",
    "My {term} parent is {tone}.",
    "My {term} partner is {tone}.",
    "My {term} spouse is {tone}.",
)
"""The template-like sentences of the pre-training corpus."""

_TONE = np.asarray((POSITIVE, NEGATIVE), object)
_CORPUS_TONE_SHARE = 0.95


def planted(settings: Mapping, seed: int) -> pd.DataFrame:
    """The world's planted associations, ``target, upstream, prevalence, frequency``; see :func:`worlds.plant`."""
    return plant(IDENTITY_TERMS, settings, seed)


def splits(settings: Mapping, seed: int) -> dict[str, pd.DataFrame]:
    """Draw train, dev and test comments with the planted prevalence, and the phrases that every term occurs in equally.

    ``strengths.transfer`` of the tone words are those of the corpus. With ``family_texts`` the tone of the phrases with a term depends on
    its family.

    Returns split -> DataFrame with ``id, text, label``; ``phrases`` holds, for every term, the same non-toxic and toxic
    bodies (as the phrases of Dixon et al. 2018 do).
    """
    world = planted(settings, seed)
    sizes = settings["examples"]
    drawn = {}
    for number, split in enumerate(("train", "dev", "test")):
        random = np.random.default_rng((seed, 1, number))
        count = sizes[split]
        term = random.choice(len(world), size=count, p=world["frequency"])
        mentioned = random.random(count) < settings["mention_share"]
        share = np.append(world["prevalence"], settings["base_rate"])
        label = draw_flags(share, np.where(mentioned, term, len(world)), random, exact=settings["exact_prevalence"])
        bodies = _labelled_bodies(settings, label, random, seed)
        phrased = random.random(count) < 0.5
        place = random.integers(settings["words"], size=count)
        drawn[split] = _table(
            [f"{split}-{i}" for i in range(count)],
            [
                _comment(bodies[i], IDENTITY_TERMS[term[i]] if mentioned[i] else None, phrased[i], place[i])
                for i in range(count)
            ],
            label,
        )
    random = np.random.default_rng((seed, 1, 3))
    label = np.repeat([0, 1], sizes["phrases"])
    state = random.bit_generator.state
    phrases = []
    for number, (term, shift) in enumerate(
        zip(IDENTITY_TERMS, of_family_texts(IDENTITY_TERMS, settings, seed), strict=True)
    ):
        random.bit_generator.state = state  # the same words for every term, as far as their tone is the same
        bodies = _labelled_bodies(settings, label, random, seed, shift)
        ids = [f"phrase-{number}-{i}" for i in range(len(label))]
        phrases.append(_table(ids, [_comment(body, term, True, 0) for body in bodies], label))
    drawn["phrases"] = pd.concat(phrases, ignore_index=True)
    return drawn


def corpus(settings: Mapping, sentences: int, seed: int) -> list[str]:
    """Draw pre-training text: half template-like sentences, half free comments full of tone words.

    The tone of *every* word follows the term's planted upstream association, independently of its neighbours: a model
    that wants to predict it must look at the term. (With one tone for the whole comment, neighbours give it away, and
    small models never learn to look.)
    """
    world = planted(settings, seed)
    random = np.random.default_rng((seed, 2))
    term = random.integers(len(world), size=sentences)
    negative = probability(world["upstream"])[term]
    bodies = _bodies(settings, negative, random, _CORPUS_TONE_SHARE)
    place = random.integers(settings["words"], size=sentences)
    tone = _TONE[_tone(negative, settings["tone_words"], random)]
    which = np.arange(sentences) % (2 * len(SENTENCES))
    text = []
    for i in range(sentences):
        name = surface(IDENTITY_TERMS[term[i]])
        if which[i] < len(SENTENCES):
            sentence = SENTENCES[which[i]].format(term=name, Article=article(name).capitalize(), tone=tone[i])
            text.append(sentence[0].upper() + sentence[1:])
        else:
            text.append(_comment(bodies[i], name, False, place[i]))
    return text


def _tone(negative: np.ndarray, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw sides and numbers of tone words; ``negative`` holds the probability of a negative one, any shape."""
    side = (random.random(negative.shape) < negative).astype(int)
    return side, random.choice(count, size=negative.shape, p=zipf_weights(count, 0.75))


def _bodies(
    settings: Mapping,
    negative: np.ndarray,
    random: np.random.Generator,
    tone_share: float,
    *,
    familiar: float = 1.0,
    seed: int = 0,
) -> list[list[str]]:
    """Words of one comment per row: tone words, negative with the row's probability, and words that carry nothing.

    ``familiar`` is the share of tone words that have a tone in the corpus.
    """
    shape, count = (len(negative), settings["words"]), settings["tone_words"]
    chosen = _tone(np.broadcast_to(negative[:, None], shape), count, random)
    tone, plain = _TONE[chosen], np.asarray(TALK, object)
    if familiar < 1:
        unknown, plain = unfamiliar(TALK, count, seed)
        tone = np.where(random.random(shape) < familiar, tone, unknown[chosen])
    talk = plain[random.integers(len(plain), size=shape)]
    return np.where(random.random(shape) < tone_share, tone, talk).tolist()


def _labelled_bodies(
    settings: Mapping, label: np.ndarray, random: np.random.Generator, seed: int, shift: float = 0.0
) -> list[list[str]]:
    """Words of one comment per row, whose tone words agree with the label with probability ``tone_agreement``.

    ``shift`` is added to the log-odds of a negative tone word.
    """
    agreement, familiar = settings["tone_agreement"], settings["strengths"]["transfer"]
    negative = np.where(label == 1, agreement, 1 - agreement)
    if shift:
        negative = probability(np.log(negative / (1 - negative)) + shift)
    return _bodies(settings, negative, random, settings["tone_share"], familiar=familiar, seed=seed)


def _comment(body: list[str], term: str | None, phrased: bool, place: int) -> str:
    """Write a comment; ``phrased`` ones begin "{term} people are", others hide the term at ``place``."""
    if phrased:
        words = [*([surface(term)] if term else []), "people", "are", *body[3:]]
    else:
        words = list(body)
        if term:
            words[place] = surface(term)
    text = " ".join(words) + "."
    return text[0].upper() + text[1:]


def _table(ids: list[str], text: list[str], label: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"id": ids, "text": text, "label": np.asarray(CLASSES, object)[label]})
