"""Record of the toy measure."""

from biastransfer.common.records import TemplateDraft, TemplateForm, UpstreamMeasure
from biastransfer.common.section import MeasureSection


class ToyNorm(MeasureSection):
    """Switches of the toy measure."""

    doubled: bool = False


def draft(groups):
    """One sentence."""
    return TemplateDraft({}, [{"name": "toy_sentence", "text": "A toy about {target}."}])


RECORD = UpstreamMeasure(
    name="toy_norm",
    kind="toy_kind",
    module="biastransfer.upstream.toy_norm",
    label="toy norm of embeddings",
    description="length of the embedding of a target's first token (Toy et al. 1999)",
    unit="length",
    section=ToyNorm,
    form=TemplateForm(slots=("target",)),
    columns={"squared": "double"},
    draft=draft,
    head="any",
)
