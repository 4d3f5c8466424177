"""Record of the toy intervention on the model."""

from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.sections import OnModel

RECORD = ModelIntervention(
    name="toy_scaled",
    module="biastransfer.interventions.model.toy_scaled",
    label="toy scaling",
    description="word embeddings made longer (Toy et al. 1999)",
    groups={"toy_models": "toy models"},
    section=OnModel,
    letter="x",
    level_name="toy factor",
)
