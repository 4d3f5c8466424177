"""Record of the training data as it is."""

from biastransfer.common.records import DataIntervention
from biastransfer.interventions.sections import OnData

RECORD = DataIntervention(
    name="original",
    module="biastransfer.interventions.data.original",
    label="original data",
    description="leaves the training data as they are",
    groups={"pretrained": "pre-trained control"},
    section=OnData,
    order=0,
)
