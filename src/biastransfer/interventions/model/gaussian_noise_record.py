"""Record of Gaussian noise on the word embeddings."""

from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.model.noise_section import Noise

RECORD = ModelIntervention(
    name="gaussian_noise",
    module="biastransfer.interventions.model.gaussian_noise",
    label="Gaussian noise",
    description="Gaussian noise on the word embeddings, relative to their standard deviation, clipped to their range",
    groups={"noise": "noise added"},
    section=Noise,
    letter="s",
    level_name="noise σ (sd of the embeddings' entries)",
    order=40,
)
