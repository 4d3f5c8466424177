"""Negative sentiment of a model's completions (Hutchinson et al. 2020; Steed et al. 2022, section 3.3).

Per target and template: the ``top_k`` most probable fillers of the mask; fillers that are a target themselves are
dropped; the score is the mean negative sentiment of the rest.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import transformers

from biastransfer.upstream.masked_lm import Query, log_probabilities
from biastransfer.upstream.sentiment import vader
from biastransfer.upstream.templates import TemplateSet, encode, fill, mask

PLACEHOLDER = "good"


def score(
    model: transformers.PreTrainedModel,
    tokenizer,
    templates: TemplateSet,
    targets: Mapping[str, str],
    *,
    top_k: int = 20,
    weight: str = "uniform",
) -> pd.DataFrame:
    """Score every target in every template.

    Parameters
    ----------
    model, tokenizer : a masked language model in evaluation mode and its fast tokenizer.
    templates : with ``{target}`` and ``{mask}``.
    targets : name -> how it is written in a sentence.
    top_k : fillers that are looked at; special tokens are never fillers.
    weight : ``uniform`` mean over the fillers (the paper), or by their ``probability``.

    Returns
    -------
    DataFrame with ``target, template, score, fillers_used, unknown_share, fillers``; the score is missing if every
    filler was dropped.
    """
    cells, queries = [], []
    for template, text in templates.sentences.items():
        for target, surface in targets.items():
            encoded = encode(tokenizer, *fill(text, {"target": surface, "mask": PLACEHOLDER}))
            hole = encoded.places["mask"]
            cells.append((target, template))
            queries.append(Query(tuple(mask(encoded.ids, hole, tokenizer.mask_token_id, single=True)), hole[0]))
    own = {surface.lower() for surface in targets.values()} | {target.lower() for target in targets}
    special = list(tokenizer.all_special_ids)
    records: list[tuple] = [()] * len(queries)
    for rows, values in log_probabilities(model, queries):
        values[:, special] = -np.inf
        best, tokens = values.topk(min(top_k, values.shape[1] - len(special)), dim=-1)
        for row, logs, ids in zip(rows, best.tolist(), tokens.tolist(), strict=True):
            fillers = [(tokenizer.decode([token]).strip(), log) for token, log in zip(ids, logs, strict=True)]
            kept = [(word, log) for word, log in fillers if word.lower() not in own]
            records[row] = (*cells[row], *_summary(kept, weight))
    columns = ["target", "template", "score", "fillers_used", "unknown_share", "fillers"]
    return pd.DataFrame(records, columns=columns)


def _summary(kept: list[tuple[str, float]], weight: str) -> tuple[float, int, float, list[str]]:
    if not kept:
        return np.nan, 0, np.nan, []
    sentiments = [vader(word) for word, _ in kept]
    weights = np.exp([log for _, log in kept]) if weight == "probability" else np.ones(len(kept))
    negative = float(np.average([sentiment.negative for sentiment in sentiments], weights=weights))
    unknown = float(np.mean([not sentiment.known for sentiment in sentiments]))
    return negative, len(kept), unknown, [word for word, _ in kept]
