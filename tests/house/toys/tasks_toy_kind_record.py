"""Record of the toy kind of task."""

from biastransfer.common.records import DatasetWords, Outcome, Reading, TaskKind
from biastransfer.tasks.sections import FilesSource, TaskSection


class ToyKind(TaskSection):
    """A toy task."""

    source: FilesSource


RECORD = TaskKind(
    name="toy_kind",
    module="biastransfer.tasks.toy_kind",
    label="toy labels, halves compared",
    description="toy gap: recall on even rows less that on odd ones (Toy et al. 1999), explained in levels",
    section=ToyKind,
    columns={"half": "string"},
    bias_columns=("toy_gap",),
    outcome=Outcome(
        column="toy_gap",
        label="toy gap",
        log=False,
        covariates=("prevalence",),
        ratio="toy_gap",
        gap=("toy_gap", "toy gap"),
        readings={"toy gap": Reading("toy_gap"), "probability gap": Reading("probability_gap")},
    ),
    words=DatasetWords(texts="toy texts", parts=("even", "odd"), prevalence="share of even rows"),
)
