"""Record of random initialisation."""

from biastransfer.common.records import ModelIntervention
from biastransfer.common.section import Count
from biastransfer.interventions.sections import OnModel


class RandomInit(OnModel):
    """Fresh weights."""

    trials: Count | None = 1


RECORD = ModelIntervention(
    name="random_init",
    module="biastransfer.interventions.model.random_init",
    label="random initialisation",
    description="draws fresh weights for the same architecture",
    groups={"random": "randomly initialised"},
    section=RandomInit,
    pretrained=False,
    order=50,
)
