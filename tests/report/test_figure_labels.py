"""What figures call conditions and levels: from the study's section to the label and the tick, unchanged and unambiguous."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from house.test_english import phrases_in, sentences, words
from hypothesis import given, settings
from hypothesis import strategies as st

from biastransfer.common import registry
from biastransfer.common.records import DatasetWords
from biastransfer.report.catalogue import FigureName
from biastransfer.report.conditions import Condition, Series, conditions_of, strongest
from biastransfer.report.figures.captions import PROSE, figure_text
from biastransfer.report.figures.dose_numbers import doses
from biastransfer.report.figures.plotted_values import rows_of

from support.figure_tables import drawn, facts, figures_of, overlaps, plain, study_of, study_with, table

MOST_WORDS = 25
"""Of a sentence of a caption."""
AWKWARD = [1e-5, 5e-05, 0.1, 50.0, -50.0, 285256.0]
"""Levels whose exponent, sign or number of digits is easily lost."""


def few_digits(number: float) -> float:
    """The number with no more digits than the name of a node has."""
    return float(f"{number:.4g}")


def levels(low: float, high: float) -> st.SearchStrategy[list[float]]:
    """Two levels or more that differ in their names, none closer to zero than the smallest awkward one."""
    known = st.sampled_from([level for level in AWKWARD if low <= level <= high])
    numbers = (
        st.floats(low, high)
        .map(few_digits)
        .filter(lambda level: low <= level <= high and abs(level) >= min(map(abs, AWKWARD)))
    )
    return st.lists(known | numbers, min_size=2, max_size=6, unique=True)


def text_of(level: float) -> str:
    return f"{level:.0f}" if level == int(level) else f"{level:g}"


# The intervention's keys, the task, and what its labels begin with.
SECTIONS: dict[str, tuple[Callable[[list[float]], Mapping[str, Any]], str, str, tuple[float, float]]] = {
    "gaussian_noise": (lambda levels: {"levels": levels}, "bios", "Gaussian noise", (1e-5, 1e6)),
    "sentdebias": (lambda levels: {"levels": levels}, "bios", "SentDebias", (-1e6, 1e6)),
    "scrubbed": (lambda levels: {"shares": levels, "comments": ["all"]}, "wiki", "scrubbed all", (1e-5, 1)),
    "swapped": (lambda levels: {"shares": levels}, "bios", "swapped", (1e-5, 1)),
    "rebalanced": (lambda levels: {"under": levels}, "bios", "re-balanced under", (1e-5, 1)),
    "subsampled": (lambda levels: {"rows": [int(level) for level in levels]}, "bios", "subsampled", (50, 1e6)),
}


def numbers_of(name: str) -> st.SearchStrategy[list[float]]:
    numbers = levels(*SECTIONS[name][3])
    return numbers.map(lambda found: list(dict.fromkeys(map(round, found)))) if name == "subsampled" else numbers


@pytest.mark.parametrize("name", SECTIONS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_level_is_the_same_in_section_label_and_tick(name: str, data: st.DataObject) -> None:
    given_levels = data.draw(numbers_of(name))
    section, task, words_before, _ = SECTIONS[name]
    runs = [run for run in facts(study_with({name: section(given_levels)})) if run["task"] == task]
    bias = table(runs)
    labels = {condition.level: condition.label for condition in conditions_of(rows_of(bias, task))[1:]}
    assert labels == {level: f"{words_before} {text_of(level)}" for level in given_levels}
    axis = drawn(FigureName("dose", task, name), bias).axes[1]
    ticks = [tick.get_text() for tick in axis.get_xticklabels()]
    assert len(ticks) == len(set(ticks)) >= 2
    allowed = {text_of(level).removeprefix("-") if level > 0 else "−" + text_of(-level) for level in given_levels}
    assert set(ticks) <= allowed | {"all" if name == "subsampled" else "0"}
    if name != "subsampled":
        known = {level: tick for level, tick in zip(axis.get_xticks(), ticks, strict=True)}
        assert all(float(tick.replace("−", "-", 1)) == level for level, tick in known.items())


@pytest.mark.parametrize(
    ("name", "section", "expected"),
    [
        ("scrubbed", {"shares": [5e-5], "comments": ["all"]}, {"scrubbed-all-5e-05": "scrubbed all 5e-05"}),
        ("gaussian_noise", {"levels": [1e-5]}, {"gaussian_noise-s1e-05": "Gaussian noise 1e-05"}),
        ("sentdebias", {"levels": [-50, 50]}, {"sentdebias-g-50": "SentDebias -50", "sentdebias-g50": "SentDebias 50"}),
        ("subsampled", {"rows": [285256]}, {"subsampled-285256": "subsampled 285256"}),
        ("rebalanced", {"both": [[0.5, 0.25]]}, {"rebalanced-over0.5-under0.25": "re-balanced over 0.5 under 0.25"}),
        ("proxies_scrubbed", {"words": [200]}, {"proxies_scrubbed-n200": "proxies scrubbed n 200",
                                                "proxies_scrubbed-n200-random": "proxies scrubbed n 200 random"}),
    ],
)  # fmt: skip
def test_a_condition_says_what_differs_from_the_control(name: str, section: dict, expected: dict[str, str]) -> None:
    task = "wiki" if name == "scrubbed" else "bios"
    rows = rows_of(table(facts(study_with({name: section}))), task)
    labels = {condition.name.rpartition("/")[2]: condition.label for condition in conditions_of(rows)}
    assert labels == {"pretrained": "control"} | expected


def test_a_condition_names_the_model_whose_data_is_changed() -> None:
    models = ["pretrained", "random_init-t1", "sentdebias-g1", "gaussian_noise-s1-t0"]
    study = study_with(
        {
            "random_init": {"trials": 2},
            "sentdebias": {"levels": [1]},
            "gaussian_noise": {"levels": [1], "tasks": ["bios"]},
            "scrubbed": {"shares": [1], "comments": ["all"], "models": models},
        }
    )
    labels = [condition.label for condition in conditions_of(rows_of(table(facts(study)), "wiki"))]
    assert labels == [
        "control", "SentDebias 1", "random initialisation", "scrubbed all 1", "scrubbed all 1, SentDebias 1",
        "scrubbed all 1, gaussian_noise-s1-t0", "scrubbed all 1, random initialisation",
    ]  # fmt: skip


def test_the_control_has_other_seeds() -> None:
    rows = rows_of(table(facts(study_of("config.yaml"))), "bios")
    assert [condition.label for condition in conditions_of(rows)][:2] == ["control", "control, other seeds"]


def conditions_with(interventions: Mapping[str, Any], task: str = "bios") -> list[Condition]:
    return conditions_of(rows_of(table(facts(study_with(interventions))), task))


def test_few_conditions_are_all_shown() -> None:
    few = conditions_with({"gaussian_noise": {"levels": [0.5, 1]}})
    assert strongest(few) == few


def test_many_conditions_are_shown_by_their_strongest() -> None:
    many = conditions_with(
        {
            "sentdebias": {"levels": [-50, -1, 1, 50]},
            "random_init": {},
            "rebalanced": {"over": [0.5, 1], "under": [1], "both": [[0.5, 0.5], [0.25, 0.75]]},
        }
    )
    assert [condition.label for condition in strongest(many)] == [
        "control", "SentDebias 50", "random initialisation", "re-balanced over 1", "re-balanced under 1",
        "re-balanced over 0.5 under 0.5",
    ]  # fmt: skip


def test_the_strongest_subset_is_the_smallest() -> None:
    subsets = conditions_with({"subsampled": {"rows": list(range(100, 1000, 100))}, "swapped": {"shares": [0.5]}})
    assert [condition.label for condition in strongest(subsets)] == ["control", "swapped 0.5", "subsampled 100"]


def test_sums_that_differ_by_a_rounding_are_ties() -> None:
    """0.1 + 0.2 is more than 0.3 for a computer."""
    series = Series("rebalanced", "over under", "pretrained")
    uneven, even = (Condition(str(parts), "", True, series, parts=parts) for parts in ((0.1, 0.2), (0.15, 0.15)))
    assert strongest([uneven, even], most=0) == [even]


def test_shares_that_add_up_to_the_same_have_places_of_their_own() -> None:
    bias = table(facts(study_with({"rebalanced": {"both": [[0.5, 0.5], [0.25, 0.75], [0.1, 0.2], [0.15, 0.15]]}})))
    panel = doses(rows_of(bias, "bios"), "rebalanced")[0]
    assert panel.label == "over + under"
    assert panel.levels()["level"].tolist() == [0, 0.3, 0.3, 1, 1]
    axis = drawn(FigureName("dose", "bios", "rebalanced"), bias).axes[1]
    ticks = [label.get_text() for label in axis.get_xticklabels()]
    assert ticks == ["0", "0.1 + 0.2", "0.15 + 0.15", "0.25 + 0.75", "0.5 + 0.5"]


def test_the_log_scale_holds_the_levels_of_sentdebias() -> None:
    bias = table(facts(study_of("studies/simulated_full.yaml")))
    axis = drawn(FigureName("dose", "bios", "sentdebias"), bias).axes[1]
    assert axis.get_xscale() == "symlog"
    assert [label.get_text() for label in axis.get_xticklabels()] == ["−50", "−10", "−2", "0", "2", "10", "50"]


def test_awkward_levels_do_not_overlap() -> None:
    sections = {"sentdebias": {"levels": AWKWARD}, "subsampled": {"rows": [50, 285256]},
                "scrubbed": {"shares": [1e-5, 5e-5, 0.1]}}  # fmt: skip
    bias = table(facts(study_with(sections)))
    for figure in figures_of(bias):
        page = drawn(figure, bias)
        page.draw_without_rendering()
        assert not overlaps(page), figure


def test_texts_name_the_figure_of_the_paper() -> None:
    bias = table(facts(study_of("studies/simulated_full.yaml")))
    figures = {
        FigureName("dose", "bios", "sentdebias"): "Figure 3",
        FigureName("dose", "bios", "rebalanced"): "Figure 10",
        FigureName("dose", "wiki", "scrubbed"): "Figures 5 and 11",
        FigureName("dataset", "bios"): "Figure 6",
        FigureName("dataset", "wiki"): "Figure 8",
        FigureName("effects"): "Figure 4",
    }
    for figure, place in figures.items():
        assert figure_text(figure, bias)["section"] == f"cf. Steed et al. 2022, {place}"


@pytest.fixture
def renamed_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records with labels that no file of the figures knows."""
    data, models = registry.data_interventions(), registry.model_interventions()
    measures, kinds = registry.upstream_measures(), registry.task_kinds()
    masked = replace(
        data["scrubbed"], name="masked", label="masked out", level_name="share masked", families={"all": "all notes"}
    )
    words_of_data = DatasetWords(texts="notes", parts=("rude", "polite"), prevalence="share of rude notes")
    flags = replace(kinds["flag_by_mention"], words=words_of_data, paper_figures={"dataset": "Plate 1"})
    tone = replace(measures["negative_sentiment"], label="tone of fillers")
    fresh = replace(models["random_init"], label="fresh weights")
    monkeypatch.setattr(registry, "data_interventions", lambda: {**data, "masked": masked})
    monkeypatch.setattr(registry, "model_interventions", lambda: {**models, "random_init": fresh})
    monkeypatch.setattr(registry, "upstream_measures", lambda: {**measures, "negative_sentiment": tone})
    monkeypatch.setattr(registry, "task_kinds", lambda: {**kinds, "flag_by_mention": flags})


