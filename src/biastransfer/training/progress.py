"""How far a training has come: its history, and everything that its next step depends on."""

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch


class Step(NamedTuple):
    """A row of a training's history: optimiser steps done, the last one's learning rate, the mean loss since the row before."""

    step: int
    learning_rate: float
    loss: float


class Progress:
    """How far a training has come, with everything that its next step depends on.

    Parameters
    ----------
    model, optimizer : are changed by the training, and restored in place.
    random : all that the training draws from, beside torch's own generators.
    device : the model's.

    Attributes
    ----------
    step : steps that are done.
    history : a row each at twenty steps.
    losses : of the steps since the last row, scalars on the device.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
        random: np.random.Generator,
        device: torch.device,
    ) -> None:
        self.model, self.optimizer, self.random, self.device = model, optimizer, random, device
        self.step = 0
        self.history: list[Step] = []
        self.losses: list[torch.Tensor] = []
        self._before_epoch: dict = {}

    def next_epoch(self, epoch: Callable[[], Sequence]) -> list:
        """Draw the batches of the next epoch."""
        self._before_epoch = _random_states(self.random, self.device)
        return list(epoch())

    def resume(self, state: dict, epoch: Callable[[], Sequence]) -> list:
        """Go back to what :meth:`state` gave; returns the batches of the epoch that was interrupted."""
        _restore_random(state["before_epoch"], self.random, self.device)
        batches = self.next_epoch(epoch)  # the same ones again
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        _restore_random(state["random"], self.random, self.device)
        self.step = state["step"]
        self.history = [Step(*row) for row in state["history"]]
        self.losses = list(state["losses"].to(self.device))
        return batches

    def state(self) -> dict:
        """What :meth:`resume` needs, in types that torch opens without running code."""
        return {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "before_epoch": self._before_epoch,
            "random": _random_states(self.random, self.device),
            "history": [tuple(row) for row in self.history],
            "losses": torch.stack(self.losses) if self.losses else torch.empty(0),
        }


def _random_states(random: np.random.Generator, device: torch.device) -> dict:
    """The states of all random numbers that a training draws."""
    states = {"numpy": json.dumps(random.bit_generator.state), "torch": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def _restore_random(states: dict, random: np.random.Generator, device: torch.device) -> None:
    """Go on drawing where :func:`_random_states` was taken."""
    random.bit_generator.state = json.loads(states["numpy"])
    torch.set_rng_state(states["torch"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states["cuda"], device)
