"""Record of tasks with a label to predict and groups to compare."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from biastransfer.common.records import DatasetWords, Outcome, Reading, TaskKind
from biastransfer.common.section import Share
from biastransfer.tasks.groups import REST
from biastransfer.tasks.sections import Columns, FilesSource, HubSource, SimulatedSource, TaskSection


class GroupColumns(Columns):
    """Names of the columns in the user's files; each text has a group."""

    group: str = Field(description="a label_by_group task needs the column of the groups")


class LabelledFiles(FilesSource):
    """Texts with labels and groups from files, and names for their codes."""

    columns: GroupColumns
    label_names: str | list[str] | dict[str, str] | None = None
    group_names: dict[str, str] | None = None


class LabelledHub(HubSource):
    """Texts with labels and groups from a dataset of the hub, and names for their codes."""

    columns: GroupColumns
    label_names: str | list[str] | dict[str, str] | None = None
    group_names: dict[str, str] | None = None


class SimulatedBiographies(SimulatedSource):
    """Simulated biographies.

    ``proxies_in_training`` is the share of training biographies that keep the words that go with their pronoun.
    """

    topical_share: Share = 0.4
    proxy_share: Share = 0.4
    proxy_fidelity: Share = 0.9
    proxies_in_training: Share = 1.0


class LabelByGroup(TaskSection):
    """A label to predict, and two groups to compare: a gap is the first group's less the second's."""

    source: Annotated[LabelledFiles | LabelledHub | SimulatedBiographies, Field(discriminator="type")]
    compare: tuple[str, str] = Field(
        description="give the two groups, e.g. [she/her, he/him], a gap is first minus second"
    )
    scrub: Literal["pronouns", "none"] | None = None
    zero: Literal["smooth", "drop"] = "smooth"

    @model_validator(mode="after")
    def _compares_two_groups(self) -> "LabelByGroup":
        if self.compare[0] == REST or len(set(self.compare)) < 2:
            raise ValueError(f"compare: found {list(self.compare)}; two groups are needed, the second may be {REST}")
        return self

    @property
    def compared(self) -> list[str]:
        """The two groups that are compared."""
        return list(self.compare)

    @property
    def scrubbed(self) -> str | None:
        """What preparation removes from every text."""
        return self.scrub


RECORD = TaskKind(
    name="label_by_group",
    module="biastransfer.tasks.label_by_group",
    dataset_bias="biastransfer.tasks.group_prevalence",
    rates="biastransfer.downstream.true_positives",
    simulation="biastransfer.simulate.biographies",
    label="label to predict, groups compared",
    description="TPR ratio, the true positive rate of the first compared group divided by that of the second, per label "
    "(De-Arteaga et al. 2019; Steed et al. 2022, Eq. 1); regressions explain its logarithm",
    section=LabelByGroup,
    columns={"group": "string"},
    bias_columns=("tpr_ratio", "tpr_log_ratio", "tpr_gap"),
    outcome=Outcome(
        column="tpr_ratio",
        label="log TPR ratio",
        log=True,
        covariates=("prevalence",),
        ratio="tpr_ratio",
        gap=("tpr_gap", "TPR gap"),
        readings={
            "log TPR ratio": Reading("tpr_ratio", "log"),
            "TPR gap": Reading("tpr_gap"),
            "probability gap": Reading("probability_gap"),
        },
        change_terms=("they_change",),
    ),
    words=DatasetWords(
        texts="training texts",
        parts=("first group", "second group"),
        prevalence="share of first group",
    ),
    compares_groups=True,
    rate_switches=("zero",),
    paper_figures={"dose_data": "Figure 10", "dataset": "Figure 6"},
    order=10,
)
