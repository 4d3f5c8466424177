"""Masked language modelling (Devlin et al. 2019): the loss at masked tokens, and that of the token frequencies alone."""

import numpy as np
import torch
from transformers import RobertaForMaskedLM

from biastransfer.pretraining.tokenizer import SPECIAL
from biastransfer.training.batches import pad, sorted_batches


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
        """Logits at the chosen positions, the tokens before masking, and the sequence that each belongs to."""
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
