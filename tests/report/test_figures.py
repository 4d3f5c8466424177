"""The figures: all that a study has can be drawn, and they show the numbers of the table."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from biastransfer.report import catalogue
from biastransfer.report.catalogue import FigureName
from biastransfer.report.figures.captions import figure_text
from biastransfer.report.figures.effects import TERMS
from biastransfer.report.figures.plotted_values import conditions, rows_of
from biastransfer.report.figures.style import LIGHT, save
from biastransfer.report.figures.target_names import apart

from support.figure_tables import (
    TARGETS,
    combinations,
    drawn,
    facts,
    figures_of,
    overlaps,
    plain,
    points,
    study_of,
    study_with,
    table,
)

STUDIES = ("config.yaml", "studies/simulated_full.yaml", "studies/steed2022.yaml", "studies/baksi2024.yaml",
           "tests/studies/tiny.yaml", "tests/studies/interventions.yaml")  # fmt: skip
FULL = "studies/simulated_full.yaml"
EFFECTS = FigureName("effects")
TRANSFER = FigureName("transfer", "bios", measure="pronoun_ranking")
INTERVENTIONS = FigureName("interventions", "bios", measure="pronoun_ranking")
SCRUBBED = FigureName("dose", "wiki", "scrubbed")
SENTDEBIAS = FigureName("dose", "bios", "sentdebias")
REBALANCED = FigureName("dose", "bios", "rebalanced")


@pytest.fixture(scope="module")
def full() -> pd.DataFrame:
    """The whole grid, with a run that did not learn and a small cell."""
    bias = table(facts(study_of(FULL)))
    bias.loc[bias["trainset"] == "scrubbed-toxic-1", "failed_to_learn"] = True
    bias.loc[bias["target"] == TARGETS[3], "small_cell"] = True
    bias.loc[bias["trainset"] == "scrubbed-all-1", "prevalence"] = np.nan
    return bias


@pytest.mark.parametrize("path", STUDIES)
@pytest.mark.parametrize("intermediate", [True, False])
def test_a_table_and_the_graph_of_jobs_name_the_same_figures(path: str, intermediate: bool) -> None:
    runs = facts(study_of(path), intermediate)
    planted = {runs[0]["task"]}
    assert catalogue.of_table(table(runs), planted) == catalogue.of_runs(runs, planted)


def test_the_whole_grid_has_every_figure_of_the_paper() -> None:
    tasks = catalogue.of_runs(facts(study_of(FULL)), {"bios", "wiki"})
    assert tasks["wiki"].measures == ("negative_sentiment", "identity_ranking")
    assert tasks["bios"].interventions["sentdebias"] == (13, "model")
    assert tasks["bios"].interventions["rebalanced"] == (5, "data")
    figures = catalogue.figures(tasks)
    assert len(figures) == len({figure.name for figure in figures}) == 29
    assert [figure for figure in figures if figure.kind == "dose"] == [SENTDEBIAS, REBALANCED, SCRUBBED]
    assert catalogue.figure_names(tasks) == [figure.name for figure in figures]


def test_a_figure_keeps_its_name_through_json() -> None:
    for figure in catalogue.figures(catalogue.of_runs(facts(study_of(FULL)), {"bios"})):
        assert FigureName(**json.loads(json.dumps(asdict(figure)))) == figure


def test_interventions_are_in_the_order_of_their_records() -> None:
    tasks = catalogue.of_runs(facts(study_of("tests/studies/interventions.yaml")), set())
    assert list(tasks["bios"].interventions) == ["sentdebias", "leace", "rebalanced", "proxies_scrubbed", "swapped"]


def test_a_small_study_has_fewer_figures() -> None:
    tasks = catalogue.of_runs(facts(study_of("tests/studies/tiny.yaml"), intermediate=False), set())
    assert catalogue.figure_names({"wiki": tasks["wiki"]}) == [
        "effects", "dataset-wiki", "upstream-wiki-negative_sentiment", "transfer-wiki-negative_sentiment",
            "specifications-wiki-negative_sentiment", "targets-wiki",
    ]  # fmt: skip
    several = catalogue.figure_names(catalogue.of_runs(facts(study_of("config.yaml")), set()))
    assert "dose-wiki-gaussian_noise-negative_sentiment" in several
    assert "dose-bios-gaussian_noise" in several


def legend_edges(page: Figure) -> list[float]:
    """The left and right edges of a figure's legends."""
    boxes = [legend.get_window_extent() for legend in page.legends]
    return [edge for box in boxes for edge in (box.x0, box.x1)]


