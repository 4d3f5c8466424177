"""Record of the toy intervention on the data."""

from biastransfer.common.records import DataIntervention
from biastransfer.interventions.sections import Shares

RECORD = DataIntervention(
    name="toy_doubled",
    module="biastransfer.interventions.data.toy_doubled",
    label="toy doubling",
    description="a share of the rows twice (Toy et al. 1999)",
    groups={"toy_data": "toy data"},
    section=Shares,
    level_name="toy share",
)
