"""Recipes of small trainings, and the defaults of the study file's sections as arguments."""

from biastransfer.training.loop import Recipe


def recipe(epochs: float, learning_rate: float, **others: float) -> Recipe:
    """A recipe for a few dozen texts: no warm-up and no decay of the weights, if they are not given."""
    plain = {"min_steps": 0, "warmup_share": 0.0, "weight_decay": 0.0, "max_gradient_norm": 1.0, "batch_size": 8}
    return Recipe(epochs=epochs, learning_rate=learning_rate, **{**plain, "seed": 1, **others})
