"""The crossed design of a study file: which models meet which training data, and how often."""

from typing import Literal

from pydantic import Field

from biastransfer.common.control import ORIGINAL
from biastransfer.common.section import Count, Positive, Section


class Crossed(Section):
    """Every model meets every trainset in every replicate, by probes on cached hidden states.

    A trainset belongs to the tasks that have it. ``resample``: each replicate draws its own sample of the training texts, the same for
    all models and trainsets. ``inverse_penalty``: C of the logistic regression on standardised states. ``scale``: of the report's headline.
    """

    models: list[str] = Field(min_length=1)
    trainsets: list[str] = Field(default=[ORIGINAL], min_length=1)
    replicates: Count = 6
    resample: bool = True
    inverse_penalty: Positive = 0.02
    scale: Literal["rate", "probability", "log_odds"] = "probability"
