"""Record of LEACE."""

from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.model.projection_section import RemovedSubspace

RECORD = ModelIntervention(
    name="leace",
    module="biastransfer.interventions.model.leace",
    label="LEACE",
    description="erases a concept by least squares: h′ = h − γ (h − LEACE(h)) (Belrose et al. 2023)",
    groups={"mitigated": "mitigated"},
    section=RemovedSubspace,
    letter="g",
    level_name="strength γ of LEACE",
    signed=True,
    fitted=True,
    intervene_switches=("site", "tie_decoder"),
    order=20,
)
