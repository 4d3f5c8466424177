"""The figures: all that a study has can be drawn, and they show the numbers of the table."""

import hashlib
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from biastransfer.engine.table_schemas import SCHEMAS
from biastransfer.report import catalogue
from biastransfer.report.figures.captions import figure_text
from biastransfer.report.figures.condition_names import condition, strongest
from biastransfer.report.figures.draw import draw
from biastransfer.report.figures.effects import TERMS
from biastransfer.report.figures.numbers import conditions, doses, rows_of
from biastransfer.report.figures.style import LIGHT, save
from biastransfer.report.figures.target_names import apart
from biastransfer.study import grid
from biastransfer.study.read import parse_study

ROOT = Path(__file__).parents[2]
STUDIES = ("config.yaml", "studies/simulated_full.yaml", "studies/steed2022.yaml", "studies/baksi2024.yaml",
           "tests/studies/tiny.yaml", "tests/studies/interventions.yaml")  # fmt: skip
TARGETS, TEMPLATES = [f"target_{number}" for number in range(9)], ["one", "two"]


def facts(path: str, intermediate: bool = True) -> list[dict]:
    """What the graph of jobs knows of a study's runs."""
    study = parse_study(yaml.safe_load((ROOT / path).read_text()), path)
    models = grid.models(study)
    found = []
    for run in grid.runs(study):
        model, trainset = models[run.model], grid.trainsets(study, run.task)[run.trainset]
        done = model if trainset.intervention == "original" else trainset
        task = study.tasks[run.task]
        found.append(
            {"task": run.task, "model": run.model, "trainset": run.trainset, "replicate": run.replicate,
             "intervention": done.intervention, "level": done.level, "trial": model.trial, "kind": task.kind,
             "measures": list(task.upstream), "intermediate": intermediate}
        )  # fmt: skip
    return found


def table(runs: list[dict], seed: int = 0) -> pd.DataFrame:
    """A ``bias.parquet`` of these runs with random numbers."""
    random = np.random.default_rng(seed)
    parts = []
    for run in runs:
        bias = pd.DataFrame({"target": TARGETS, "downstream": random.uniform(0.1, 0.9, len(TARGETS))})
        bias["prevalence"] = random.uniform(0.1, 0.9, len(TARGETS))
        groups = run["kind"] == "label_by_group"
        missing = dict.fromkeys(set(SCHEMAS["bias_transfer"].names) - set(bias) - set(run), np.nan)
        bias = bias.assign(**missing)
        names = ("tpr_ratio", "tpr_gap", "tpr_log_ratio") if groups else ("fpr", "fpr_gap", "fpr_ratio")
        bias = bias.assign(
            **dict.fromkeys(names, bias["downstream"]), bias_low=bias["downstream"] / 2, bias_high=bias["downstream"] * 2,
            small_cell=False, failed_to_learn=False, groups=[[]] * len(TARGETS),
        )  # fmt: skip
        for measure in run["measures"]:
            for template in TEMPLATES:
                scores = random.normal(size=(2, len(TARGETS)))
                keys = {key: run[key] for key in run if key not in ("kind", "measures", "intermediate")}
                parts.append(
                    bias.assign(**keys, upstream_measure=measure, template=template, upstream=scores[0],
                                intermediate=scores[1] if run["intermediate"] else np.nan)
                )  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(level=rows["level"].astype(float))[SCHEMAS["bias_transfer"].names]


def slopes(**changes: object) -> pd.DataFrame:
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
    return pd.DataFrame(rows).assign(**changes)


