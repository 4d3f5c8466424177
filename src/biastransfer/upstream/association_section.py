"""Switches that both associations of sentence embeddings have in a study file."""

from typing import Literal

from biastransfer.common.section import MeasureSection


class Association(MeasureSection):
    """Switches of an association of embeddings (docs/methods.md, "Upstream")."""

    pooling: Literal["mean", "first"] = "mean"
    standardise: bool = False
