"""Does a language-model head predict anything? Its loss at masked tokens of a study's own texts."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import transformers

from biastransfer.checkpoints.load import has_own_head, load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.language_model.masked_lm import Hole, Read, log_likelihoods

TEXTS, LONGEST, HOLES = 48, 64, 3


class HeadLoss(NamedTuple):
    """The mean negative log-likelihood of masked tokens, in nats; that of tokens from other places of the texts; and the standard error of
    the difference."""

    loss: float
    chance: float
    error: float

    @property
    def predicts(self) -> bool:
        """Whether the head tells masked tokens from others, by two standard errors."""
        return self.chance - self.loss > 2 * self.error


def head_loss(model: transformers.PreTrainedModel, tokenizer, texts: Sequence[str]) -> HeadLoss:
    """Mask single tokens of some texts and see how well a model's head predicts them.

    Parameters
    ----------
    texts : at most :data:`TEXTS` of them are read, at even distances, and of each at most :data:`HOLES` of the first
        :data:`LONGEST` tokens.
    """
    some = list(texts[:: -(-len(texts) // TEXTS) or 1])
    longest = min(LONGEST, tokenizer.model_max_length)
    encoded = tokenizer(some, truncation=True, max_length=longest, split_special_tokens=True)["input_ids"]
    special = set(tokenizer.all_special_ids)
    reads = []
    for ids in encoded:
        places = [place for place, token in enumerate(ids) if token not in special]
        for place in np.array(places, int)[np.linspace(0, len(places) - 1, HOLES, dtype=int)] if places else ():
            masked = (*ids[:place], tokenizer.mask_token_id, *ids[place + 1 :])
            reads.append([Read(Hole(masked, int(place)), ids[place])])
    others = [Read(read.hole, reads[place - 1][0].token) for place, (read,) in enumerate(reads)]
    if len(reads) < 2:
        return HeadLoss(math.nan, math.nan, math.nan)
    values = np.array(list(log_likelihoods(model, [*reads, *([other] for other in others)]))).reshape(2, -1)
    gain = values[0] - values[1]
    return HeadLoss(-float(values[0].mean()), -float(values[1].mean()), float(gain.std(ddof=1) / math.sqrt(len(gain))))


def checked_head_loss(
    folder: str | Path, measure: str, texts: Sequence[str], device: torch.device
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
    found = head_loss(load_masked_lm(folder, device, "base"), load_tokenizer(folder), list(texts))
    doubt = (
        f"base: the language-model head tells masked tokens of the texts no better than tokens from elsewhere (loss {found.loss:.2f} and "
        f"{found.chance:.2f} nats); its weights may be random, or its corpus had no such texts ({measure})."
    )
    return found, [] if found.predicts else [doubt]
