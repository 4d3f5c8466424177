"""The facts of a study, as pairs of title and text (``study_facts.toml``)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biastransfer.common import registry
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.report.record_labels import intervention_label, spaced
from biastransfer.report.text.prose import Paragraph, Prose
from biastransfer.report.text.wording import joined, row_counts

PROSE = Prose.beside(__file__)
HEAD = "classification"
"""The usual head, which is no fact of its own."""


def run_facts(bias: pd.DataFrame, prepared: Mapping[str, Mapping], study: Mapping) -> list[Paragraph]:
    """The tasks, the base model, the runs and the recipe of a study.

    Parameters
    ----------
    bias : ``bias.parquet``.
    prepared : task -> facts of its prepared data: ``kind``, ``rows``, ``targets``.
    study : the study file with all defaults, as plain values.
    """
    recipe = study["fine_tuning"]
    head = recipe.get("head", HEAD)
    decisions = bias[["task", "decision"]].drop_duplicates().itertuples(index=False, name=None)
    return [
        *(_task(name, facts, study["tasks"][name]["source"]["type"]) for name, facts in prepared.items()),
        Paragraph(PROSE.text("base", "title"), _base(study["base"])),
        *table_facts(bias),
        *(
            PROSE.paragraph("decision", task=task, decision=spaced(decision))
            for task, decision in decisions
            if decision != "argmax"
        ),
        *([] if head == HEAD else [Paragraph(PROSE.text("head", "title"), registry.heads()[head].label)]),
        PROSE.paragraph("recipe", **{key: f"{value:g}" for key, value in recipe.items() if _is_number(value)}),
        Paragraph(PROSE.text("seed", "title"), str(study["seed"])),
    ]


def copies_facts(prepared: Mapping[str, Mapping]) -> list[Paragraph]:
    """Held-out texts that also train the model, for tasks that have some."""
    return [
        PROSE.paragraph("copies", task=task, copies=copies, rows=facts["rows"][split], split=split)
        for task, facts in prepared.items()
        for split, copies in facts.get("copies", {}).items()
        if copies
    ]


def head_fact(measure: str, found: Mapping) -> Paragraph:
    """How well the base model's language-model head predicts masked tokens.

    Parameters
    ----------
    found : ``loss`` and ``chance`` in nats, and whether it ``predicts`` anything.
    """
    values = {name: f"{found[name]:.2f}" for name in ("loss", "chance")}
    return PROSE.paragraph("head_loss", measure=spaced(measure), doubtful=not found["predicts"], **values)


def table_facts(bias: pd.DataFrame) -> list[Paragraph]:
    """The runs of each task, from the rows of ``bias.parquet``: how many of each intervention, and their levels."""
    columns = [
        "task",
        "model",
        "trainset",
        "replicate",
        "model_intervention",
        "data_intervention",
        "level",
        "level_label",
    ]
    runs = bias[columns].drop_duplicates()
    return [
        Paragraph(PROSE.text("runs", "title", task=task), ", ".join(_runs(of_task)))
        for task, of_task in runs.groupby("task", sort=True)
    ]


def table_file(name: str, rows: int, unread: Sequence[str]) -> Paragraph:
    """The file of a user's own table, its number of rows, and the columns that the analysis does not have."""
    return PROSE.paragraph("table_file", name=name, rows=f"{rows:,}", unread=joined(unread) if unread else "")


def replicate_facts(numbers: Mapping[str, Mapping[str, int]]) -> list[Paragraph]:
    """How the report numbers the replicates of a table that calls them otherwise: task -> name in the table -> number."""
    return [
        PROSE.paragraph("replicates", task=task, numbers=joined([f"{name} is {number}" for name, number in of.items()]))
        for task, of in numbers.items()
    ]


def _runs(runs: pd.DataFrame) -> list[str]:
    """How many runs each intervention has; the control first, then interventions on the model, then those on the data."""
    order = {
        name: place for place, name in enumerate([*registry.model_interventions(), *registry.data_interventions()])
    }
    parts = {
        (data != ORIGINAL, order.get(data, 0), order.get(model, len(order)), model, data): part
        for (model, data), part in runs.groupby(["model_intervention", "data_intervention"])
    }
    return [_count(model, data, part) for (*_, model, data), part in sorted(parts.items(), key=lambda item: item[0])]


def _count(model: str, data: str, runs: pd.DataFrame) -> str:
    label = intervention_label(model if data == ORIGINAL else data)
    if data != ORIGINAL and model != CONTROL:
        label += f", {intervention_label(model)}"
    levels = runs.sort_values("level", kind="stable")["level_label"].dropna()
    names = [level for level in dict.fromkeys(levels) if level]
    return PROSE.text("runs", "text", label=label, runs=len(runs), levels=joined(names))


def _task(name: str, facts: Mapping, source: str) -> Paragraph:
    return PROSE.paragraph(
        "task",
        task=name,
        kind=registry.task_kinds()[facts["kind"]].label,
        source=spaced(source),
        targets=len(facts["targets"]),
        rows=row_counts(facts["rows"]),
    )


def _base(base: Mapping) -> str:
    if base["type"] != "pretrain":
        return PROSE.text("base", base["type"], **base)
    size = base["architecture"]
    values = {"layers": size["num_hidden_layers"], "width": size["hidden_size"], "corpus": base["corpus"]["type"]}
    return PROSE.text("base", "pretrain", **values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
