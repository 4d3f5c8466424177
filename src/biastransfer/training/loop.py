"""The training loop: AdamW, linear warm-up and decay, gradient clipping; bf16 on a GPU, float32 on the CPU."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from biastransfer.common.problems import Problem
from biastransfer.training.saved import SavedTraining, random_states, restore_random, told_to_stop


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
    epoch: Callable[[], Sequence],
    loss: Callable[[object], torch.Tensor],
    recipe: Recipe,
    random: np.random.Generator,
    *,
    saved: SavedTraining | None = None,
    say: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Train in place, from the beginning or from a saved state; either way the weights end the same.

    Parameters
    ----------
    model : on its device.
    epoch : the batches of the next epoch; every epoch has the same number of them.
    loss : batch -> scalar mean loss, with the model in training mode.
    recipe : the optimisation.
    random : all that ``epoch`` and ``loss`` draw from, beside torch's own generators.
    saved : where the state is kept from time to time, and before the process ends on SIGTERM.
    say : told of the progress, twenty times.

    Returns
    -------
    DataFrame with ``step, learning_rate, loss``: the mean loss since the row before, at twenty steps.

    Raises
    ------
    FloatingPointError : the loss is no longer finite.
    Problem : the process was told to stop; the state is saved.
    """
    device = next(model.parameters()).device
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)
    done, history, since = 0, [], []
    before_epoch = random_states(random, device)
    state = saved.read(device) if saved else None
    if state:
        restore_random(state["before_epoch"], random, device)
        before_epoch = state["before_epoch"]
    batches = list(epoch())
    total = max(1, round(recipe.epochs * len(batches)))
    if state:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        restore_random(state["random"], random, device)
        done, history, since = state["step"], [tuple(row) for row in state["history"]], list(state["since"].to(device))
        say(f"going on from step {done}/{total}, saved when the training was interrupted")

    def save(step: int) -> bool:
        return saved.write(
            {
                "step": step,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "before_epoch": before_epoch,
                "random": random_states(random, device),
                "history": history,
                "since": torch.stack(since) if since else torch.empty(0),
            }
        )

    milestones = {round(total * part / 20) for part in range(1, 21)}
    started = time.monotonic()
    model.train()
    with told_to_stop() if saved else nullcontext(lambda: False) as stopping:
        for step in range(done, total):
            if step and step % len(batches) == 0:
                before_epoch = random_states(random, device)
                batches = list(epoch())
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
            if stopping():
                kept = (
                    "what is done is kept, and the next run goes on from there" if save(step + 1) else "nothing is kept"
                )
                raise Problem(f"The training was told to stop after step {step + 1} of {total}; {kept}.")
            if saved and saved.due():
                save(step + 1)
    if saved and saved.file.is_file():
        save(total)  # what follows a long training may be interrupted too
    model.eval()
    return pd.DataFrame(history, columns=["step", "learning_rate", "loss"])
