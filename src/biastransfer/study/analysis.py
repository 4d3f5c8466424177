"""The switches of the analysis in a study file."""

from typing import Annotated, Literal

from pydantic import Field

from biastransfer.common.section import Count, Positive, Section


class Analysis(Section):
    """Switches of the analysis: none of them trains or scores anything again."""

    smallest_effect: Positive = 0.1
    equivalence_margin: Positive = 0.2
    resamples: Annotated[int, Field(ge=99)] = 4999
    estimator: Literal["raw", "corrected", "families", "corrected_families"] = "corrected_families"
    min_training_texts: Count = 10
    simulated_studies: Annotated[int, Field(ge=0)] = 1000
