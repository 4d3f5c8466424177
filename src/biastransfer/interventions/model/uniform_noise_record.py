"""Record of uniform noise on the word embeddings."""

from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.model.noise_section import Noise

RECORD = ModelIntervention(
    name="uniform_noise",
    module="biastransfer.interventions.model.uniform_noise",
    label="uniform noise",
    description="adds uniform noise to the word embeddings E: clip(E + ε, min E, max E) with ε ~ Unif(−c, c), "
    "where c is relative to the standard deviation of E",
    groups={"noise": "noise added"},
    section=Noise,
    letter="c",
    level_name="noise c (sd of the embeddings' entries)",
    order=30,
)
