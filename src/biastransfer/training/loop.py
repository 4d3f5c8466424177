"""The training loop: AdamW, linear warm-up and decay, gradient clipping; bf16 on a GPU, float32 on the CPU."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import torch


@dataclass(frozen=True)
class Recipe:
    """How a model is trained; ``epochs`` may be a fraction, ``warmup_share`` is a share of all steps."""

    epochs: float
    learning_rate: float
    warmup_share: float
    weight_decay: float
    max_gradient_norm: float = 1.0


def learning_rate_at(step: int, total: int, recipe: Recipe) -> float:
    """Linear warm-up to the peak, then linear decay to zero after the last step."""
    warmup = round(recipe.warmup_share * total)
    if step < warmup:
        return recipe.learning_rate * (step + 1) / warmup
    return recipe.learning_rate * (total - step) / max(1, total - warmup)


def train(
    model: torch.nn.Module,
    epoch: Callable[[int], Sequence],
    loss: Callable[[object], torch.Tensor],
    recipe: Recipe,
    *,
    say: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Train in place.

    Parameters
    ----------
    model : on its device.
    epoch : number of an epoch -> its batches; every epoch has the same number of them.
    loss : batch -> scalar mean loss, with the model in training mode.
    recipe : the optimisation.
    say : told of the progress, twenty times.

    Returns
    -------
    DataFrame with ``step, learning_rate, loss``: the mean loss since the row before, at twenty steps.

    Raises
    ------
    FloatingPointError : the loss is no longer finite.
    """
    device = next(model.parameters()).device
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)
    batches = list(epoch(0))
    total = max(1, round(recipe.epochs * len(batches)))
    milestones = {round(total * part / 20) for part in range(1, 21)}
    history, since, started = [], [], time.monotonic()
    model.train()
    for step in range(total):
        if step and step % len(batches) == 0:
            batches = list(epoch(step // len(batches)))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate_at(step, total, recipe)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            value = loss(batches[step % len(batches)])
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, recipe.max_gradient_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        since.append(value.detach())
        if step + 1 in milestones:
            mean = float(torch.stack(since).mean())
            if mean != mean:
                raise FloatingPointError(f"the loss is not a number at step {step + 1}")
            history.append((step + 1, learning_rate_at(step, total, recipe), mean))
            say(f"step {step + 1}/{total}  loss {mean:.4f}  {time.monotonic() - started:.1f} s")
            since = []
    model.eval()
    return pd.DataFrame(history, columns=["step", "learning_rate", "loss"])
