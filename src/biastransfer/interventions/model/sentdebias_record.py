"""Record of SentDebias."""

from biastransfer.common.records import ModelIntervention
from biastransfer.common.section import Count
from biastransfer.interventions.model.projection_section import RemovedSubspace


class SentDebias(RemovedSubspace):
    """SentDebias: ``components`` principal components span the subspace."""

    components: Count = 1


RECORD = ModelIntervention(
    name="sentdebias",
    module="biastransfer.interventions.model.sentdebias",
    label="SentDebias",
    description="removes γ times the projection on a bias subspace with directions v_j: h′ = h − γ Σ_j ⟨h, v_j⟩ v_j "
    "(Liang et al. 2020)",
    groups={"mitigated": "mitigated"},
    section=SentDebias,
    letter="g",
    level_name="strength γ of SentDebias",
    signed=True,
    fitted=True,
    intervene_switches=("site", "tie_decoder"),
    order=10,
)