@pytest.mark.parametrize("path", ["config.yaml", "tests/studies/interventions.yaml"])
def test_every_figure_of_a_study_is_drawn(path: str) -> None:
    """Warnings are errors."""
    bias = table(facts(study_of(path)))
    for figure in figures_of(bias):
        page = drawn(figure, bias)
        page.draw_without_rendering()
        assert all(page.bbox.containsx(edge) for edge in legend_edges(page)), figure
        assert set(figure_text(figure, bias)) == {"title", "caption", "alt", "section"}


@pytest.mark.parametrize(
    ("figure", "panels"),
    [
        (FigureName("dose", "bios", "proxies_scrubbed"), 8),
        (FigureName("targets", "bios"), 9),
        (TRANSFER, 20),
    ],
)
def test_many_conditions_take_more_rows(figure: FigureName, panels: int) -> None:
    bias = table(facts(study_of("studies/baksi2024.yaml")))
    page = drawn(figure, bias)
    page.draw_without_rendering()
    assert page.get_figwidth() <= 7
    assert sum(axis.get_visible() for axis in page.axes) == panels


def test_every_figure_is_drawn_of_runs_that_did_not_learn(full: pd.DataFrame) -> None:
    for figure in figures_of(full):
        page = drawn(figure, full)
        page.draw_without_rendering()
        assert not overlaps(page), figure
        text = figure_text(figure, full)
        assert all("nan" not in words and "{" not in words for words in text.values()), text


def test_a_single_model_is_drawn() -> None:
    bias = table([run for run in facts(study_of("tests/studies/tiny.yaml")) if run["intervention"] == "pretrained"])
    nothing = {"coefficients": pd.DataFrame(), "multiverse": combinations("", "")}
    for changes in ({}, {"dataset": {}, "tables": nothing}):
        for figure in figures_of(bias):
            drawn(figure, bias, **changes).draw_without_rendering()
            figure_text(figure, bias)


def test_a_model_without_a_run_on_the_original_data_is_drawn() -> None:
    bias = table(facts(study_with({"scrubbed": {"shares": [0.5, 1], "models": ["gaussian_noise-s1-t0"]},
                                   "gaussian_noise": {"levels": [1], "tasks": ["bios"]}})))  # fmt: skip
    for figure in figures_of(bias):
        drawn(figure, bias).draw_without_rendering()
        figure_text(figure, bias)


def test_equal_inputs_give_equal_files(full: pd.DataFrame, tmp_path: Path) -> None:
    hashes = []
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        for figure in (EFFECTS, SCRUBBED, INTERVENTIONS, TRANSFER):
            shuffled = full.sample(frac=1, random_state=len(hashes))
            save(drawn(figure, shuffled), tmp_path / folder / figure.name)
        files = sorted((tmp_path / folder).glob("*.svg"))
        hashes.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert hashes[0] == hashes[1]


def test_interventions_show_the_means_of_the_table(full: pd.DataFrame) -> None:
    figure = drawn(INTERVENTIONS, full)
    order = {
        "pretrained": "control",
        "sentdebias-g50": "SentDebias 50",
        "uniform_noise-c1": "uniform noise 1",
        "gaussian_noise-s1": "Gaussian noise 1",
        "random_init": "random initialisation",
    }
    assert [plain(label) for label in figure.axes[0].get_yticklabels()] == list(order.values())
    rows = full[(full["task"] == "bios") & (full["target"] == TARGETS[5])]
    parts = [rows[rows["condition"] == name] for name in order]
    np.testing.assert_allclose(points(figure, 0, TARGETS[5])[0], [part["upstream"].mean() for part in parts])
    expected = [np.log(part.drop_duplicates("model")["tpr_ratio"]).mean() for part in parts]
    np.testing.assert_allclose(points(figure, 1, TARGETS[5])[0], expected)


def test_doses_show_the_table_and_name_the_extremes(full: pd.DataFrame) -> None:
    figure = drawn(SCRUBBED, full)
    assert [plain(axis.title) for axis in figure.axes[:4]] == [
        "toxic comments", "all comments", "toxic comments, random initialisation", "all comments, random initialisation",
    ]  # fmt: skip
    rows = full[(full["task"] == "wiki") & (full["target"] == TARGETS[0])].drop_duplicates(["model", "trainset"])
    for panel, model in ((5, "pretrained"), (7, "random_init-t0")):
        by_trainset = rows[rows["model"] == model].set_index("trainset")
        trainsets = ["original", *(f"scrubbed-all-{level / 10:g}" for level in range(1, 11))]
        levels, values = points(figure, panel, TARGETS[0])
        np.testing.assert_allclose(levels, np.arange(11) / 10)
        np.testing.assert_allclose(values, by_trainset.loc[trainsets, "fpr_gap"])
    control = full[(full["task"] == "wiki") & (full["condition"] == "pretrained")]
    control = control.drop_duplicates("target").set_index("target")["fpr"].drop(TARGETS[3]).sort_values()
    named = {text.get_text().replace(" ", "_") for text in figure.axes[7].texts}
    assert named == set(control.index[[0, 1, 2, -3, -2, -1]])
    strong = {
        line.get_gid().removeprefix("target:")
        for line in figure.axes[4].lines
        if (line.get_gid() or "").startswith("target:") and to_hex(line.get_color()) != LIGHT
    }
    assert strong == named


