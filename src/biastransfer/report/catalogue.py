"""Which figures a study has: known from its runs alone, so that the graph of jobs can name them before any is drawn."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from biastransfer.analysis.paper_tables import MEASURES

if TYPE_CHECKING:  # the graph of jobs needs neither pandas nor matplotlib
    import pandas as pd

FEWEST_LEVELS = 3
"""Levels, the control among them, from which bias is drawn against the level."""
_MEASURES = ("pronoun_ranking", "negative_sentiment", "identity_ranking", "group_association", "term_association")
"""The order of a task's measures: first the paper's."""


class Levels(NamedTuple):
    """How many levels of an intervention a task has, the control's zero among them, and what they are levels of."""

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


class Name(NamedTuple):
    """A figure's name, taken apart."""

    kind: str
    task: str = ""
    intervention: str = ""
    measure: str = ""


def figure_names(tasks: Mapping[str, TaskFacts]) -> list[str]:
    """Names of all figures of a study, in the order of the report."""
    names = ["effects"]
    for task, facts in tasks.items():
        changed_models = any(levels.on == "model" for levels in facts.interventions.values())
        per_measure = {
            "upstream": True,
            "transfer": True,
            "specifications": True,
            "interventions": changed_models,
            "after": facts.intermediate,
            "perturbation": changed_models,
            "planted": facts.planted,
        }
        shown = {
            kind: [f"{kind}-{task}-{measure}" for measure in facts.measures if wanted]
            for kind, wanted in per_measure.items()
        }
        names += [f"dataset-{task}", *shown["upstream"], *shown["transfer"], *shown["specifications"]]
        names += shown["interventions"]
        for intervention, levels in facts.interventions.items():
            if levels.count >= FEWEST_LEVELS:
                several = levels.on == "model" and len(facts.measures) > 1
                names.append(f"dose-{task}-{intervention}" + (f"-{facts.measures[0]}" if several else ""))
        names += [f"targets-{task}", *shown["after"], *shown["perturbation"], *shown["planted"]]
    return names


def table_names(measures: Collection[str], *, grouped: bool) -> list[str]:
    """Names of all tables of a report: its own, and those of the paper that rest on a study's upstream measures.

    Parameters
    ----------
    grouped : whether a task compares groups.
    """
    own = [
        "effects",
        "verdicts",
        "detectable",
        "worlds",
        "errors",
        "coefficients",
        "regressions",
        "diagnostics",
        "influence",
        "contributions",
        "multiverse",
    ]
    paper = [name for name, measure in MEASURES.items() if measure in measures]
    return ["table2", *paper, *own, "correlations", "performance", *(("groups", "group_gaps") if grouped else ())]


def taken_apart(name: str) -> Name:
    """The parts of a figure's name."""
    kind, task, *rest = [*name.split("-"), ""]
    rest = [part for part in rest if part]
    if kind == "dose":
        return Name(kind, task, rest[0], rest[1] if len(rest) > 1 else "")
    return Name(kind, task, measure=rest[0] if rest else "")


def family_of(trainset: str) -> str:
    """What the trainsets of one intervention share when they differ in their level alone: "toxic", "over under"."""
    words = [re.sub(r"-?\d+(\.\d+)?$", "", word) for word in trainset.split("-")[1:]]
    return " ".join(word for word in words if word)


def of_runs(runs: Iterable[Mapping], planted: Collection[str]) -> dict[str, TaskFacts]:
    """Facts per task, from one mapping per run.

    Parameters
    ----------
    runs : ``task, kind, measures, intermediate, model, trainset, intervention, level`` each.
    planted : the tasks whose biases were planted.
    """
    first: dict[str, Mapping] = {}
    levels: dict[str, dict[tuple[str, str], dict[tuple[str, str], set]]] = {}
    for run in runs:
        first.setdefault(run["task"], run)
        families = levels.setdefault(run["task"], {})
        if run["intervention"] == "pretrained":
            continue
        on = "model" if run["trainset"] == "original" else "data"
        family = ("", "") if on == "model" else (run["model"], family_of(run["trainset"]))
        found = families.setdefault((on, run["intervention"]), {}).setdefault(family, set())
        if run["level"] is not None and run["level"] == run["level"]:
            found.add((float(run["level"]), run["trainset"]))
    return {
        task: TaskFacts(
            run["kind"],
            tuple(sorted(run["measures"], key=measure_place)),
            task in planted,
            bool(run["intermediate"]),
            {
                name: Levels(1 + max(len(found) for found in families.values()), on)
                for (on, name), families in sorted(
                    levels[task].items(), key=lambda item: (item[0][0] == "data", item[0])
                )
            },
        )
        for task, run in sorted(first.items())
    }


def of_table(bias: "pd.DataFrame", planted: Collection[str] = ()) -> dict[str, TaskFacts]:
    """The same facts, from a ``bias.parquet`` alone."""
    runs: list[Mapping] = []
    for task, rows in bias.groupby("task", sort=True):
        shared = {
            "task": task,
            "kind": "label_by_group" if rows["tpr_ratio"].notna().any() else "flag_by_mention",
            "measures": list(rows["upstream_measure"].unique()),
            "intermediate": rows["intermediate"].notna().any(),
        }
        columns = ["model", "trainset", "intervention", "level"]
        runs += [shared | run for run in rows[columns].drop_duplicates().to_dict("records")]
    return of_runs(runs, planted)


def measure_place(measure: str) -> tuple[int, str]:
    """Place of a measure among those of its task."""
    return (_MEASURES.index(measure) if measure in _MEASURES else len(_MEASURES), measure)
