"""Pre-training a small RoBERTa by masked language modelling, with its own byte-level BPE tokenizer.

The model's masked loss is reported beside the loss of knowing the token frequencies alone: a model that does not beat
the unigrams has learnt nothing from context.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

from biastransfer.common.problems import Problem
from biastransfer.training.batches import pad, shuffled_batches, sorted_batches
from biastransfer.training.loop import Recipe, train
from biastransfer.training.saved import SavedTraining

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
MASK = AddedToken("<mask>", lstrip=True, normalized=False, special=True)
HELD_OUT = 0.05


def train_tokenizer(
    texts: Sequence[str], vocabulary: int, max_length: int, lowercase: bool, folder: str | Path
) -> PreTrainedTokenizerFast:
    """Train and save a byte-level BPE tokenizer with RoBERTa's special tokens (the mask takes the space before it)."""
    backend = Tokenizer(models.BPE())
    if lowercase:
        backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=[*SPECIAL[:-1], MASK],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    backend.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token=MASK,
        model_max_length=max_length,
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def sequences(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, max_length: int, packed: bool
) -> list[np.ndarray]:
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
    """Masks tokens of a batch and computes the loss at the masked positions alone.

    As in BERT, of the chosen tokens 80 % are shown as ``<mask>``, 10 % as another token and 10 % as they are. With a
    ``sentence_weight``, ``<s>`` is asked for all chosen tokens of its sequence too, so that the token which a
    classification head reads learns to sum up the sequence; masked language modelling alone leaves it untrained.
    """

    def __init__(
        self, model: RobertaForMaskedLM, data: list[np.ndarray], probability: float, sentence_weight: float, random
    ) -> None:
        self.model, self.data, self.random = model, data, random
        self.probability, self.sentence_weight = probability, sentence_weight
        self.device = next(model.parameters()).device

    def logits(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits at the chosen positions, the tokens that stood there, and the sequence that each belongs to."""
        ids, attention = pad([self.data[row] for row in rows], SPECIAL.index("<pad>"), self.device)
        shape = tuple(ids.shape)
        chosen = torch.from_numpy(self.random.random(shape) < self.probability).to(self.device) & (ids >= len(SPECIAL))
        fate = torch.from_numpy(self.random.random(shape)).to(self.device)
        other = torch.from_numpy(self.random.integers(len(SPECIAL), self.model.config.vocab_size, shape)).to(
            self.device
        )
        shown = ids.masked_fill(chosen & (fate < 0.8), SPECIAL.index("<mask>"))
        shown = torch.where(chosen & (fate >= 0.9), other, shown)
        hidden = self.model.roberta(input_ids=shown, attention_mask=attention).last_hidden_state
        places = torch.cat([hidden[chosen], hidden[:, 0]]) if self.sentence_weight else hidden[chosen]
        return self.model.lm_head(places).float(), ids[chosen], chosen.nonzero()[:, 0]

    def loss(self, rows: np.ndarray) -> torch.Tensor:
        """Mean cross-entropy of the chosen tokens, plus the weighted one at ``<s>``."""
        logits, tokens, sequence = self.logits(rows)
        if not len(tokens):  # a small batch in which no token was chosen teaches nothing
            return logits.sum() * 0
        value = torch.nn.functional.cross_entropy(logits[: len(tokens)], tokens)
        if self.sentence_weight:
            summary = logits[len(tokens) :].log_softmax(-1)
            value = value - self.sentence_weight * summary[sequence, tokens].mean()
        return value


def token_frequencies(data: list[np.ndarray], vocabulary: int) -> np.ndarray:
    """Log frequencies of ordinary tokens, add-one smoothed, shape (vocabulary,); special tokens get the lowest."""
    tokens = np.concatenate(data)
    counts = np.bincount(tokens[tokens >= len(SPECIAL)], minlength=vocabulary) + 1.0
    return np.log(counts / counts.sum())


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
) -> tuple[RobertaForMaskedLM, pd.DataFrame]:
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
    The model, and its training history ``step, learning_rate, loss, held_out_loss, unigram_loss, tokens``; the last two
    losses are on 5 % held-out sequences and stand in the last row.
    """
    dropout = architecture["dropout"]
    tokenizer = train_tokenizer(texts, vocabulary, architecture["max_position_embeddings"] - 4, lowercase, folder)
    data = sequences(texts, tokenizer, max_length, pack)
    if len(data) < 40:
        raise Problem(f"base.corpus: gives {len(data)} sequences of {max_length} tokens; 40 or more are needed.")
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
    frequencies = token_frequencies(data, len(tokenizer))
    with torch.no_grad():  # begin where a model that knows the token frequencies alone would be
        model.lm_head.bias.copy_(torch.from_numpy(frequencies))
        model.roberta.embeddings.position_embeddings.weight.zero_()
    lengths = np.array([len(sequence) for sequence in data])
    batch_size = max(1, round(batch_tokens / lengths.mean()))
    task = MaskedLanguageModelling(model, data, mask_probability, sentence_weight, random)
    print(f"{len(data)} sequences, {lengths.sum()} tokens, vocabulary {len(tokenizer)}, batches of {batch_size}")
    history = train(
        model,
        lambda: shuffled_batches(lengths, batch_size, random),
        task.loss,
        Recipe(epochs, learning_rate, warmup_share, weight_decay),
        random,
        saved=saved,
    )
    held_out_task = MaskedLanguageModelling(model, held_out, mask_probability, 0.0, np.random.default_rng((seed, 1)))
    held_out_loss, unigram_loss = masked_losses(held_out_task, frequencies)
    history["tokens"] = (history["step"] / history["step"].iloc[-1] * epochs * lengths.sum()).round().astype("int64")
    last = history.index == history.index[-1]
    history["held_out_loss"] = np.where(last, held_out_loss, np.nan)
    history["unigram_loss"] = np.where(last, unigram_loss, np.nan)
    return model, history


@torch.no_grad()
def masked_losses(task: MaskedLanguageModelling, frequencies: np.ndarray) -> tuple[float, float]:
    """Mean masked cross-entropy of the model, and of the token frequencies alone on the same tokens; nats a token."""
    model_sum, unigram_sum, count = 0.0, 0.0, 0
    for rows in sorted_batches(np.array([len(sequence) for sequence in task.data]), 64):
        logits, tokens, _ = task.logits(rows)
        model_sum += float(torch.nn.functional.cross_entropy(logits, tokens, reduction="sum"))
        unigram_sum -= float(frequencies[tokens.cpu().numpy()].sum())
        count += len(tokens)
    return model_sum / max(count, 1), unigram_sum / max(count, 1)
