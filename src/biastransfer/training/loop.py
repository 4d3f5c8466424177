"""The training loop: AdamW, linear warm-up and decay, gradient clipping; bf16 on a GPU, float32 on the CPU."""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch

from biastransfer.common.problems import Problem
from biastransfer.training.progress import Progress, Step
from biastransfer.training.saved import SavedTraining, stop_requested


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model is trained.

    Attributes
    ----------
    epochs : passes through the data; may be a fraction.
    min_steps : optimiser steps at least, by more epochs.
    batch_size : sequences a step.
    learning_rate : of AdamW, at its peak.
    warmup_share : share of all steps in which the learning rate rises.
    weight_decay : of AdamW.
    max_gradient_norm : longer gradients are cut to this Euclidean norm.
    seed : of the order of the batches, and of what torch draws.
    """

    epochs: float
    min_steps: int
    batch_size: int
    learning_rate: float
    warmup_share: float
    weight_decay: float
    max_gradient_norm: float
    seed: int


def learning_rate_at(step: int, total: int, recipe: Recipe) -> float:
    """Linear warm-up to the peak, then linear decay to zero after the last step."""
    warmup = round(recipe.warmup_share * total)
    if step < warmup:
        return recipe.learning_rate * (step + 1) / warmup
    return recipe.learning_rate * (total - step) / max(1, total - warmup)


def train(
    model: torch.nn.Module,
    epoch: Callable[[], Sequence],
    loss: Callable[[object], torch.Tensor],
    recipe: Recipe,
    random: np.random.Generator,
    *,
    saved: SavedTraining | None = None,
) -> list[Step]:
    """Train in place, from the beginning or from a saved state; either way the weights end the same.

    A line about the progress is printed with every row of the history.

    Parameters
    ----------
    model : on its device.
    epoch : the batches of the next epoch; every epoch has the same number of them.
    loss : batch -> scalar mean loss, with the model in training mode.
    recipe : the optimisation; ``epoch`` and ``loss`` have followed its ``batch_size`` and ``seed``.
    random : all that ``epoch`` and ``loss`` draw from, beside torch's own generators.
    saved : where the state is kept from time to time, and before the process ends on SIGTERM.

    Returns
    -------
    The history: twenty steps, or all of a shorter training.

    Raises
    ------
    Problem : the loss is no longer finite; or the process was asked to stop, and the state is saved.
    """
    device = next(model.parameters()).device
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)

    # the batches of the first epoch, or of the one in which an earlier process was interrupted
    progress = Progress(model, optimizer, random, device)
    state = saved.read() if saved else None
    batches = progress.resume(state, epoch) if state else progress.next_epoch(epoch)

    # how many steps there are, and after which of them the history gets a row
    total = max(1, recipe.min_steps, round(recipe.epochs * len(batches)))
    rows = {round(total * part / 20) for part in range(1, 21)}
    if state:
        print(f"going on from step {progress.step}/{total}, saved when the training was interrupted")

    started = time.monotonic()
    model.train()
    with stop_requested() if saved else nullcontext(lambda: False) as stopping:
        for step in range(progress.step, total):
            # an epoch has ended: draw the batches of the next
            if step and step % len(batches) == 0:
                batches = progress.next_epoch(epoch)

            # set this step's learning rate
            learning_rate = learning_rate_at(step, total, recipe)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate

            # forward
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                value = loss(batches[step % len(batches)])

            # backward, clip the gradient, update the weights
            value.backward()
            torch.nn.utils.clip_grad_norm_(parameters, recipe.max_gradient_norm)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            progress.step = step + 1
            progress.losses.append(value.detach())

            # a row of the history; reading the losses waits for the GPU, so it happens here alone
            if progress.step in rows:
                mean = float(torch.stack(progress.losses).mean())
                if not math.isfinite(mean):
                    raise Problem(
                        f"learning_rate: the training diverged with {recipe.learning_rate:g}, for the loss is no finite number at step "
                        f"{progress.step} of {total}; use a smaller one."
                    )
                progress.history.append(Step(progress.step, learning_rate, mean))
                progress.losses = []
                print(f"step {progress.step}/{total}  loss {mean:.4f}  {time.monotonic() - started:.1f} s")

            # keep the state: at once where the process is asked to stop, else from time to time
            if stopping():
                kept = saved.write(progress.state())
                what = "the next run continues there" if kept else "its state could not be kept"
                raise Problem(f"The training stopped on request after step {progress.step} of {total}; {what}.")
            if saved and saved.due():
                saved.write(progress.state())

    # what follows a long training may be interrupted too
    if saved and saved.file.is_file():
        saved.write(progress.state())
    model.eval()
    return progress.history
