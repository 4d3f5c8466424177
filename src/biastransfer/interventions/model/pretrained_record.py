"""Record of the control: the base model as it is."""

from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.sections import OnModel

RECORD = ModelIntervention(
    name="pretrained",
    module="biastransfer.interventions.model.pretrained",
    label="control",
    description="leaves the base model as it is",
    groups={"pretrained": "pre-trained control"},
    section=OnModel,
    order=0,
)
