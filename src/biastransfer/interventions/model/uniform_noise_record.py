"""Record of uniform noise on the word embeddings."""

from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.model.noise_section import Noise

RECORD = ModelIntervention(
    name="uniform_noise",
    module="biastransfer.interventions.model.uniform_noise",
    label="uniform noise",
    description="uniform noise on the word embeddings, relative to their standard deviation, clipped to their range",
    groups={"noise": "noise added"},
    section=Noise,
    letter="c",
    level_name="noise c (sd of the embeddings' entries)",
    order=30,
)
