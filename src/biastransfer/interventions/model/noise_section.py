"""Switches that both kinds of noise have in a study file."""

from typing import Literal

from biastransfer.common.section import Count
from biastransfer.interventions.sections import OnModel


class Noise(OnModel):
    """Noise on the word embeddings; levels are relative to the standard deviation of the matrix's entries."""

    trials: Count | None = 1
    clip: Literal["global", "dimension"] = "global"
    tie_decoder: bool = True
