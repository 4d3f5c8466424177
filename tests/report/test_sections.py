"""The sections of a report hold every table, with labels from the records."""

from dataclasses import replace

import pandas as pd
import pytest

from biastransfer.analysis.changes_from_control import COLUMNS
from biastransfer.common import registry
from biastransfer.report import catalogue
from biastransfer.report.page.parts import Figure
from biastransfer.report.sections import of_kinds, sections
from biastransfer.report.tables import all_groups
from biastransfer.report.tables.table_texts import LABELLED
from biastransfer.report.text.cautions import cautions
from biastransfer.report.text.section_texts import PROSE
from biastransfer.report.write import write_report

from support.crossed import made_up_crossed
from support.reports import REPLICATED, analysed, made_up

GAPS = pd.DataFrame(
    {
        "first": "she/her", "second": "he/him", "target": ["nurse", "poet", "model"], "n_first": [90, 90, 3],
        "n_second": [80, 80, 80], "rate_first": [0.9, 0.5, 1.0], "rate_second": [0.7, 0.6, 0.0],
        "gap": [0.2, -0.1, 1.0], "low": [0.1, -0.2, 0.5], "high": [0.3, 0.1, 1.0],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return made_up(1, runs=REPLICATED, upstream=0.02)


@pytest.fixture(scope="module")
def results(table) -> dict[str, pd.DataFrame]:
    return analysed(table)


def test_the_tables_are_those_of_the_catalogue(table, results) -> None:
    runs = pd.DataFrame({name: ["x"] for name in (
        "task", "model", "trainset", "replicate", "testset", "n", "accuracy", "macro_f1", "average_precision", "majority",
        "failed_to_learn",
    )})  # fmt: skip
    crossed = {"bios": made_up_crossed(model=0.1, data=0.0)}
    changes = pd.DataFrame({name: ["x"] for name in ("task", *COLUMNS)})
    whole = sections(table, results, [], runs, all_groups.section({"bios": GAPS}, {"bios": 10}), crossed, changes)
    assert [section.title for section in whole] == [PROSE.entry(name, "title") for name in PROSE.entry()]
    names = [each.name for section in whole for each in section.tables]
    assert sorted(names) == sorted(catalogue.table_names(["pronoun_ranking"], grouped=True, crossed=True))
    for section in whole:
        assert section.text
        for each in section.tables:
            assert set(each.columns) <= set(each.frame), each.name
            assert each.title
            assert each.caption


def test_figures_are_in_the_section_of_their_kind() -> None:
    figures = [Figure(kind, "", "", "", "", kind=kind) for kind in ("effects", "transfer", "dataset")]
    assert of_kinds(figures, ("transfer", "dataset")) == figures[1:]


def test_a_summary_of_all_groups_leaves_small_cells_out() -> None:
    summary, gaps = all_groups.section({"bios": GAPS}, {"bios": 10}).tables
    row = summary.frame.iloc[0]
    assert (row["labels"], row["of"], row["widest"], row["apart"]) == (2, 3, "nurse", 1)
    assert row["mean"] == pytest.approx(0.05)
    assert list(gaps.frame["small_cell"]) == [False, False, True]


def test_a_report_has_its_page_and_the_files_of_its_tables(table, results) -> None:
    report = write_report(
        "mine", table, results, measures={"bios": ["pronoun_ranking"]}, figures=[], facts=[("table", "mine.csv")],
        methods=[], smallest_effect=0.1, notes=["A note of its own."],
    )  # fmt: skip
    assert "A note of its own." in report.page
    assert "In bios, bias tracks the fine-tuning data." in report.page
    assert {"effects.csv", "effects.tex", "table3.csv"} <= set(report.table_files)
    assert "performance.csv" not in report.table_files


def test_records_that_are_new_have_their_labels_in_tables_and_cautions(table, monkeypatch: pytest.MonkeyPatch) -> None:
    measures, models = registry.upstream_measures(), registry.model_interventions()
    measure = replace(measures["pronoun_ranking"], name="new_measure", label="a new measure")
    noise = replace(models["gaussian_noise"], name="gaussian_noise", label="a new noise", groups={"new": "a new group"})
    monkeypatch.setattr(registry, "upstream_measures", lambda: {**measures, "new_measure": measure})
    monkeypatch.setattr(registry, "model_interventions", lambda: {**models, "gaussian_noise": noise})
    renamed = table.assign(
        upstream_measure="new_measure",
        groups=[[name.replace("noise", "new") for name in groups] for groups in table["groups"]],
    )
    renamed = renamed[renamed["target"] < "y12"]
    results = analysed(renamed)
    whole = {each.name: each.frame for section in sections(renamed, results, []) for each in section.tables}
    for name in ("effects", "verdicts", "coefficients", "diagnostics", "multiverse", "correlations", "estimators"):
        assert set(whole[name]["upstream_measure"]) == {"a new measure"}, name
    for name in ("effects", "coefficients", "regressions", "contributions", "influence"):
        assert "a new group" in set(whole[name]["group"]), name
    assert "a new noise 1" in set(whole["table2"]["condition_label"])
    text = " ".join(cautions(renamed, results))
    assert "the verdict by a new measure uses only 12 targets" in text
    assert "a new group in bios" in text


def test_what_has_no_record_is_called_by_its_name() -> None:
    assert LABELLED["upstream_measure"]("my_own_bias") == "my own bias"
    assert LABELLED["group"]("some_models") == "some models"
    assert LABELLED["term"]("age") == "age"
