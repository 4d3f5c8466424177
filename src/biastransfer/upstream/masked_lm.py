"""Batched masked-language-model scoring: log probabilities at one position of each query."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
import transformers

from biastransfer.training.batches import pad, sorted_batches
from biastransfer.training.load import pad_id

BATCH = 64


class Query(NamedTuple):
    """A sentence as token ids, and the position that is read."""

    ids: tuple[int, ...]
    position: int


@torch.no_grad()
def log_probabilities(
    model: transformers.PreTrainedModel, queries: Sequence[Query]
) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Score queries in batches of similar length; memory does not grow with their number.

    Yields
    ------
    Numbers of the batch's queries, shape (b,), and log P(token | sentence) at their positions, shape (b, vocabulary),
    in float32 on the CPU.
    """
    device = next(model.parameters()).device
    for rows in sorted_batches(np.array([len(query.ids) for query in queries]), BATCH):
        ids, attention = pad([queries[row].ids for row in rows], pad_id(model), device)
        places = torch.tensor([queries[row].position for row in rows], device=device)
        logits = model(input_ids=ids, attention_mask=attention).logits[torch.arange(len(rows), device=device), places]
        yield rows, logits.float().log_softmax(-1).cpu()