@pytest.fixture
def masked_table() -> pd.DataFrame:
    """A table with an intervention that this package does not have."""
    sections = {"random_init": {}, "scrubbed": {"shares": [0.5, 1], "comments": ["all"], "models": ["random_init-t0"]}}
    bias = table(facts(study_with(sections)))
    names = ["intervention", "data_intervention"]
    return bias.assign(**bias[names].replace("scrubbed", "masked"))


@pytest.mark.usefixtures("renamed_records")
def test_a_new_record_has_its_label_in_every_figure(masked_table: pd.DataFrame) -> None:
    shown = {}
    for figure in figures_of(masked_table):
        page = drawn(figure, masked_table)
        axes = [axis for axis in page.axes if axis.get_visible()]
        texts = [text for axis in axes for text in (axis.title, axis.xaxis.label, axis.yaxis.label)]
        texts += [label for axis in axes for label in axis.get_yticklabels()]
        texts += [text for legend in page.legends for text in legend.get_texts()]
        written = [plain(text) for text in texts] + list(figure_text(figure, masked_table).values())
        shown[figure.kind, figure.task] = " | ".join(written)
    assert "share masked" in shown["dose", "wiki"]
    assert "all notes, fresh weights" in shown["dose", "wiki"]
    assert "masked out all 1, fresh weights" in shown["targets", "wiki"]
    assert "masked out all 0.5, fresh weights" in shown["transfer", "wiki"]
    assert "fresh weights" in shown["interventions", "wiki"]
    assert all("tone of fillers" in shown[kind, "wiki"] for kind in ("upstream", "transfer", "after", "planted"))
    assert all(
        word in shown["dataset", "wiki"] for word in ("notes", "rude", "polite", "share of rude notes", "Plate 1")
    )
    assert not any(old in text for text in shown.values() for old in ("scrubbed", "negative sentiment", "random init"))


def test_an_intervention_and_a_measure_without_a_record_are_called_by_their_names(masked_table: pd.DataFrame) -> None:
    bias = masked_table.replace({"upstream_measure": {"negative_sentiment": "my_measure"}})
    figure = FigureName("dose", "wiki", "masked")
    assert plain(drawn(figure, bias).axes[1].xaxis.label) == "level of masked"
    text = figure_text(FigureName("transfer", "wiki", measure="my_measure"), bias)
    assert "my measure" in text["title"]
    assert "masked all 1" in text["alt"]


@pytest.mark.parametrize("kind", PROSE.entry())
def test_captions_are_plain_english(kind: str) -> None:
    for text in PROSE.entry(kind).values():
        assert not phrases_in(text)
        long = [sentence for _, sentence in sentences(text) if words(sentence) > MOST_WORDS]
        assert not long
