"""Identity ranking bias (Steed et al. 2022, appendix C.2): is a term likelier in toxic phrases than in others?

For a term i and an attribute a, with x_a the phrase whose term is masked and x_mask the one whose attribute is masked
too, s(i, a) = log P(i | x_a) − log P(i | x_mask), both read at the term's masks and summed over them. The score is the
mean of s over the attributes of the first side (toxic) minus that over those of the second.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import numpy as np
import pandas as pd
import transformers

from biastransfer.language_model.encoding import Encoded, Filled, encode
from biastransfer.language_model.masked_lm import Hole, Read, log_likelihoods
from biastransfer.upstream.templates import TemplateSet

COLUMNS = ("target", "template", "score", "first", "first_prior", "second", "second_prior")


def score(
    model: transformers.PreTrainedModel,
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    prior_masks: Literal["token", "word"],
) -> pd.DataFrame:
    """Score every target in every template.

    Parameters
    ----------
    model, tokenizer : a masked language model in evaluation mode and its fast tokenizer.
    templates : with ``{target}`` and ``{attribute}``, and two sides of attributes.
    targets : name -> how it is written in a sentence.
    prior_masks : masks in place of the attribute in x_mask: one per ``token`` or one per ``word``.

    Returns
    -------
    DataFrame with ``target, template, score, first, first_prior, second, second_prior``: means of the log probabilities
    over the attributes of each side; score = (first − first_prior) − (second − second_prior).

    Raises
    ------
    Problem : a target or an attribute has no tokens.
    """
    values = log_likelihoods(model, queries(tokenizer, templates, targets, prior_masks=prior_masks))
    records = []
    for template in templates.templates:
        for target in targets:
            parts = []
            for side in templates.attributes.values():
                parts += np.array([(next(values), next(values)) for _ in side]).mean(axis=0).tolist()
            records.append((target, template.name, (parts[0] - parts[1]) - (parts[2] - parts[3]), *parts))
    return pd.DataFrame(records, columns=list(COLUMNS))


def queries(
    tokenizer, templates: TemplateSet, targets: Mapping[str, str], *, prior_masks: Literal["token", "word"]
) -> Iterator[list[Read]]:
    """What a model is asked, per template, target and attribute: first with the attribute present, then with it masked.

    Parameters and errors as in :func:`score`.
    """
    filled = (
        Filled(*template.fill({"target": surface, "attribute": attribute}), template.place)
        for template in templates.templates
        for surface in targets.values()
        for side in templates.attributes.values()
        for attribute in side
    )
    yield from reads(tokenizer, filled, prior_masks=prior_masks)


def reads(tokenizer, filled: Iterable[Filled], *, prior_masks: Literal["token", "word"]) -> Iterator[list[Read]]:
    """What is read for phrases with a ``target`` and an ``attribute``: the term given the attribute, then without it."""
    mask_id = tokenizer.mask_token_id
    for encoded in encode(tokenizer, filled):
        yield _term(encoded, encoded, mask_id)
        yield _term(encoded.hide("attribute", mask_id, prior_masks), encoded, mask_id)


def _term(sentence: Encoded, encoded: Encoded, mask_id: int) -> list[Read]:
    """The term's tokens, each read at its own mask."""
    masked = sentence.hide("target", mask_id)
    tokens = [encoded.ids[place] for place in encoded.places["target"]]
    return [Read(Hole(masked.ids, place), token) for place, token in zip(masked.places["target"], tokens, strict=True)]
