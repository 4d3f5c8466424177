"""Tables of made-up numbers for a study's runs, and any figure drawn from them."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure
from matplotlib.text import Text

from biastransfer.common import registry
from biastransfer.engine import parquet_files
from biastransfer.report import catalogue
from biastransfer.report.catalogue import FigureName
from biastransfer.report.figures.draw import draw
from biastransfer.study import grid
from biastransfer.study.read import parse_study, read_study
from biastransfer.study.study import Study

ROOT = Path(__file__).parents[2]
TARGETS, TEMPLATES = [f"target_{number}" for number in range(9)], ["one", "two"]


def study_of(path: str) -> Study:
    """A study of the repository."""
    return read_study(ROOT / path)


def study_with(interventions: Mapping[str, Any]) -> Study:
    """The tiny study with other interventions."""
    values = yaml.safe_load((ROOT / "tests/studies/tiny.yaml").read_text())
    return parse_study({**values, "interventions": interventions})


def facts(study: Study, intermediate: bool = True) -> list[dict]:
    """What the graph of jobs knows of a study's runs."""
    models = grid.models(study)
    trainsets = {task: grid.trainsets(study, task) for task in study.tasks}
    return [
        {
            "task": run.task,
            "model": run.model,
            "trainset": run.trainset,
            "replicate": run.replicate,
            "kind": study.tasks[run.task].kind,
            "measures": list(study.tasks[run.task].upstream),
            "intermediate": intermediate,
            **grid.facts(run, models[run.model], trainsets[run.task][run.trainset]),
        }
        for run in grid.runs(study)
    ]


def table(runs: list[dict], seed: int = 0) -> pd.DataFrame:
    """A ``bias.parquet`` of these runs with random numbers."""
    random = np.random.default_rng(seed)
    parts = []
    for run in runs:
        bias = pd.DataFrame({"target": TARGETS, "downstream": random.uniform(0.1, 0.9, len(TARGETS))})
        bias["prevalence"] = random.uniform(0.1, 0.9, len(TARGETS))
        keys = {key: [run[key]] * len(TARGETS) for key in run if key not in ("measures", "intermediate")}
        rates = [name for name in registry.task_kinds()[run["kind"]].bias_columns if not name.startswith("fnr")]
        bias = bias.assign(
            **keys, **dict.fromkeys(rates, bias["downstream"]), bias_low=bias["downstream"] / 2, bias_high=bias["downstream"] * 2,
            small_cell=False, smoothed=False, failed_to_learn=False, groups=[[]] * len(TARGETS),
        )  # fmt: skip
        for measure, template in product(run["measures"], TEMPLATES):
            upstream, intermediate = random.normal(size=(2, len(TARGETS)))
            scores = {"upstream": upstream, "intermediate": intermediate if run["intermediate"] else np.nan}
            parts.append(bias.assign(upstream_measure=measure, template=template, **scores))
    rows = pd.concat(parts, ignore_index=True)
    return parquet_files.conform(rows.assign(level=rows["level"].astype(float)), "bias_transfer")


def slopes() -> pd.DataFrame:
    """A table of coefficients with a significant and an insignificant slope."""
    rows = [
        {"task": "bios", "upstream_measure": "pronoun_ranking", "group": group, "specification": specification,
         "term": term, "errors": errors, "p": p, "standardised": place, "standardised_low": place - wide,
         "standardised_high": place + wide}
        for group in ("noise", "pretrained")
        for specification, errors, wide in (("model_target", "crv3_target", 0.2), ("eq4", "lsdv_hc3", 0.05),
                                            ("eq4", "crv3_target", 0.3))
        for term, place, p in (("upstream", 0.1, 0.4), ("prevalence", 0.8, 0.0001), ("const", 0.0, 0.5))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def combinations(task: str, measure: str) -> pd.DataFrame:
    """A specification curve: four combinations of two choices."""
    choices = product(("log TPR ratio", "TPR gap"), ("none", "prevalence"))
    rows = [
        {"task": task, "upstream_measure": measure, "runs": "control", "reading": reading, "templates": "mean", "controls": controls,
         "small_cells": "out", "term": term, "standardised": place, "low": place - 0.2, "high": place + 0.2}
        for place, (reading, controls) in zip((0.3, 0.1, 0.5, -0.1), choices, strict=True)
        for term in ("upstream", "prevalence")[: 1 + (controls == "prevalence")]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def other_tables(bias: pd.DataFrame) -> dict:
    """The tables that are drawn beside ``bias``."""
    tasks = bias["task"].unique()
    held = pd.DataFrame({"target": TARGETS, "prevalence": np.linspace(0, 1, 9), "n": [0, *range(10, 18)]})
    truth = pd.DataFrame({"target": TARGETS, "upstream": np.arange(9.0), "prevalence": np.linspace(0.1, 0.9, 9)})
    pairs = bias[["task", "upstream_measure"]].drop_duplicates().itertuples(index=False)
    return {
        "tables": {"coefficients": slopes(), "multiverse": pd.concat([combinations(*pair) for pair in pairs])},
        "planted": dict.fromkeys(tasks, truth),
        "dataset": dict.fromkeys(tasks, held),
    }


def figures_of(bias: pd.DataFrame) -> list[FigureName]:
    """All figures of a table whose tasks are simulated."""
    return catalogue.figures(catalogue.of_table(bias, set(bias["task"])))


def drawn(figure: FigureName, bias: pd.DataFrame, **changes: object) -> Figure:
    """A figure of a table, with the tables beside it."""
    return draw(figure, bias=bias, **other_tables(bias) | changes)


def plain(text: Text) -> str:
    """A text of a figure in one line, with ordinary spaces."""
    return text.get_text().replace("\n", " ").replace("\xa0", " ")


def points(figure: Figure, panel: int, target: str) -> tuple[np.ndarray, np.ndarray]:
    """The line of a target in a panel."""
    line = next(line for line in figure.axes[panel].lines if line.get_gid() == f"target:{target}")
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts of a panel that lie on each other; slanted ones are left out."""
    pairs = []
    for axis in figure.axes:
        if axis.get_visible():
            texts = [*axis.texts, axis.title, axis.xaxis.label, *axis.get_xticklabels()]
            shown = [text for text in texts if text.get_text() and text.get_visible() and not text.get_rotation()]
            boxes = [(text.get_text(), Text.get_window_extent(text).padded(-1)) for text in shown]
            pairs += [
                (one, other)
                for place, (one, box) in enumerate(boxes)
                for other, other_box in boxes[place + 1 :]
                if box.overlaps(other_box)
            ]
    return pairs
