"""Pronoun ranking bias (Kurita et al. 2019; Steed et al. 2022, Eq. 2).

For a target y and a template, with x_y the sentence whose pronoun is masked and x_mask the one whose target is masked
too::

    PRB = [log P(she | x_y) − log P(she | x_mask)] − [log P(he | x_y) − log P(he | x_mask)]

All four probabilities are read at the pronoun's mask. Any two words can take the places of she and he.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import transformers

from biastransfer.common.problems import Problem
from biastransfer.language_model.encoding import Encoded, Filled, encode
from biastransfer.language_model.masked_lm import Hole, Read, log_likelihoods
from biastransfer.upstream.templates import TemplateSet, others

Probability = Literal["token", "pseudo_log_likelihood", "within_word_pseudo_log_likelihood"]
COLUMNS = ("target", "template", "score", "first", "first_prior", "second", "second_prior", "neutral", "neutral_prior")


def score(
    model: transformers.PreTrainedModel,
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    compare: Sequence[str],
    prior_masks: Literal["token", "word"],
    probability: Probability,
) -> pd.DataFrame:
    """Score every target in every template.

    Parameters
    ----------
    model, tokenizer : a masked language model in evaluation mode and its fast tokenizer.
    templates : with ``{pronoun}`` and ``{target}``, and a pronoun per group (``read_templates`` checks both).
    targets : name -> how it is written in a sentence.
    compare : the two groups, or a group and ``rest``, the mean of the log probabilities of all others that have a pronoun;
        positive scores lean to the first.
    prior_masks : masks in place of the target in x_mask: one per ``token`` or one per ``word``.
    probability : of the pronoun's ``token``, or the ``pseudo_log_likelihood`` of the sentence (Salazar et al. 2020): the
        sum over its tokens of log P(token | all the others), the target's tokens left out where it is masked. With
        ``within_word_pseudo_log_likelihood``, later tokens of the same word are masked too: otherwise they give a rare word of
        several tokens away (Kauf & Ivanova 2023).

    Returns
    -------
    DataFrame with ``target, template, score, first, first_prior, second, second_prior`` and ``neutral, neutral_prior``,
    the same two of the neutral word (missing where the templates name none); natural logarithms.

    Raises
    ------
    Problem : a pronoun is not one token of the vocabulary (``token`` only), or a target has no tokens.
    """
    asked = queries(tokenizer, templates, targets, compare=compare, prior_masks=prior_masks, probability=probability)
    values = log_likelihoods(model, asked)
    second = len(others(templates.pronouns, compare, templates.neutral))
    records = []
    for template in templates.templates:
        for target in targets:
            parts = [next(values), next(values)]
            parts += np.array([(next(values), next(values)) for _ in range(second)]).mean(axis=0).tolist()
            parts += [float("nan")] * 2 if templates.neutral is None else [next(values), next(values)]
            records.append((target, template.name, (parts[0] - parts[1]) - (parts[2] - parts[3]), *parts))
    return pd.DataFrame(records, columns=list(COLUMNS))


def queries(
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    compare: Sequence[str],
    prior_masks: Literal["token", "word"],
    probability: Probability,
) -> Iterator[list[Read]]:
    """What a model is asked, per template, target and group: first with the target present, then with it masked.

    Parameters and errors as in :func:`score`.
    """
    filled = (
        Filled(
            *template.fill({"pronoun": templates.pronouns[group], "target": surface}, plural=group in templates.plural),
            template.place,
        )
        for template in templates.templates
        for surface in targets.values()
        for group in _groups(templates, compare)
    )
    mask_id = tokenizer.mask_token_id
    for encoded in encode(tokenizer, filled):
        prior = encoded.hide("target", mask_id, prior_masks)
        if probability != "token":
            within_word = probability == "within_word_pseudo_log_likelihood"
            rest = sorted(set(prior.ordinary) - set(prior.places["target"]))
            yield _each_token(encoded, encoded.ordinary, mask_id, within_word)
            yield _each_token(prior, rest, mask_id, within_word)
            continue
        places = encoded.places["pronoun"]
        if len(places) != 1:
            raise Problem(
                f"{encoded.filled.origin}: pronouns: {encoded.filled.word('pronoun')!r} is {len(places)} tokens for this "
                "tokenizer; it must be one, or be scored with `probability: pseudo_log_likelihood`."
            )
        token = encoded.ids[places[0]]
        for sentence in (encoded, prior):
            masked = sentence.hide("pronoun", mask_id)
            yield [Read(Hole(masked.ids, masked.places["pronoun"][0]), token)]


def _groups(templates: TemplateSet, compare: Sequence[str]) -> list[str]:
    compared = [compare[0], *others(templates.pronouns, compare, templates.neutral)]
    return [*compared, *([] if templates.neutral is None else [templates.neutral])]


def _each_token(encoded: Encoded, positions: Sequence[int], mask_id: int, within_word: bool) -> list[Read]:
    """Each token in its turn masked and read, with ``within_word`` also later tokens of its word masked."""
    reads = []
    for position in positions:
        ids = list(encoded.ids)
        for place in range(position, len(ids)):
            if place == position or (within_word and encoded.words[place] == encoded.words[position]):
                ids[place] = mask_id
        reads.append(Read(Hole(tuple(ids), position), encoded.ids[position]))
    return reads
