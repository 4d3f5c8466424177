"""Recipes of small trainings, and the switches of measures and interventions as the study file's sections have them."""

from biastransfer.analysis.analyze import Settings
from biastransfer.common import registry
from biastransfer.study.analysis import Analysis
from biastransfer.study.interventions import Interventions
from biastransfer.training.loop import Recipe


def recipe(epochs: float, learning_rate: float, **others: float) -> Recipe:
    """A recipe for a few dozen texts: no warm-up and no decay of the weights, if they are not given."""
    plain = {"min_steps": 0, "warmup_share": 0.0, "weight_decay": 0.0, "max_gradient_norm": 1.0, "batch_size": 8}
    return Recipe(epochs=epochs, learning_rate=learning_rate, **{**plain, "seed": 1, **others})


def measure_switches(measure: str, **others: object) -> dict:
    """The switches of an upstream measure, with their defaults where they are not given."""
    kind = registry.upstream_measures()[measure].section
    section = kind.model_validate({"templates": "", **others})
    switches = {name: getattr(section, name) for name in kind.model_fields if name != "templates"}
    return switches | ({"classifier": None} if "classifier" in switches else {})


def noise_switches(name: str, **others: object) -> dict:
    """The switches of a noise intervention, with their defaults where they are not given."""
    return getattr(Interventions.model_validate({name: others}), name).switches()


def analysis_settings(**others: object) -> Settings:
    """The switches of the analysis, with their defaults where they are not given; few resamples."""
    return Settings(**{**Analysis().model_dump(), "resamples": 99, "seed": 0, **others})
