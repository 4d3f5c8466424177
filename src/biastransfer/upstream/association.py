"""Association of targets with two sides of words in a model's sentence embeddings: a measure that reads no language-model head.

The word-embedding factual association test (WEFAT, Caliskan et al. 2017, per target) on sentence encodings (SEAT, May et al.
2019). For a target t in a template, with e(·) the embedding of a sentence, A and B those of the template's attribute sentence
with the words of the first and the second side::

    s(t) = mean over a in A of cos(e(t), a) − mean over b in B of cos(e(t), b)

divided, for WEFAT's effect size, by the standard deviation over A ∪ B of cos(e(t), ·).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import transformers

from biastransfer.common.problems import Problem
from biastransfer.language_model.encoding import Encoded, Filled, encode
from biastransfer.language_model.hidden_states import sentence_embeddings
from biastransfer.upstream.templates import TemplateSet, sides

COLUMNS = ("target", "template", "score", "first", "second")


def score(
    model: transformers.PreTrainedModel,
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    compare: Sequence[str] = (),
    pooling: Literal["mean", "first"],
    standardise: bool,
) -> pd.DataFrame:
    """Score every target in every template.

    Parameters
    ----------
    model, tokenizer : a model in evaluation mode, of which the encoder alone is used, and its fast tokenizer.
    templates : with ``{target}``, an attribute sentence with ``{attribute}``, and a list of words for every side.
    targets : name -> how it is written in a sentence.
    compare : the two sides that are compared, by name; the only two there are if none are given.
    pooling : a sentence's embedding is the ``mean`` of the last hidden states of all its tokens, or the ``first`` token's.
    standardise : divide by the standard deviation (n − 1) over the words of both sides, as in WEFAT.

    Returns
    -------
    DataFrame with ``target, template, score, first, second``: the score, and the mean cosine with either side. A score is
    missing where all cosines are the same.

    Raises
    ------
    Problem : a target or a word has no tokens, or an unknown one; ``standardise``, and a side has a single word.
    """
    asked = list(_encoded(tokenizer, templates, targets, compare, standardise))
    vectors = iter(sentence_embeddings(model, [sentence.ids for sentence in asked], pooling=pooling))
    sizes = [len(words) for words in sides(templates, compare)]
    records = []
    for template in templates.templates:
        first, second = (np.stack([next(vectors) for _ in range(size)]) for size in sizes)
        for target in targets:
            vector = next(vectors)
            cosines = [_cosines(vector, side) for side in (first, second)]
            means = [float(side.mean()) for side in cosines]
            spread = float(np.concatenate(cosines).std(ddof=1)) if standardise else 1.0
            difference = (means[0] - means[1]) / spread if spread > 0 else np.nan
            records.append((target, template.name, difference, *means))
    return pd.DataFrame(records, columns=list(COLUMNS))


def queries(
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    compare: Sequence[str] = (),
    standardise: bool,
    **_switches: object,
) -> Iterator[tuple[int, ...]]:
    """Every sentence that is embedded, as token ids; parameters and errors as in :func:`score`. No other switch changes it."""
    yield from (sentence.ids for sentence in _encoded(tokenizer, templates, targets, compare, standardise))


def _encoded(
    tokenizer, templates: TemplateSet, targets: Mapping[str, str], compare: Sequence[str], standardise: bool
) -> Iterator[Encoded]:
    """Per template, the attribute sentences of the first side, of the second, and those of the targets."""
    both = sides(templates, compare)
    if standardise and min(map(len, both)) < 2:
        raise Problem(
            f"{templates.templates[0].place.rpartition(':')[0]}: attributes: a side has a single word; standardise: true needs two or "
            "more on either."
        )
    words = [word for side in both for word in side]
    for template in templates.templates:
        filled = [Filled(*template.fill_attribute(word), template.place) for word in words]
        filled += [Filled(*template.fill({"target": surface}), template.place) for surface in targets.values()]
        yield from encode(tokenizer, filled)


def _cosines(vector: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Cosines of a vector with the rows of a matrix."""
    return others @ vector / (np.linalg.norm(others, axis=1) * np.linalg.norm(vector))
