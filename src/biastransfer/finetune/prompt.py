"""The head ``prompt``: a masked language model predicts, at a mask of the prompt, which class's words fit.

Sources: Schick and Schütze 2021, "Exploiting cloze questions for few-shot text classification and natural language
inference"; Ding et al. 2022, "OpenPrompt" (``ManualVerbalizer`` with ``multi_token_handler="mean"``).
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
import transformers

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.finetune import predict as predicting
from biastransfer.finetune import train as training
from biastransfer.finetune.verbalizer import ClassTokens, weights
from biastransfer.language_model.at_masks import logits_at
from biastransfer.training.batches import pad, pad_id


def load(
    folder: str | Path,
    classes: list[str],
    seed: int,
    device: torch.device,
    *,
    template: str,
    mask_id: int,
    label: int,
    words: ClassTokens,
) -> transformers.PreTrainedModel:
    """Open a model of the study with its masked-language-model head; what the prompt is goes into its configuration.

    The result, trained or not, is an ordinary masked-language-model checkpoint: ``config.json`` has the key ``prompt``
    beside the usual ones. Nothing is drawn: ``seed`` decides the batch order and the dropout alone.

    Parameters
    ----------
    template : the prompt.
    mask_id, label : the mask token's id, and which mask of a prompt is the label's, see ``prompt_template.label_number``.
    words : class -> the tokens of each of its words.
    """
    model = load_masked_lm(folder, device)
    model.config.id2label = dict(enumerate(classes))
    model.config.label2id = {name: code for code, name in enumerate(classes)}
    model.config.prompt = {
        "template": template,
        "mask_id": mask_id,
        "label": label,
        "words": {name: words[name] for name in classes},
    }
    return model


def prompt_logits(model: transformers.PreTrainedModel, sequences: Sequence[Sequence[int]]) -> torch.Tensor:
    """Class logits of texts in their prompts, shape (texts, classes), float32.

    A class's logit is the language model's logit at the label's mask, averaged over the tokens of a word and over the
    words of the class. The vocabulary's logits are computed at that mask alone.

    Raises
    ------
    Problem : the architecture has no decoder of its own, or does not call it.
    """
    prompt, device = model.config.prompt, next(model.parameters()).device
    ids, attention = pad(sequences, pad_id(model), device)
    places = torch.tensor(
        [np.flatnonzero(np.asarray(sequence) == prompt["mask_id"])[prompt["label"]] for sequence in sequences],
        device=device,
    )
    logits = logits_at(model, ids, attention, torch.arange(len(sequences), device=device), places)
    tokens, shares = _averaging(list(prompt["words"].values()))
    with torch.autocast(device.type, enabled=False):
        return logits.float()[:, tokens.to(device)] @ shares.to(device).T


def _averaging(words: Sequence[Sequence[Sequence[int]]]) -> tuple[torch.Tensor, torch.Tensor]:
    """The tokens that any class reads, shape (tokens,), and their share in each class's logit, shape (classes, tokens)."""
    shares = [weights(of_class) for of_class in words]
    tokens = sorted(set().union(*shares))
    return torch.tensor(tokens), torch.tensor([[share.get(token, 0.0) for token in tokens] for share in shares])


fine_tune = partial(training.fine_tune, logits=prompt_logits)
"""Fine-tune all weights in place, see :func:`biastransfer.finetune.train.fine_tune`; with ``epochs`` 0 nothing changes."""

predict = partial(predicting.predict, logits=prompt_logits)
"""Class probabilities, see :func:`biastransfer.finetune.predict.predict`."""
