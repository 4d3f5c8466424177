"""Switches that interventions which remove a subspace have in a study file."""

from typing import Literal

from pydantic import model_validator

from biastransfer.interventions.sections import OnModel


class RemovedSubspace(OnModel):
    """Removal of a bias subspace; levels are the strength γ. Nothing is drawn, so there are no trials."""

    trials: None = None
    site: Literal["word_embeddings", "encoder_output"] = "word_embeddings"
    tie_decoder: bool = True

    @model_validator(mode="after")
    def _uses_every_key(self) -> "RemovedSubspace":
        if self.site == "encoder_output" and "tie_decoder" in self.model_fields_set:
            raise ValueError("tie_decoder: has no meaning for site encoder_output, which leaves the matrix as it is")
        return self
