"""Batched masked-language-model scoring: log probabilities of tokens behind masks, and the most probable ones.

All upstream measures read a model through this module. Sentences come as a stream and are scored in windows: within one,
a sentence that occurs several times (a prior that many targets share) is run once, only sentences of one length share a
batch, so that no score depends on padding, and the vocabulary's logits are computed at the masks alone. Memory does not
grow with the number of sentences.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
import transformers

from biastransfer.language_model.at_masks import logits_at
from biastransfer.language_model.encoding import chunks

WINDOW = 65_536
BATCH_TOKENS = {"cpu": 1_024, "cuda": 32_768}
BATCH_HOLES = {"cpu": 256, "cuda": 2_048}
REPORT_SECONDS = 10


class Hole(NamedTuple):
    """A sentence as token ids, and the position in it that is read."""

    ids: tuple[int, ...]
    position: int


class Read(NamedTuple):
    """The token whose log probability is read at a hole."""

    hole: Hole
    token: int


def log_likelihoods(model: transformers.PreTrainedModel, quantities: Iterable[Sequence[Read]]) -> Iterator[float]:
    """Score quantities, each the sum of log P(token | sentence) over its reads, in their order; natural logarithms."""
    progress = _Progress()
    for window in chunks(quantities, WINDOW):
        tokens: dict[Hole, dict[int, float]] = {}
        for reads in window:
            for read in reads:
                tokens.setdefault(read.hole, {})[read.token] = np.nan
        for found, logits in _logits(model, list(tokens)):
            pairs = [(row, token) for row, hole in enumerate(found) for token in tokens[hole]]
            rows, wanted = torch.tensor(pairs, device=logits.device).T
            values = (logits[rows, wanted] - logits.logsumexp(-1)[rows]).tolist()
            for (row, token), value in zip(pairs, values, strict=True):
                tokens[found[row]][token] = value
        yield from (sum(tokens[read.hole][read.token] for read in reads) for reads in window)
        progress.add(len(window))


def most_probable(
    model: transformers.PreTrainedModel, holes: Iterable[Hole], count: int, never: Sequence[int]
) -> Iterator[tuple[list[int], list[float]]]:
    """The ``count`` most probable tokens of each hole, without those in ``never``, and their log probabilities."""
    progress = _Progress()
    for window in chunks(holes, WINDOW):
        best: dict[Hole, tuple[list[int], list[float]]] = {}
        for found, logits in _logits(model, list(dict.fromkeys(window))):
            logs = logits.log_softmax(-1)
            logs[:, list(never)] = -np.inf
            values, tokens = logs.topk(min(count, logs.shape[1] - len(set(never))), dim=-1)
            best.update(zip(found, zip(tokens.tolist(), values.tolist(), strict=True), strict=True))
        yield from (best[hole] for hole in window)
        progress.add(len(window))


@torch.no_grad()
def _logits(model: transformers.PreTrainedModel, holes: list[Hole]) -> Iterator[tuple[list[Hole], torch.Tensor]]:
    """Yield batches of holes and their logits, shape (holes, vocabulary), float32; every sentence is run once."""
    device = next(model.parameters()).device
    positions = _by_sentence(holes)
    for sentences in _batches(positions, BATCH_TOKENS[device.type], BATCH_HOLES[device.type]):
        found = [Hole(ids, position) for ids in sentences for position in positions[ids]]
        rows = torch.tensor([row for row, ids in enumerate(sentences) for _ in positions[ids]], device=device)
        places = torch.tensor([hole.position for hole in found], device=device)
        yield found, logits_at(model, torch.tensor(sentences, device=device), None, rows, places).float()


def _by_sentence(holes: list[Hole]) -> dict[tuple[int, ...], list[int]]:
    """The positions that are read in each sentence."""
    positions: dict[tuple[int, ...], list[int]] = {}
    for ids, position in holes:
        positions.setdefault(ids, []).append(position)
    return positions


def _batches(positions: dict[tuple[int, ...], list[int]], tokens: int, holes: int) -> Iterator[list[tuple[int, ...]]]:
    """Cut sentences into batches of one length, of at most so many tokens and so many holes."""
    batch: list[tuple[int, ...]] = []
    held = 0
    for ids in sorted(positions, key=len):
        more = len(positions[ids])
        full = (len(batch) + 1) * len(ids) > tokens or held + more > holes
        if batch and (full or len(ids) != len(batch[0])):
            yield batch
            batch, held = [], 0
        batch.append(ids)
        held += more
    if batch:
        yield batch


class _Progress:
    """Prints now and then how many were scored; nothing about work that is quickly done."""

    def __init__(self) -> None:
        self.count, self.began = 0, time.monotonic()
        self.reported = self.began

    def add(self, count: int) -> None:
        self.count += count
        now = time.monotonic()
        if now - self.reported >= REPORT_SECONDS:
            print(f"{self.count} scored, {self.count / (now - self.began):.0f} a second", flush=True)
            self.reported = now