def test_the_control_of_changed_data_is_the_same_model_alone(full: pd.DataFrame) -> None:
    """One random initialisation of ten has changed data; the others are no part of its level 0."""
    rows = full[(full["task"] == "wiki") & (full["target"] == TARGETS[0]) & (full["trainset"] == "original")]
    expected = rows[rows["model"] == "random_init-t0"]["fpr_gap"].iloc[0]
    assert points(drawn(SCRUBBED, full), 7, TARGETS[0])[1][0] == pytest.approx(expected)


def test_all_texts_lie_beyond_the_largest_subset() -> None:
    bias = table(facts(study_with({"subsampled": {"rows": [50, 200, 400]}})))
    figure = FigureName("dose", "bios", "subsampled")
    axis = drawn(figure, bias).axes[1]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["50", "200", "400", "all"]
    rows = bias[(bias["task"] == "bios") & (bias["target"] == TARGETS[0])].drop_duplicates("trainset")
    shown = rows.set_index("trainset")["tpr_gap"]
    expected = shown[["subsampled-50", "subsampled-200", "subsampled-400", "original"]]
    np.testing.assert_allclose(points(axis.figure, 1, TARGETS[0])[1], expected)
    text = figure_text(figure, bias)
    assert "level all is the same model on the original data" in text["caption"]
    assert "levels all and 50, r" in text["alt"]


def test_insignificant_slopes_are_hollow_and_groups_in_order() -> None:
    axis = drawn(EFFECTS, table(facts(study_of("tests/studies/tiny.yaml")))).axes[0]
    assert [plain(label) for label in axis.get_yticklabels()] == ["pre-trained control", "noise added"]
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
    figure = drawn(TRANSFER, full)
    means = conditions(rows_of(full, "bios", "pronoun_ranking"))
    control = means[means["condition"] == "pretrained"]
    line = next(line for line in figure.axes[0].lines if len(line.get_xdata()) == len(TARGETS))
    np.testing.assert_allclose(line.get_xdata(), control["upstream"])
    np.testing.assert_allclose(line.get_ydata(), control["downstream"])
    r = control["upstream"].corr(control["downstream"])
    assert f"r = {r:.2f}".replace("-", "−") in figure.axes[0].get_title()
    assert f"control: {r:.2f}".replace("-", "−") in figure_text(TRANSFER, full)["alt"]


def test_the_curve_is_in_order_and_marks_the_choices_of_each_place(full: pd.DataFrame) -> None:
    top, below = drawn(FigureName("specifications", "bios", measure="pronoun_ranking"), full).axes
    marked = sorted(
        (x, y) for line in top.get_lines() if line.get_marker() == "o" for x, y in zip(*line.get_data(), strict=True)
    )
    assert [y for _, y in marked] == [-0.1, 0.1, 0.3, 0.5]
    labels = [label.get_text() for label in below.get_yticklabels()]
    assert labels == ["downstream bias:  log TPR ratio", "TPR gap", "controls:  none", "prevalence"]
    marks = [list(line.get_xdata()) for line in below.get_lines() if line.get_marker() == "|"]
    assert marks == [[1, 2], [0, 3], [2, 3], [0, 1]]
    dashes = next(line for line in top.get_lines() if line.get_marker() == "_")
    assert np.isfinite(dashes.get_ydata()).tolist() == [True, True, False, False]


def test_labels_are_moved_apart_as_little_as_possible() -> None:
    np.testing.assert_allclose(apart([0.5, 0.5, 0.1], 0.2), [0.4, 0.6, 0.1])
    np.testing.assert_allclose(apart([0.0, 0.9, 1.0], 0.2, 0, 1), [0.0, 0.8, 1.0])
    assert len(apart([], 0.1)) == 0


@pytest.mark.end_to_end
def test_the_workflow_draws_the_figures_of_the_table(interventions_study: Path) -> None:
    root = interventions_study / "results" / "interventions"
    tasks = catalogue.of_table(pd.read_parquet(root / "bias.parquet"), {"bios", "wiki"})
    assert {file.stem for file in (root / "figures").glob("*.svg")} == set(catalogue.figure_names(tasks))
