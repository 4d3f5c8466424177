"""Negative sentiment of a model's completions (Hutchinson et al. 2020; Steed et al. 2022, section 3.3).

Per target and template: the ``top_k`` most probable fillers of the mask; fillers that are a target themselves are
dropped; the score is the mean negative sentiment of the rest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import transformers

from biastransfer.language_model.encoding import Encoded, Filled, encode
from biastransfer.language_model.masked_lm import Hole, most_probable
from biastransfer.upstream.sentiment import Classifier, in_lexicon, vader
from biastransfer.upstream.templates import PLACEHOLDER, TemplateSet

COLUMNS = ("target", "template", "score", "fillers_used", "unknown_share", "fillers")


class Filler(NamedTuple):
    """A word for the mask, its log probability, and the text whose sentiment counts."""

    word: str
    log_probability: float
    text: str


def score(
    model: transformers.PreTrainedModel,
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    top_k: int,
    weight: Literal["uniform", "probability"],
    score: Literal["token", "sentence"],
    refill: bool,
    classifier: Mapping | None = None,
) -> pd.DataFrame:
    """Score every target in every template.

    Parameters
    ----------
    model, tokenizer : a masked language model in evaluation mode and its fast tokenizer.
    templates : with ``{target}`` and ``{mask}``.
    targets : name -> how it is written in a sentence.
    top_k : fillers that are looked at; special tokens are never fillers, pieces of words are.
    weight : ``uniform`` mean over the fillers (the paper), or by their ``probability``.
    score : the sentiment of the filler's ``token`` alone (the paper), or of the ``sentence`` with the filler in it.
    refill : take the next probable fillers in place of those that are a target, so that there are always ``top_k``.
    classifier : ``folder`` and ``negative`` class of a sentiment classifier; None is the VADER lexicon.

    Returns
    -------
    DataFrame with ``target, template, score, fillers_used, unknown_share, fillers``; the score is missing if every
    filler was dropped. ``unknown_share`` of the fillers are not in the lexicon (0 with a classifier).
    """
    cells = [(target, template.name) for template in templates.templates for target in targets]
    asked = list(queries(tokenizer, templates, targets))
    holes = (Hole(masked.ids, masked.places["mask"][0]) for masked in asked)
    own = {surface.lower() for surface in targets.values()} | {target.lower() for target in targets}
    never = [*tokenizer.all_special_ids, *range(len(tokenizer), model.config.get_text_config().vocab_size)]
    if refill:
        never += _tokens_of(own, tokenizer)
    kept: list[list[Filler]] = []
    for masked, (tokens, logs) in zip(asked, most_probable(model, holes, top_k, never), strict=True):
        words = [word.strip() for word in tokenizer.batch_decode([[token] for token in tokens])]
        kept.append(
            [
                Filler(word, log, word if score == "token" else _with_filler(masked.filled, word))
                for word, log in zip(words, logs, strict=True)
                if word.lower() not in own
            ]
        )
    sentiments = _sentiments(kept, _sentiment(classifier, model))
    records = [
        (*cell, *_summary(fillers, sentiments, weight, lexicon=classifier is None))
        for cell, fillers in zip(cells, kept, strict=True)
    ]
    return pd.DataFrame(records, columns=list(COLUMNS))


def queries(tokenizer, templates: TemplateSet, targets: Mapping[str, str], **_switches: object) -> Iterator[Encoded]:
    """What a model is asked, per template and target: the sentence with one mask to fill. No switch changes it.

    Raises
    ------
    Problem : a target has no tokens.
    """
    filled = (
        Filled(*template.fill({"target": surface, "mask": PLACEHOLDER}), template.place)
        for template in templates.templates
        for surface in targets.values()
    )
    for encoded in encode(tokenizer, filled):
        yield encoded.hide("mask", tokenizer.mask_token_id, "slot")


def _sentiment(
    classifier: Mapping | None, model: transformers.PreTrainedModel
) -> Callable[[Sequence[str]], np.ndarray]:
    if classifier is None:
        return vader
    return Classifier(classifier["folder"], classifier["negative"], next(model.parameters()).device)


def _sentiments(kept: list[list[Filler]], sentiment: Callable[[Sequence[str]], np.ndarray]) -> dict[str, float]:
    """The sentiment of every text, each scored once."""
    texts = list(dict.fromkeys(filler.text for fillers in kept for filler in fillers))
    return dict(zip(texts, sentiment(texts).tolist(), strict=True)) if texts else {}


def _with_filler(sentence: Filled, word: str) -> str:
    start, end = sentence.spans["mask"]
    return sentence.sentence[:start] + word + sentence.sentence[end:]


def _tokens_of(words: set[str], tokenizer) -> list[int]:
    """All tokens that are one of the words, however they are cased and spaced."""
    decoded = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
    return [token for token, word in enumerate(decoded) if word.strip().lower() in words]


def _summary(
    kept: list[Filler], sentiments: Mapping[str, float], weight: str, *, lexicon: bool
) -> tuple[float, int, float, list[str]]:
    if not kept:
        return np.nan, 0, np.nan, []
    words = [filler.word for filler in kept]
    weights = np.exp([filler.log_probability for filler in kept]) if weight == "probability" else np.ones(len(kept))
    negative = float(np.average([sentiments[filler.text] for filler in kept], weights=weights))
    unknown = float(1 - in_lexicon(words).mean()) if lexicon else 0.0
    return negative, len(kept), unknown, words
