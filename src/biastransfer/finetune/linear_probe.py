"""The head ``linear_probe``: a frozen encoder, and a linear classifier on its mean hidden states."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.probe import LinearProbe, LinearProbeConfig
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.finetune.predict import predict
from biastransfer.finetune.train import optimise
from biastransfer.training.batches import pad, pad_id, sorted_batches
from biastransfer.training.loop import Recipe
from biastransfer.training.progress import Step
from biastransfer.training.saved import SavedTraining

__all__ = ["fine_tune", "load", "mean_states", "predict"]

STATES_BATCH = 64


def load(folder: str | Path, classes: list[str], seed: int, device: torch.device) -> LinearProbe:
    """Open a model of the study as the frozen part of a probe, its classifier at zero.

    The special tokens that no mean counts are those that the tokenizer adds to a text. Nothing is drawn: logistic
    regression is convex, and ``seed`` decides the batch order alone.
    """
    model = load_masked_lm(folder, torch.device("cpu"), head="any")
    config = LinearProbeConfig(
        base={key: value for key, value in model.config.to_dict().items() if key != "architectures"},
        special_ids=sorted(set(load_tokenizer(folder)("")["input_ids"])),
        id2label=dict(enumerate(classes)),
        label2id={name: code for code, name in enumerate(classes)},
    )
    probe = LinearProbe(config)
    probe.inner.load_state_dict(model.state_dict())
    return probe.to(device).eval()


def mean_states(model: LinearProbe, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
    """Mean hidden states of all texts, shape (n, width), float32 on the model's device."""
    device = next(model.parameters()).device
    means = torch.empty(len(tokens), model.config.hidden_size, device=device)
    for rows in sorted_batches(np.array([len(sequence) for sequence in tokens]), STATES_BATCH):
        ids, attention = pad([tokens[row] for row in rows], pad_id(model), device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            means[torch.from_numpy(rows).to(device)] = model.mean_states(ids, attention)
    return means


def fine_tune(
    model: LinearProbe,
    tokens: Sequence[Sequence[int]],
    labels: np.ndarray,
    recipe: Recipe,
    *,
    saved: SavedTraining | None = None,
) -> list[Step]:
    """Train the classifier in place, see :func:`biastransfer.finetune.train.fine_tune`.

    What is below it does not change, so the encoder reads each text once.
    """
    model.eval()
    means = mean_states(model, tokens)
    lengths = np.array([len(sequence) for sequence in tokens])

    def logits(rows: np.ndarray) -> torch.Tensor:
        return model.classify(means[torch.from_numpy(rows).to(means.device)])

    return optimise(model.head, logits, lengths, labels, recipe, saved)
