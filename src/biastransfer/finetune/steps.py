"""How long a fine-tuning is, before any of it: what the plan reckons with; needs no torch."""

import math


def epochs_with(min_steps: int, epochs: float, rows: int, batch_size: int) -> float:
    """The epochs that give at least ``min_steps`` optimiser steps on so many rows; ``epochs`` where these are enough."""
    return max(epochs, min_steps / max(1, math.ceil(rows / batch_size)))
