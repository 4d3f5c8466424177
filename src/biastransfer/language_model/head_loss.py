"""Does a language-model head predict anything? Its loss at masked tokens of the sentences that a measure asks it about."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import transformers

from biastransfer.checkpoints.load import has_own_head, load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.language_model.masked_lm import Hole, Read, log_likelihoods

SENTENCES, LONGEST = 48, 64
SMALL = 0.25
"""A gain in nats that random heads may reach: those of a small BERT and of MiniLM stay below .11 on this project's templates."""


class HeadLoss(NamedTuple):
    """The mean negative log-likelihood of masked tokens, in nats; that of tokens from other places of the sentences; and the
    standard error of the difference."""

    loss: float
    chance: float
    error: float

    @property
    def predicts(self) -> bool:
        """Whether the head tells masked tokens from others, by two standard errors and more than :data:`SMALL`."""
        return self.chance - self.loss > max(2 * self.error, SMALL)


def head_loss(
    model: transformers.PreTrainedModel, tokenizer, sentences: Mapping[str, Sequence[Sequence[int]]]
) -> HeadLoss:
    """Mask single tokens of some sentences and see how well a model's head predicts them.

    At every mask the sentence's own token is compared with the mean over all tokens that the sentences have, so a head that
    merely knows common tokens gains nothing.

    Parameters
    ----------
    sentences : token ids per template. At most :data:`SENTENCES` are read, at even distances, and of each the first
        :data:`LONGEST` tokens. The standard error is that of a mean over templates, or over sentences where one template has all.
    """
    every = [(name, tuple(ids[:LONGEST])) for name, group in sentences.items() for ids in group]
    special = set(tokenizer.all_special_ids)
    places = [
        (name, ids, place)
        for name, ids in every[:: -(-len(every) // SENTENCES) or 1]
        for place, token in enumerate(ids)
        if token not in special
    ]
    if len(places) < 2:
        return HeadLoss(math.nan, math.nan, math.nan)
    shares = {token: count / len(places) for token, count in Counter(ids[place] for _, ids, place in places).items()}
    holes = [Hole((*ids[:place], tokenizer.mask_token_id, *ids[place + 1 :]), place) for _, ids, place in places]
    likelihoods = log_likelihoods(model, ([Read(hole, token)] for hole in holes for token in shares))
    values = np.fromiter(likelihoods, float).reshape(len(holes), len(shares))
    columns = list(shares)
    own = values[np.arange(len(holes)), [columns.index(ids[place]) for _, ids, place in places]]
    others = values @ np.array(list(shares.values()))
    return HeadLoss(-float(own.mean()), -float(others.mean()), _error(own - others, places))


def _error(gains: np.ndarray, places: Sequence[tuple[str, tuple[int, ...], int]]) -> float:
    """The standard error of the mean gain, by templates or else by sentences."""
    names = [name for name, _, _ in places]
    keys = names if len(set(names)) > 1 else [str(ids) for _, ids, _ in places]
    groups: dict[str, list[float]] = {}
    for key, gain in zip(keys, gains, strict=True):
        groups.setdefault(key, []).append(gain)
    means = [float(np.mean(group)) for group in groups.values()]
    return float(np.std(means, ddof=1) / math.sqrt(len(means))) if len(means) > 1 else math.nan


def checked_head_loss(
    folder: str | Path, measure: str, sentences: Mapping[str, Sequence[Sequence[int]]], device: torch.device
) -> tuple[HeadLoss, list[str]]:
    """The loss of a base model's head, and a sentence of doubt if it predicts nothing.

    Raises
    ------
    Problem : the head did not come with the checkpoint, and the measure reads it.
    """
    if not has_own_head(folder):
        raise Problem(
            f"base: the model has no masked-language-model head, which {measure} reads; what needs none is "
            "group_association (for label_by_group tasks) and term_association (for flag_by_mention)."
        )
    found = head_loss(load_masked_lm(folder, device, "base"), load_tokenizer(folder), sentences)
    doubt = (
        f"base: the language-model head tells masked tokens of {measure}'s sentences no better than tokens from elsewhere (loss "
        f"{found.loss:.2f} and {found.chance:.2f} nats); its weights may be random, or its corpus had no such sentences."
    )
    return found, [] if found.predicts else [doubt]
