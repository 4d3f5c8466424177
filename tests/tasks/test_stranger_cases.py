"""Small inputs that strangers have: tables are read as a colleague would read them, or refused in one sentence."""

import os
from pathlib import Path

import pandas as pd
import pytest

from biastransfer.common.problems import Problem
from biastransfer.tasks import label_by_group
from biastransfer.tasks.prepare import prepare
from biastransfer.tasks.sources import read_terms, read_texts

ROLES = {"id": "id", "text": "bio", "label": "job", "group": "who"}


@pytest.fixture(scope="module")
def cases() -> Path:
    if "BIASTRANSFER_TEST_CASES" not in os.environ:
        pytest.skip("BIASTRANSFER_TEST_CASES names no folder of cases")
    return Path(os.environ["BIASTRANSFER_TEST_CASES"]) / "inputs"


def people(folder: Path, ending: str = "csv") -> pd.DataFrame:
    return read_texts([str(folder / f"people.{ending}")], ROLES, "tasks.people.source")


@pytest.mark.parametrize(
    ("case", "labels", "groups"),
    [
        ("02_leading_zero_labels", {"0110", "0201"}, {"she/her", "he/him"}),
        ("19c_labels_1.10_and_1.1", {"1.1", "1.10", "2.3"}, {"she/her", "he/him"}),
        ("05_trailing_space_label", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("05b_trailing_space_group", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("06_space_after_comma", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("07_semicolon_with_commas", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("07c_tab_csv", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("08_backslash_quotes", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("09b_quoted_newlines_huge", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("17b_sep_line", {"attorney", "nurse"}, {"she/her", "he/him"}),
        ("26e_comment_line_first", {"attorney", "nurse"}, {"she/her", "he/him"}),
    ],
)
def test_tables_that_are_read(cases: Path, case: str, labels: set[str], groups: set[str]) -> None:
    found = people(cases / case)
    assert len(found) == 60
    assert (set(found["label"]), set(found["group"])) == (labels, groups)


def test_ids_with_zeros_in_front_are_different(cases: Path) -> None:
    assert {"01", "001"} <= set(people(cases / "02c_leading_zero_ids")["id"])


def test_an_id_that_is_the_index_of_a_parquet_file_is_read(cases: Path) -> None:
    assert people(cases / "04_parquet_id_is_index", "parquet")["id"].iloc[0] == "0-she/her"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("10_blank_texts", "missing values|hold nothing visible"),
        ("16_duplicate_header", "has the column 'job' 2 times"),
        ("17_qualtrics_three_headers", "line 3 is a further header of a survey tool"),
        ("26l_quote_opens_and_swallows_rows", "line 12 "),
    ],
)
def test_tables_that_are_refused(cases: Path, case: str, words: str) -> None:
    with pytest.raises(Problem, match=words) as found:
        people(cases / case)
    assert str(found.value).count(". ") == 0, "one sentence"


@pytest.mark.parametrize(("case", "name"), [("05c_case_of_labels", "Attorney"), ("05e_case_of_groups", "SHE/HER")])
def test_names_that_look_alike_are_doubts(cases: Path, case: str, name: str) -> None:
    rows = people(cases / case)
    splits = {"train": rows, "dev": rows.iloc[:0], "test": rows.iloc[:0]}
    doubts = list(label_by_group.doubts(splits, [], "test", 2, ["she/her", "he/him"]))
    assert f"'{name}'" in doubts[0]
    assert "look alike" in doubts[0]
    if name == "SHE/HER":
        assert "rows are of neither compared group and leave the comparison (SHE/HER" in doubts[1]


@pytest.mark.parametrize(("case", "rows"), [("14b_native_same_file_thrice", 60), ("14c_half_duplicated", 120)])
def test_texts_that_train_and_test_are_counted_and_can_be_dropped(cases: Path, case: str, rows: int) -> None:
    given = people(cases / case)
    thrice = {name: given.assign(id=name + given["id"]) for name in ("train", "dev", "test")}
    found = prepare(thrice, label_by_group, terms=[], scrub=None, split="native", seed=1, key="k")
    assert [why.split(" texts")[0] for why in found.doubts()] == [
        f"split: {rows} of {rows} dev",
        f"split: {rows} of {rows} test",
    ]
    whole = prepare({"all": given}, label_by_group, terms=[], scrub=None, split="nested", seed=1, key="k")
    assert sum(map(len, whole.splits.values())) == rows
    assert not list(whole.doubts())


def test_terms_without_marks_that_nobody_sees(cases: Path) -> None:
    terms = read_terms(str(cases / "M13_terms_bom_crlf" / "terms.txt"), "terms")
    assert not any(term.startswith("\ufeff") or term.endswith("\r") for term in terms)
