"""Which figures a study has: known from its runs alone, so that the graph of jobs can name them before any is drawn."""

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from biastransfer.analysis.table_names import MEASURES
from biastransfer.common import registry
from biastransfer.common.control import CONTROL, ORIGINAL

if TYPE_CHECKING:  # the graph of jobs needs neither pandas nor matplotlib
    import pandas as pd

FEWEST_LEVELS = 3
"""Levels, the control among them, from which bias is drawn against the level."""


class Levels(NamedTuple):
    """How many levels of an intervention a task has, the control among them, and what they are levels of."""

    count: int
    on: str
    """``model`` or ``data``."""


class TaskFacts(NamedTuple):
    """What decides which figures a task has."""

    kind: str
    measures: tuple[str, ...]
    planted: bool
    intermediate: bool
    interventions: Mapping[str, Levels]


@dataclass(frozen=True)
class FigureName:
    """What a figure shows.

    All parts are plain text: ``dataclasses.asdict`` takes a name apart, ``FigureName(**parts)`` puts it together.
    """

    kind: str
    task: str = ""
    intervention: str = ""
    measure: str = ""

    @property
    def name(self) -> str:
        """The name of its files."""
        return "-".join(filter(None, (self.kind, self.task, self.intervention, self.measure)))


def figures(tasks: Mapping[str, TaskFacts]) -> list[FigureName]:
    """All figures of a study, in the order of the report."""
    return [FigureName("effects"), *(figure for task, facts in tasks.items() for figure in _of_task(task, facts))]


def of_crossed(tasks: Iterable[str]) -> list[FigureName]:
    """The figures of crossed designs, which come first; ``tasks`` are those that have one."""
    return [FigureName("changes", task) for task in tasks]


def figure_names(tasks: Mapping[str, TaskFacts]) -> list[str]:
    """The names of the files of :func:`figures`."""
    return [figure.name for figure in figures(tasks)]


def _of_task(task: str, facts: TaskFacts) -> list[FigureName]:
    def per_measure(kind: str, wanted: bool = True) -> list[FigureName]:
        return [FigureName(kind, task, measure=measure) for measure in facts.measures if wanted]

    changed_models = any(levels.on == "model" for levels in facts.interventions.values())
    return [
        FigureName("dataset", task),
        *per_measure("upstream"),
        *per_measure("transfer"),
        *per_measure("specifications"),
        *per_measure("interventions", changed_models),
        *_doses(task, facts),
        FigureName("targets", task),
        *per_measure("after", facts.intermediate),
        *per_measure("perturbation", changed_models),
        *per_measure("planted", facts.planted),
    ]


def _doses(task: str, facts: TaskFacts) -> Iterable[FigureName]:
    """Figures of bias against levels; that of levels on the model is drawn of the first of several measures."""
    for intervention, levels in facts.interventions.items():
        if levels.count >= FEWEST_LEVELS:
            several = levels.on == "model" and len(facts.measures) > 1
            yield FigureName("dose", task, intervention, facts.measures[0] if several else "")


CROSSED_TABLES = ("causes", "effects_of_change", "sources", "changes", "upstream_slopes", "crossed_performance")
"""Names of the tables of crossed designs, in the order of the report."""


CORNERS = "fine_tuned_effects"
"""Name of the table that compares fine-tuned corners of a crossed design with their probes."""


def table_names(measures: Collection[str], *, grouped: bool, crossed: bool = False, corners: bool = False) -> list[str]:
    """Names of all tables of a report: its own, and those of the paper that rest on a study's upstream measures.

    Parameters
    ----------
    grouped : whether a task compares groups.
    crossed : whether the study has a crossed design.
    corners : whether some of its cells are fine-tuned as well.
    """
    own = [
        *(CROSSED_TABLES if crossed else ()),
        *((CORNERS,) if corners else ()),
        "effects",
        "verdicts",
        "estimators",
        "worlds",
        "errors",
        "coefficients",
        "regressions",
        "diagnostics",
        "influence",
        "contributions",
        "multiverse",
        "claims",
    ]
    paper = [name for name, measure in MEASURES.items() if measure in measures]
    return [
        "table2",
        *paper,
        *own,
        "changes_from_control",
        "correlations",
        "performance",
        *(("groups", "group_gaps") if grouped else ()),
    ]


def of_runs(runs: Iterable[Mapping], planted: Collection[str]) -> dict[str, TaskFacts]:
    """Facts per task, from one mapping per run.

    Parameters
    ----------
    runs : ``task, kind, measures, intermediate, model`` each, and ``intervention, data_intervention, condition, family, level``.
    planted : the tasks whose biases were planted.
    """
    of_task: dict[str, list[Mapping]] = {}
    for run in runs:
        of_task.setdefault(run["task"], []).append(run)
    return {
        task: TaskFacts(
            kind=members[0]["kind"],
            measures=tuple(sorted(members[0]["measures"], key=measure_place)),
            planted=task in planted,
            intermediate=bool(members[0]["intermediate"]),
            interventions=_interventions(members),
        )
        for task, members in sorted(of_task.items())
    }


def _interventions(runs: Iterable[Mapping]) -> dict[str, Levels]:
    """The interventions of a task's runs, those on the model first, in the order of their records.

    Levels count within a series: runs on the same data family and model that differ in their level alone.
    """
    levels: dict[tuple[str, str], dict[Hashable, set[str]]] = {}
    for run in runs:
        if run["intervention"] == CONTROL:
            continue
        on_data = run["data_intervention"] != ORIGINAL
        series = (run["model"], run["family"]) if on_data else ""
        each = levels.setdefault((run["intervention"], "data" if on_data else "model"), {}).setdefault(series, set())
        if run["level"] is not None and not math.isnan(run["level"]):
            each.add(run["condition"])
    order = sorted(levels, key=lambda key: (key[1] == "data", intervention_place(key[0])))
    return {name: Levels(1 + max(map(len, levels[name, on].values())), on) for name, on in order}


def of_table(bias: "pd.DataFrame", planted: Collection[str] = ()) -> dict[str, TaskFacts]:
    """The same facts, from a ``bias.parquet`` alone."""
    columns = ["task", "kind", "model", "intervention", "data_intervention", "condition", "family", "level"]
    runs: list[Mapping] = []
    for _, rows in bias.groupby("task", sort=True):
        shared = {
            "measures": list(rows["upstream_measure"].unique()),
            "intermediate": rows["intermediate"].notna().any(),
        }
        runs += [shared | run for run in rows[columns].drop_duplicates().to_dict("records")]
    return of_runs(runs, planted)


def measure_place(measure: str) -> tuple[int, str]:
    """Place of a measure among those of its task: the order of the records, then of names."""
    return _place(list(registry.upstream_measures()), measure)


def intervention_place(intervention: str) -> tuple[int, str]:
    """Place of an intervention: the order of the records, those on the model first, then of names."""
    return _place([*registry.model_interventions(), *registry.data_interventions()], intervention)


def _place(order: list[str], name: str) -> tuple[int, str]:
    return (order.index(name) if name in order else len(order), name)
