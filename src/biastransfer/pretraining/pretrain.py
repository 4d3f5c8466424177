"""Pre-training a small RoBERTa by masked language modelling, with its own byte-level BPE tokenizer.

The model's masked loss is reported beside the loss of knowing the token frequencies alone: a model that does not beat
the unigrams has learnt nothing from context.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

from biastransfer.common.problems import Problem
from biastransfer.pretraining.masked_language_modelling import (
    MaskedLanguageModelling,
    masked_losses,
    token_frequencies,
)
from biastransfer.pretraining.tokenizer import sequences, train_tokenizer
from biastransfer.training.batches import shuffled_batches
from biastransfer.training.loop import Recipe, train
from biastransfer.training.saved import SavedTraining

HELD_OUT = 0.05
"""Share of the sequences that the model is tested on, not trained on."""

MAX_GRADIENT_NORM = 1.0


class PretrainingStep(NamedTuple):
    """A row of the history: a :class:`~biastransfer.training.progress.Step`, the tokens read, losses on held-out sequences.

    Losses are cross-entropies in nats a token; ``unigram_loss`` is that of the token frequencies alone.
    """

    step: int
    learning_rate: float
    loss: float
    tokens: int
    held_out_loss: float
    unigram_loss: float


def pretrain(
    texts: Sequence[str],
    *,
    vocabulary: int,
    architecture: dict,
    epochs: float,
    batch_tokens: int,
    learning_rate: float,
    warmup_share: float,
    weight_decay: float,
    mask_probability: float,
    sentence_weight: float,
    max_length: int,
    pack: bool,
    lowercase: bool,
    seed: int,
    device: torch.device,
    folder: str | Path,
    saved: SavedTraining | None = None,
) -> tuple[RobertaForMaskedLM, list[PretrainingStep]]:
    """Train a tokenizer and a RoBERTa on ``texts``; the tokenizer is saved in ``folder``.

    Parameters
    ----------
    vocabulary : largest size of the tokenizer's vocabulary.
    architecture : sizes of the RoBERTa, its ``initializer_range`` and ``dropout``.
    batch_tokens : tokens a batch, about.
    mask_probability : share of tokens that are predicted.
    sentence_weight : weight of predicting them from ``<s>`` too; 0 is plain masked language modelling.
    max_length : tokens a sequence; ``pack`` fills it with running text.
    lowercase : whether the tokenizer ignores case.
    seed : of the held-out part, the weights, the order and the masks.
    saved : where the state is kept, and gone on from after an interruption.

    Returns
    -------
    The model, and its training history; the last row alone has the two losses on the 5 % of sequences held out.
    """
    tokenizer = train_tokenizer(texts, vocabulary, architecture["max_position_embeddings"] - 4, lowercase, folder)
    data = sequences(texts, tokenizer, max_length, pack)
    if len(data) < 40:
        raise Problem(f"base.corpus: gives {len(data)} sequences of {max_length} tokens; 40 or more are needed.")
    random = np.random.default_rng(seed)
    order = random.permutation(len(data))
    cut = max(1, round(HELD_OUT * len(data)))
    held_out, data = [data[i] for i in order[:cut]], [data[i] for i in order[cut:]]
    frequencies = token_frequencies(data, len(tokenizer))
    model = new_roberta(tokenizer, architecture, frequencies, seed).to(device)
    lengths = np.array([len(sequence) for sequence in data])
    batch_size = max(1, round(batch_tokens / lengths.mean()))
    task = MaskedLanguageModelling(model, data, mask_probability, sentence_weight, random)
    print(f"{len(data)} sequences, {lengths.sum()} tokens, vocabulary {len(tokenizer)}, batches of {batch_size}")
    recipe = Recipe(
        epochs=epochs,
        min_steps=0,
        batch_size=batch_size,
        learning_rate=learning_rate,
        warmup_share=warmup_share,
        weight_decay=weight_decay,
        max_gradient_norm=MAX_GRADIENT_NORM,
        seed=seed,
    )
    steps = train(model, lambda: shuffled_batches(lengths, batch_size, random), task.loss, recipe, random, saved=saved)
    held_out_task = MaskedLanguageModelling(model, held_out, mask_probability, 0.0, np.random.default_rng((seed, 1)))
    held_out_loss, unigram_loss = masked_losses(held_out_task, frequencies)
    tokens = [round(row.step / steps[-1].step * epochs * int(lengths.sum())) for row in steps]
    history = [PretrainingStep(*row, read, np.nan, np.nan) for row, read in zip(steps, tokens, strict=True)]
    history[-1] = history[-1]._replace(held_out_loss=held_out_loss, unigram_loss=unigram_loss)
    return model, history


def new_roberta(
    tokenizer: PreTrainedTokenizerFast, architecture: Mapping, frequencies: np.ndarray, seed: int
) -> RobertaForMaskedLM:
    """A RoBERTa with fresh weights, on the CPU, that begins where a model that knows the token frequencies alone would be.

    Parameters
    ----------
    tokenizer : decides the vocabulary and the special tokens.
    architecture : sizes, ``initializer_range`` and ``dropout``.
    frequencies : log frequency of every token, shape (vocabulary,).
    seed : of the weights; sets torch's own generator.
    """
    sizes = {key: value for key, value in architecture.items() if key != "dropout"}
    torch.manual_seed(seed)
    model = RobertaForMaskedLM(
        RobertaConfig(
            vocab_size=len(tokenizer),
            **sizes,
            hidden_dropout_prob=architecture["dropout"],
            attention_probs_dropout_prob=architecture["dropout"],
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            type_vocab_size=1,
        )
    )
    with torch.no_grad():
        model.lm_head.bias.copy_(torch.from_numpy(frequencies))
        model.roberta.embeddings.position_embeddings.weight.zero_()
    return model
