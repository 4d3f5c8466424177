"""The crossed design of a study file: which models meet which training data, and how often."""

from typing import Annotated, Literal

from pydantic import Field

from biastransfer.common.control import ORIGINAL
from biastransfer.common.section import Count, Positive, Section


class FineTuned(Section):
    """Cells of the crossed design that are fine-tuned as well, by the study's recipe; replicates differ in the head and the batch order."""

    models: list[str] = Field(min_length=1)
    trainsets: list[str] = Field(default=[ORIGINAL], min_length=1)
    replicates: Count = 3


class Crossed(Section):
    """Every model meets every trainset in every replicate, by probes on cached hidden states.

    A trainset belongs to the tasks that have it. ``resample``: each replicate draws its own sample of the training texts, the same for
    all models and trainsets. ``fine_tuned``: cells that are fine-tuned as well. ``counterfactuals``: held-out texts of a task
    that are read once more with swapped words or terms; a task with groups swaps the words of ``pairs``. ``inverse_penalty``: C of the logistic regression on standardised states. ``scale``: of the report's headline.
    """

    models: list[str] = Field(min_length=1)
    trainsets: list[str] = Field(default=[ORIGINAL], min_length=1)
    replicates: Count = 6
    resample: bool = True
    fine_tuned: FineTuned | None = None
    counterfactuals: Annotated[int, Field(ge=0)] = 0
    pairs: str = "workflow/words/swap_pairs.yaml"
    inverse_penalty: Positive = 0.02
    scale: Literal["rate", "probability", "log_odds"] = "probability"
