"""Negative sentiment of words and sentences: from a lexicon, offline, or from a classifier."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from biastransfer.checkpoints.tokenizer import check_tokenizer, load_tokenizer
from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.training.batches import pad, pad_id, sorted_batches

BATCH = 64
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""Files of weights that a classifier may have."""


@lru_cache(maxsize=1)
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def vader(texts: Sequence[str]) -> np.ndarray:
    """VADER's ``neg`` share of each text, in [0, 1] (Hutto & Gilbert 2014); unknown words count as 0."""
    return np.array([_analyzer().polarity_scores(text)["neg"] for text in texts])


def in_lexicon(words: Sequence[str]) -> np.ndarray:
    """Whether VADER's lexicon has each word."""
    return np.array([word.lower() in _analyzer().lexicon for word in words], bool)


class Classifier:
    """A sequence classifier whose probability of one class is the negative sentiment.

    Parameters
    ----------
    folder : of the checkpoint, with its tokenizer.
    negative : the class, by its name or number (0 for ``cardiffnlp/twitter-roberta-base-sentiment``).
    device : it runs on.

    Raises
    ------
    Problem : the checkpoint cannot be opened, is no sequence classifier, has no tokenizer that fits, or no such class.
    """

    def __init__(self, folder: str | Path, negative: str | int, device: torch.device) -> None:
        try:
            model, report = AutoModelForSequenceClassification.from_pretrained(
                folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
            )
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise Problem(f"classifier: {folder} cannot be opened as a sequence classifier: {reason}.") from None
        if report["missing_keys"]:
            missing = listing(sorted(report["missing_keys"]), 3)
            raise Problem(f"classifier: {folder} has no sequence-classification head (missing: {missing}).")
        check_tokenizer(folder, model, "classifier")
        if model.config.num_labels < 2:
            raise Problem(f"classifier: {folder} has a single output; two classes or more are needed.")
        names = {str(name): code for code, name in model.config.id2label.items()}
        names |= {str(code): code for code in model.config.id2label}
        if str(negative) not in names:
            raise Problem(
                f"classifier.negative: {folder} has no class {negative!r}; allowed: {listing(names)}."
                f"{nearest(negative, names)}"
            )
        self.model, self.tokenizer = model.to(device).eval(), load_tokenizer(folder)
        self.negative = int(names[str(negative)])

    @torch.no_grad()
    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """P(negative) of each text, shape (n,)."""
        tokens = self.tokenizer(list(texts), truncation=True)["input_ids"]
        found = np.empty(len(texts))
        for rows in sorted_batches(np.array([len(ids) for ids in tokens]), BATCH):
            ids, attention = pad([tokens[row] for row in rows], pad_id(self.model), self.model.device)
            logits = self.model(input_ids=ids, attention_mask=attention).logits
            found[rows] = logits.float().softmax(-1)[:, self.negative].cpu().numpy()
        return found