def combinations(task: str, measure: str) -> pd.DataFrame:
    """A specification curve: four combinations of two choices."""
    rows = [
        {"task": task, "upstream_measure": measure, "runs": "control", "reading": reading, "templates": "mean", "controls": controls,
         "small_cells": "out", "term": term, "standardised": place, "low": place - 0.2, "high": place + 0.2}
        for place, (reading, controls) in zip((0.3, 0.1, 0.5, -0.1), product(("log TPR ratio", "TPR gap"), ("none", "prevalence")), strict=True)
        for term in ("upstream", "prevalence")[: 1 + (controls == "prevalence")]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def others(bias: pd.DataFrame) -> dict:
    """The tables that are drawn beside ``bias``."""
    tasks = bias["task"].unique()
    held = pd.DataFrame({"target": TARGETS, "prevalence": np.linspace(0, 1, 9), "n": [0, *range(10, 18)]})
    held["mention_share"] = np.nan
    truth = pd.DataFrame({"target": TARGETS, "upstream": np.arange(9.0), "prevalence": np.linspace(0.1, 0.9, 9)})
    curve = pd.concat(
        [combinations(*pair) for pair in bias[["task", "upstream_measure"]].drop_duplicates().itertuples(index=False)]
    )
    return {
        "found": {"coefficients": slopes(), "multiverse": curve}, "planted": dict.fromkeys(tasks, truth), "dataset": dict.fromkeys(tasks, held),
    }  # fmt: skip


def drawn(name: str, bias: pd.DataFrame, **changes: object) -> Figure:
    return draw(name, bias=bias, **others(bias) | changes)


@pytest.fixture(scope="module")
def full() -> pd.DataFrame:
    """The whole grid, with a run that did not learn and a small cell."""
    bias = table(facts("studies/simulated_full.yaml"))
    bias.loc[bias["trainset"] == "scrubbed-toxic-1", "failed_to_learn"] = True
    bias.loc[bias["target"] == TARGETS[3], "small_cell"] = True
    bias.loc[bias["trainset"] == "scrubbed-all-1", "prevalence"] = np.nan
    return bias


@pytest.mark.parametrize("path", STUDIES)
@pytest.mark.parametrize("intermediate", [True, False])
def test_a_table_tells_the_same_figures_as_the_graph_of_jobs(path: str, intermediate: bool) -> None:
    runs = facts(path, intermediate)
    planted = {runs[0]["task"]}
    assert catalogue.of_table(table(runs), planted) == catalogue.of_runs(runs, planted)


def test_the_whole_grid_has_every_figure_of_the_paper() -> None:
    tasks = catalogue.of_runs(facts("studies/simulated_full.yaml"), {"bios", "wiki"})
    assert tasks["wiki"].measures == ("negative_sentiment", "identity_ranking")
    assert tasks["bios"].interventions["sentdebias"] == (13, "model")
    assert tasks["bios"].interventions["rebalanced"] == (5, "data")
    names = catalogue.figure_names(tasks)
    assert len(names) == len(set(names)) == 29
    assert {name for name in names if name.startswith("dose")} == {
        "dose-bios-sentdebias", "dose-bios-rebalanced", "dose-wiki-scrubbed",
    }  # fmt: skip
    for name in names:
        parts = catalogue.taken_apart(name)
        assert "-".join(filter(None, parts)) == name


def test_a_small_study_has_fewer_figures() -> None:
    tasks = catalogue.of_runs(facts("tests/studies/tiny.yaml", intermediate=False), set())
    assert catalogue.figure_names({"wiki": tasks["wiki"]}) == [
        "effects", "dataset-wiki", "upstream-wiki-negative_sentiment", "transfer-wiki-negative_sentiment",
            "specifications-wiki-negative_sentiment", "targets-wiki",
    ]  # fmt: skip
    several = catalogue.figure_names(catalogue.of_runs(facts("config.yaml"), set()))
    assert "dose-wiki-gaussian_noise-negative_sentiment" in several
    assert "dose-bios-gaussian_noise" in several


@pytest.mark.parametrize("path", ["config.yaml", "tests/studies/interventions.yaml"])
def test_every_figure_of_a_study_is_drawn(path: str) -> None:
    """Warnings are errors."""
    bias = table(facts(path))
    for name in catalogue.figure_names(catalogue.of_table(bias, set(bias["task"]))):
        drawn(name, bias).draw_without_rendering()
        assert set(figure_text(name, bias)) == {"title", "caption", "alt", "section"}


@pytest.mark.parametrize("name", ["dose-bios-proxies_scrubbed", "targets-bios", "transfer-bios-pronoun_ranking"])
def test_many_conditions_take_more_rows(name: str) -> None:
    bias = table(facts("studies/baksi2024.yaml"))
    figure = drawn(name, bias)
    figure.draw_without_rendering()
    assert figure.get_figwidth() <= 7
    assert (
        sum(axis.get_visible() for axis in figure.axes) == {"dose": 8, "targets": 9, "transfer": 20}[name.split("-")[0]]
    )


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts of a panel that lie on each other; slanted ones are not looked at."""
    found = []
    for axis in figure.axes:
        if axis.get_visible():
            texts = [*axis.texts, axis.title, axis.xaxis.label, *axis.get_xticklabels()]
            shown = [text for text in texts if text.get_text() and text.get_visible() and not text.get_rotation()]
            boxes = [(text.get_text(), Text.get_window_extent(text).padded(-1)) for text in shown]
            found += [
                (one, other)
                for place, (one, box) in enumerate(boxes)
                for other, its in boxes[place + 1 :]
                if box.overlaps(its)
            ]
    return found


def test_every_figure_is_drawn_of_runs_that_did_not_learn(full: pd.DataFrame) -> None:
    for name in catalogue.figure_names(catalogue.of_table(full, set(full["task"]))):
        figure = drawn(name, full)
        figure.draw_without_rendering()
        assert not overlaps(figure), name
        text = figure_text(name, full)
        assert all("nan" not in words and "{" not in words for words in text.values()), text


def test_a_single_model_is_drawn() -> None:
    bias = table([run for run in facts("tests/studies/tiny.yaml") if run["intervention"] == "pretrained"])
    for changes in ({}, {"dataset": {}, "found": {"coefficients": pd.DataFrame(), "multiverse": combinations("", "")}}):
        for name in catalogue.figure_names(catalogue.of_table(bias, set(bias["task"]))):
            drawn(name, bias, **changes).draw_without_rendering()
            figure_text(name, bias)


def test_equal_inputs_give_equal_files(full: pd.DataFrame, tmp_path: Path) -> None:
    names = ("effects", "dose-wiki-scrubbed", "interventions-bios-pronoun_ranking", "transfer-bios-pronoun_ranking")
    hashes = []
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        for name in names:
            save(drawn(name, full.sample(frac=1, random_state=len(hashes))), tmp_path / folder / name)
        files = sorted((tmp_path / folder).glob("*.svg"))
        hashes.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert hashes[0] == hashes[1]


def points(figure: Figure, panel: int, target: str) -> tuple[np.ndarray, np.ndarray]:
    line = next(line for line in figure.axes[panel].lines if line.get_gid() == f"target:{target}")
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)


def test_interventions_show_the_means_of_the_table(full: pd.DataFrame) -> None:
    figure = drawn("interventions-bios-pronoun_ranking", full)
    rows = full[(full["task"] == "bios") & (full["target"] == TARGETS[5])]
    order = [label.get_text().replace("\n", " ").replace("\xa0", " ") for label in figure.axes[0].get_yticklabels()]
    assert order == ["control", "uniform noise 1", "Gaussian noise 1", "random initialisation", "SentDebias 50"]
    slugs = ("pretrained", "uniform_noise-", "gaussian_noise-", "random_init-", "sentdebias-g50")
    on_models = rows[rows["trainset"] == "original"]
    parts = [on_models[on_models["model"].str.startswith(slug)] for slug in slugs]
    np.testing.assert_allclose(points(figure, 0, TARGETS[5])[0], [part["upstream"].mean() for part in parts])
    expected = [np.log(part.drop_duplicates("model")["tpr_ratio"]).mean() for part in parts]
    np.testing.assert_allclose(points(figure, 1, TARGETS[5])[0], expected)


def test_doses_show_the_table_and_name_the_extremes(full: pd.DataFrame) -> None:
    figure = drawn("dose-wiki-scrubbed", full)
    assert [axis.get_title().replace("\n", " ") for axis in figure.axes[:4]] == [
        "toxic comments", "all comments", "toxic comments, random model", "all comments, random model",
    ]  # fmt: skip
    rows = full[(full["task"] == "wiki") & (full["target"] == TARGETS[0])].drop_duplicates(["model", "trainset"])
    for panel, model in ((5, "pretrained"), (7, "random_init-t0")):
        by_trainset = rows[rows["model"] == model].set_index("trainset")
        trainsets = ["original", *(f"scrubbed-all-{level / 10:g}" for level in range(1, 11))]
        levels, values = points(figure, panel, TARGETS[0])
        np.testing.assert_allclose(levels, np.arange(11) / 10)
        np.testing.assert_allclose(values, by_trainset.loc[trainsets, "fpr_gap"])
    control = full[(full["task"] == "wiki") & (full["model"] == "pretrained") & (full["trainset"] == "original")]
    control = control.drop_duplicates("target").set_index("target")["fpr"].drop(TARGETS[3]).sort_values()
    named = {text.get_text().replace(" ", "_") for text in figure.axes[7].texts}
    assert named == set(control.index[[0, 1, 2, -3, -2, -1]])
    strong = {
        line.get_gid().removeprefix("target:")
        for line in figure.axes[4].lines
        if (line.get_gid() or "").startswith("target:") and to_hex(line.get_color()) != LIGHT
    }
    assert strong == named


def test_the_log_scale_holds_the_levels_of_sentdebias(full: pd.DataFrame) -> None:
    axis = drawn("dose-bios-sentdebias", full).axes[1]
    assert axis.get_xscale() == "symlog"
    assert [label.get_text() for label in axis.get_xticklabels()] == ["−50", "−10", "−2", "0", "2", "10", "50"]


def test_shares_that_add_up_to_the_same_have_places_of_their_own(full: pd.DataFrame) -> None:
    both = doses(rows_of(full, "bios"), "rebalanced", "tpr_gap")
    assert both[both["family"] == "over + under"].groupby("trainset")["level"].first().to_dict() == {
        "original": 0, "rebalanced-over0.25-under0.75": 1, "rebalanced-over0.5-under0.5": 1,
    }  # fmt: skip
    axis = drawn("dose-bios-rebalanced", full).axes[5]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0", "0.25 + 0.75", "0.5 + 0.5"]


def test_all_texts_stand_beyond_the_largest_subset(tmp_path: Path) -> None:
    values = yaml.safe_load((ROOT / "tests/studies/tiny.yaml").read_text())
    values["interventions"] = {"subsampled": {"rows": [50, 200, 400]}}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(values))
    bias = table(facts(str(tmp_path / "study.yaml")))
    axis = drawn("dose-bios-subsampled", bias).axes[1]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["50", "200", "400", "all"]
    rows = bias[(bias["task"] == "bios") & (bias["target"] == TARGETS[0])].drop_duplicates("trainset")
    shown = rows.set_index("trainset")["tpr_gap"]
    expected = shown[["subsampled-50", "subsampled-200", "subsampled-400", "original"]]
    np.testing.assert_allclose(points(axis.figure, 1, TARGETS[0])[1], expected)
    text = figure_text("dose-bios-subsampled", bias)
    assert "level all is the same model on the original data" in text["caption"]
    assert "levels all and 50, r" in text["alt"]


def test_the_strongest_subset_is_the_smallest() -> None:
    names = ["control", *(f"subsampled {rows}" for rows in range(100, 1000, 100)), "swapped 0.5"]
    assert strongest(names) == ["control", "subsampled 100", "swapped 0.5"]


def test_insignificant_slopes_are_hollow_and_groups_in_order() -> None:
    axis = drawn("effects", table(facts("tests/studies/tiny.yaml"))).axes[0]
    assert [label.get_text().replace("\n", " ") for label in axis.get_yticklabels()] == [
        "pre-trained control", "noise added",
    ]  # fmt: skip
    for term, hollow in (("upstream", True), ("prevalence", False)):
        name, colour, _ = TERMS[term]
        shown = {
            to_hex(line.get_markerfacecolor())
            for line in axis.lines
            if str(line.get_label()).startswith(name) and np.isfinite(line.get_xdata()).any()
        }
        assert shown == {"#ffffff" if hollow else colour}
    widths = {round(float(np.ptp(path.vertices[:, 0])), 6) for lines in axis.collections for path in lines.get_paths()}
    assert {0.4, 0.1} <= widths, "the interval clustered by target, and the printed kind"
    assert 0.6 not in widths


def test_transfer_shows_the_means_and_their_correlation(full: pd.DataFrame) -> None:
    figure = drawn("transfer-bios-pronoun_ranking", full)
    means = conditions(rows_of(full, "bios", "pronoun_ranking"))
    control = means[means["condition"] == "control"]
    line = next(line for line in figure.axes[0].lines if len(line.get_xdata()) == len(TARGETS))
    np.testing.assert_allclose(line.get_xdata(), control["upstream"])
    np.testing.assert_allclose(line.get_ydata(), control["downstream"])
    r = control["upstream"].corr(control["downstream"])
    assert f"r = {r:.2f}".replace("-", "−") in figure.axes[0].get_title()
    assert f"control: {r:.2f}".replace("-", "−") in figure_text("transfer-bios-pronoun_ranking", full)["alt"]


def test_the_curve_is_in_order_and_marks_the_choices_of_each_place(full: pd.DataFrame) -> None:
    figure = drawn("specifications-bios-pronoun_ranking", full)
    top, below = figure.axes
    points = sorted(
        (x, y) for line in top.get_lines() if line.get_marker() == "o" for x, y in zip(*line.get_data(), strict=True)
    )
    assert [y for _, y in points] == [-0.1, 0.1, 0.3, 0.5]
    labels = [label.get_text() for label in below.get_yticklabels()]
    assert labels == ["downstream bias:  log TPR ratio", "TPR gap", "controls:  none", "prevalence"]
    marks = [list(line.get_xdata()) for line in below.get_lines() if line.get_marker() == "|"]
    assert marks == [[1, 2], [0, 3], [2, 3], [0, 1]]
    dashes = next(line for line in top.get_lines() if line.get_marker() == "_")
    assert np.isfinite(dashes.get_ydata()).tolist() == [True, True, False, False]


def test_texts_name_the_figure_of_the_paper(full: pd.DataFrame) -> None:
    sections = {name: figure_text(name, full)["section"] for name in
                ("dose-bios-sentdebias", "dose-bios-rebalanced", "dose-wiki-scrubbed", "dataset-wiki", "effects")}  # fmt: skip
    assert [section.split(", ")[1] for section in sections.values()] == [
        "Figure 3", "Figure 10", "Figures 5 and 11", "Figure 8", "Figure 4",
    ]  # fmt: skip


def test_labels_are_moved_apart_as_little_as_possible() -> None:
    np.testing.assert_allclose(apart([0.5, 0.5, 0.1], 0.2), [0.4, 0.6, 0.1])
    np.testing.assert_allclose(apart([0.0, 0.9, 1.0], 0.2, 0, 1), [0.0, 0.8, 1.0], atol=1e-12)
    assert len(apart([], 0.1)) == 0


@pytest.mark.end_to_end
def test_the_workflow_draws_what_the_table_tells(interventions_study: Path) -> None:
    root = interventions_study / "results" / "interventions"
    tasks = catalogue.of_table(pd.read_parquet(root / "bias.parquet"), {"bios", "wiki"})
    assert {file.stem for file in (root / "figures").glob("*.svg")} == set(catalogue.figure_names(tasks))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (("pretrained", "original", "pretrained", np.nan, 0), "control"),
        (("pretrained", "original", "pretrained", np.nan, 2), "control, other seeds"),
        (("gaussian_noise-s0.5-t1", "original", "gaussian_noise", 0.5, 0), "Gaussian noise 0.5"),
        (("random_init-t1", "original", "random_init", np.nan, 0), "random initialisation"),
        (("pretrained", "rebalanced-over0.5-under0.25", "rebalanced", 0.75, 0), "re-balanced over 0.5 under 0.25"),
        (("random_init-t0", "scrubbed-toxic-1", "scrubbed", 1.0, 0), "scrubbed toxic 1, random model"),
        (("sentdebias-g1", "scrubbed-all-1", "scrubbed", 1.0, 0), "scrubbed all 1, sentdebias-g1"),
    ],
)
def test_a_condition_says_what_differs_from_the_control(facts: tuple, words: str) -> None:
    assert condition(*facts) == words


def test_many_levels_are_shown_by_the_strongest() -> None:
    few = ["control", "Gaussian noise 0.5", "Gaussian noise 1"]
    assert strongest(few) == few
    many = [f"SentDebias {level}" for level in (-50, -1, 1, 50)] + [
        f"re-balanced {words}"
        for words in ("over 0.5", "over 1", "under 1", "over 0.5 under 0.5", "over 0.25 under 0.75")
    ]
    assert strongest(["control", *many]) == [
        "control", "SentDebias 50", "re-balanced over 1", "re-balanced under 1", "re-balanced over 0.5 under 0.5",
    ]  # fmt: skip
