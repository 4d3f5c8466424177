"""Sentences and their gender-swapped counterparts, and how a model represents them."""

from collections.abc import Sequence

import numpy as np
import torch

from biastransfer.problems import Problem
from biastransfer.tasks.word_pairs import WordPairs
from biastransfer.training.batches import pad, sorted_batches
from biastransfer.training.load import pad_id


def sentence_pairs(
    texts: Sequence[str], pairs: Sequence[Sequence[str]], *, limit: int, seed: int
) -> tuple[list[str], list[str]]:
    """Find sentences whose words of definitional pairs are all on one side, and swap them.

    Parameters
    ----------
    texts : sentences.
    pairs : (first, second) words, such as (she, he); matched as whole words in any case.
    limit : sentences that are kept, a random choice if there are more.

    Returns
    -------
    The distinct sentences in their first-side and in their second-side version. A sentence with words of both sides is left
    out: it has no counterpart on either side.

    Raises
    ------
    Problem : no sentence has words of one side only.
    """
    words = WordPairs(pairs)
    found = [(text, sides.pop()) for text in dict.fromkeys(texts) if len(sides := words.sides(text)) == 1]
    if not found:
        raise Problem(
            f"bias_subspace.sentences: none of the {len(texts)} sentences has words of one side of the pairs only."
        )
    chosen = sorted(np.random.default_rng(seed).permutation(len(found))[:limit])
    versions: tuple[list[str], list[str]] = ([], [])
    for text, own in (found[number] for number in chosen):
        versions[own].append(text)
        versions[1 - own].append(words.swap(text))
    return versions


@torch.no_grad()
def represent(
    model: torch.nn.Module, tokenizer, sentences: Sequence[str], *, site: str, batch_size: int = 64
) -> np.ndarray:
    """Mean representation of each sentence's tokens, special ones left out, shape (n, width), float64.

    Parameters
    ----------
    site : input embeddings (``word_embeddings``) or last hidden states (``encoder_output``).
    """
    device = next(model.parameters()).device
    tokens = tokenizer(list(sentences), truncation=True, max_length=_longest(model)).input_ids
    special = set(tokenizer.all_special_ids)
    weight = model.get_input_embeddings().weight.detach()
    means = np.empty((len(tokens), weight.shape[1]))
    for rows in sorted_batches(np.array([len(sequence) for sequence in tokens]), batch_size):
        ids, attention = pad([tokens[row] for row in rows], pad_id(model), device)
        states = weight[ids] if site == "word_embeddings" else _last_hidden(model, ids, attention)
        counted = torch.ones_like(ids) if attention is None else attention.clone()
        for token in special:
            counted[ids == token] = 0
        total = (states.double() * counted[..., None]).sum(1)
        means[rows] = (total / counted.sum(1, keepdim=True).clamp(min=1)).cpu().numpy()
    return means


def _last_hidden(model: torch.nn.Module, ids: torch.Tensor, attention: torch.Tensor | None) -> torch.Tensor:
    return model.base_model(input_ids=ids, attention_mask=attention).last_hidden_state


def _longest(model: torch.nn.Module) -> int:
    return min(128, model.config.max_position_embeddings - 4)
