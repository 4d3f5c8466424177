"""Pronoun ranking bias (Kurita et al. 2019; Steed et al. 2022, Eq. 2).

For a target y and a template, with x_y the sentence whose pronoun is masked and x_mask the one whose target is masked
too::

    PRB = [log P(she | x_y) − log P(she | x_mask)] − [log P(he | x_y) − log P(he | x_mask)]

All four probabilities are read at the pronoun's mask.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import transformers

from biastransfer.problems import Problem
from biastransfer.upstream.masked_lm import Query, log_probabilities
from biastransfer.upstream.templates import Encoded, TemplateSet, encode, fill, mask


def score(
    model: transformers.PreTrainedModel,
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    compare: Sequence[str],
    prior_masks: str = "token",
) -> pd.DataFrame:
    """Score every target in every template.

    Parameters
    ----------
    model, tokenizer : a masked language model in evaluation mode and its fast tokenizer.
    templates : with ``{pronoun}`` and ``{target}``, and a pronoun per group (``read_templates`` checks both).
    targets : name -> how it is written in a sentence.
    compare : the two groups; positive scores lean to the first.
    prior_masks : masks in place of the target in x_mask: one per ``token`` (default) or one per ``word``.

    Returns
    -------
    DataFrame with ``target, template, score, first, first_prior, second, second_prior``; natural logarithms.

    Raises
    ------
    Problem : a pronoun is not one token of the vocabulary.
    """
    pronouns = [templates.pronouns[group] for group in compare]
    queries: dict[Query, int] = {}
    cells = []
    for template, text in templates.sentences.items():
        for target, surface in targets.items():
            filled = [encode(tokenizer, *fill(text, {"pronoun": word, "target": surface})) for word in pronouns]
            candidates = [_pronoun_token(word, found, tokenizer) for word, found in zip(pronouns, filled, strict=True)]
            pronoun = filled[0].places["pronoun"][0]
            masked = mask(filled[0].ids, [pronoun], tokenizer.mask_token_id)
            prior, position = _prior(masked, pronoun, filled[0], tokenizer.mask_token_id, prior_masks)
            pair = (Query(tuple(masked), pronoun), Query(tuple(prior), position))
            cells.append((target, template, candidates, [queries.setdefault(query, len(queries)) for query in pair]))
    wanted: dict[int, set[int]] = {}
    for _, _, candidates, numbers in cells:
        for number in numbers:
            wanted.setdefault(number, set()).update(candidates)
    found: dict[tuple[int, int], float] = {}
    for rows, values in log_probabilities(model, list(queries)):
        for row, logs in zip(rows, values, strict=True):
            found.update({(int(row), token): float(logs[token]) for token in wanted[int(row)]})
    records = []
    for target, template, (first, second), (sentence, prior) in cells:
        parts = [found[sentence, first], found[prior, first], found[sentence, second], found[prior, second]]
        records.append((target, template, (parts[0] - parts[1]) - (parts[2] - parts[3]), *parts))
    columns = ["target", "template", "score", "first", "first_prior", "second", "second_prior"]
    return pd.DataFrame(records, columns=columns)


def _pronoun_token(word: str, encoded: Encoded, tokenizer) -> int:
    """The token that stands where the pronoun was filled in, as the sentence spells it (initial, or after a space)."""
    places = encoded.places["pronoun"]
    if len(places) != 1 or encoded.ids[places[0]] == tokenizer.unk_token_id:
        found = f"{len(places)} tokens" if len(places) != 1 else "an unknown token"
        raise Problem(f"pronouns: {word!r} is {found} for this tokenizer; it must be one token of its vocabulary.")
    return encoded.ids[places[0]]


def _prior(masked: list[int], pronoun: int, encoded: Encoded, mask_id: int, prior_masks: str) -> tuple[list[int], int]:
    """The sentence with the target masked too, and where its pronoun stands."""
    places = encoded.places["target"]
    if prior_masks == "token":
        return mask(masked, places, mask_id), pronoun
    words: dict[int | None, list[int]] = {}
    for place in places:
        words.setdefault(encoded.words[place], []).append(place)
    prior, position = masked, pronoun
    for word in reversed(words.values()):
        prior = mask(prior, word, mask_id, single=True)
        position -= (len(word) - 1) * (word[0] < pronoun)
    return prior, position
