"""Record of Gaussian noise on the word embeddings."""

from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.model.noise_section import Noise

RECORD = ModelIntervention(
    name="gaussian_noise",
    module="biastransfer.interventions.model.gaussian_noise",
    label="Gaussian noise",
    description="adds Gaussian noise to the word embeddings E: clip(E + ε, min E, max E) with ε ~ N(0, σ²), "
    "where σ is relative to the standard deviation of E",
    groups={"noise": "noise added"},
    section=Noise,
    letter="s",
    level_name="noise σ (sd of the embeddings' entries)",
    order=40,
)
