"""Pre-training a small RoBERTa by masked language modelling, with its own byte-level BPE tokenizer.

The model's masked loss is reported beside the loss of knowing the token frequencies alone: a model that does not beat
the unigrams has learnt nothing from context.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tokenizers import AddedToken, ByteLevelBPETokenizer
from transformers import RobertaConfig, RobertaForMaskedLM, RobertaTokenizerFast

from biastransfer.training.batches import pad, shuffled_batches, sorted_batches
from biastransfer.training.loop import Recipe, train

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
HELD_OUT = 0.05


def train_tokenizer(texts: Sequence[str], vocabulary: int, max_length: int, folder: str | Path) -> RobertaTokenizerFast:
    """Train a byte-level BPE tokenizer and save it as RoBERTa's (the mask token takes the space before it)."""
    trainer = ByteLevelBPETokenizer()
    trainer.train_from_iterator(
        texts, vocab_size=vocabulary, min_frequency=2, special_tokens=list(SPECIAL), show_progress=False
    )
    Path(folder).mkdir(parents=True, exist_ok=True)
    vocab, merges = trainer.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(
        vocab=vocab, merges=merges, mask_token=AddedToken("<mask>", lstrip=True), model_max_length=max_length
    )
    for name in (vocab, merges):
        Path(name).unlink()
    tokenizer.save_pretrained(folder)
    return tokenizer


def sequences(texts: Sequence[str], tokenizer: RobertaTokenizerFast, max_length: int, packed: bool) -> list[np.ndarray]:
    """Tokenise; ``packed`` lays running text into sequences of exactly ``max_length`` tokens, special tokens included."""
    encoded = tokenizer(list(texts), add_special_tokens=False, return_attention_mask=False)["input_ids"]
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    room = max_length - 2
    if packed:
        stream = np.array([token for text in encoded for token in (*text, end)])
        pieces = stream[: len(stream) // room * room].reshape(-1, room)
    else:
        pieces = [np.array(text[:room]) for text in encoded if text]
    return [np.concatenate([[start], piece, [end]]) for piece in pieces]


class MaskedLanguageModelling:
    """Masks tokens of a batch and computes the loss at the masked positions alone."""

    def __init__(self, model: RobertaForMaskedLM, data: list[np.ndarray], probability: float, random) -> None:
        self.model, self.data, self.probability, self.random = model, data, probability, random
        self.device = next(model.parameters()).device

    def masked(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]:
        """Token ids, attention mask, and where ordinary tokens were chosen to be predicted."""
        ids, attention = pad([self.data[row] for row in rows], SPECIAL.index("<pad>"), self.device)
        chosen = torch.from_numpy(self.random.random(tuple(ids.shape)) < self.probability).to(self.device)
        return ids, attention, chosen & (ids >= len(SPECIAL))

    def loss(self, rows: np.ndarray) -> torch.Tensor:
        """Mean cross-entropy of the chosen tokens, all replaced by ``<mask>``."""
        ids, attention, chosen = self.masked(rows)
        hidden = self.model.roberta(
            input_ids=ids.masked_fill(chosen, SPECIAL.index("<mask>")), attention_mask=attention
        ).last_hidden_state
        return torch.nn.functional.cross_entropy(self.model.lm_head(hidden[chosen]).float(), ids[chosen])


def unigram_loss(train_data: list[np.ndarray], held_out: list[np.ndarray]) -> float:
    """Cross-entropy of held-out tokens under the add-one token frequencies of the training part, in nats."""
    ordinary = np.concatenate(train_data)
    seen = np.concatenate(held_out)
    counts = np.bincount(ordinary[ordinary >= len(SPECIAL)], minlength=max(ordinary.max(), seen.max()) + 1) + 1.0
    counts[: len(SPECIAL)] = 0
    return float(-np.log(counts[seen[seen >= len(SPECIAL)]] / counts.sum()).mean())


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
    max_length: int,
    pack: bool,
    seed: int,
    device: torch.device,
    folder: str | Path,
) -> tuple[RobertaForMaskedLM, pd.DataFrame]:
    """Train a tokenizer and a RoBERTa on ``texts``; the tokenizer is saved in ``folder``.

    Parameters
    ----------
    vocabulary : largest size of the tokenizer's vocabulary.
    architecture : sizes of the RoBERTa, its ``initializer_range`` and ``dropout``.
    batch_tokens : tokens a batch, about.
    mask_probability : share of tokens that are predicted; all of them are shown as ``<mask>``.
    max_length : tokens a sequence; ``pack`` fills it with running text.
    seed : of the held-out part, the weights, the order and the masks.

    Returns
    -------
    The model, and its training history ``step, learning_rate, loss, held_out_loss, unigram_loss, tokens``; the last two
    losses are on 5 % held-out sequences and stand in the last row.
    """
    dropout = architecture["dropout"]
    tokenizer = train_tokenizer(texts, vocabulary, architecture["max_position_embeddings"] - 4, folder)
    data = sequences(texts, tokenizer, max_length, pack)
    random = np.random.default_rng(seed)
    order = random.permutation(len(data))
    cut = max(1, round(HELD_OUT * len(data)))
    held_out, data = [data[i] for i in order[:cut]], [data[i] for i in order[cut:]]
    torch.manual_seed(seed)
    model = RobertaForMaskedLM(
        RobertaConfig(
            vocab_size=len(tokenizer),
            **{key: value for key, value in architecture.items() if key != "dropout"},
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            type_vocab_size=1,
        )
    ).to(device)
    lengths = np.array([len(sequence) for sequence in data])
    batch_size = max(1, round(batch_tokens / lengths.mean()))
    task = MaskedLanguageModelling(model, data, mask_probability, random)
    print(f"{len(data)} sequences, {lengths.sum()} tokens, vocabulary {len(tokenizer)}, batches of {batch_size}")
    history = train(
        model,
        lambda epoch: shuffled_batches(lengths, batch_size, random),
        task.loss,
        Recipe(epochs, learning_rate, warmup_share, weight_decay),
    )
    held_out_loss = masked_loss(model, held_out, mask_probability, seed)
    history["tokens"] = (history["step"] / history["step"].iloc[-1] * epochs * lengths.sum()).round().astype("int64")
    history["held_out_loss"] = np.where(history.index == history.index[-1], held_out_loss, np.nan)
    history["unigram_loss"] = np.where(history.index == history.index[-1], unigram_loss(data, held_out), np.nan)
    return model, history


@torch.no_grad()
def masked_loss(model: RobertaForMaskedLM, data: list[np.ndarray], probability: float, seed: int) -> float:
    """Mean masked cross-entropy over sequences, in nats a token."""
    task = MaskedLanguageModelling(model, data, probability, np.random.default_rng((seed, 1)))
    batches = sorted_batches(np.array([len(sequence) for sequence in data]), 64)
    sums, count = 0.0, 0
    for rows in batches:
        ids, attention, chosen = task.masked(rows)
        hidden = model.roberta(
            input_ids=ids.masked_fill(chosen, SPECIAL.index("<mask>")), attention_mask=attention
        ).last_hidden_state
        logits = model.lm_head(hidden[chosen]).float()
        sums += float(torch.nn.functional.cross_entropy(logits, ids[chosen], reduction="sum"))
        count += int(chosen.sum())
    return sums / max(count, 1)
