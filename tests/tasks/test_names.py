"""Names are text by one rule, and names that look alike are found."""

import json
import unicodedata
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biastransfer.common.problems import Problem
from biastransfer.tasks.names import as_text, clean, look_alike
from biastransfer.tasks.sources import read_table, read_terms, read_texts

ROLES = {"text": "text", "label": "label", "id": "id", "group": "group"}
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(clean)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0110", "0110"), ("1.10", "1.10"), (13, "13"), (np.int64(13), "13"), (13.0, "13"), (1.5, "1.5"), (True, "true"), (np.bool_(False), "false"),
        (Decimal("2.50"), "2.5"), (Decimal("3.0"), "3"), (2**60, str(2**60)), (b"ab", "ab"),
    ],
)  # fmt: skip
def test_values_of_typed_files_are_what_a_csv_file_would_have(value: object, text: str) -> None:
    assert as_text(value) == text


def test_what_nobody_sees_is_not_part_of_a_name() -> None:
    assert {clean(name) for name in ("nurse", " nurse\u00a0", "\ufeffnurse", "nur\u00adse", "nurse\u200b")} == {"nurse"}
    assert clean("yoga\u00a0 teacher") == "yoga teacher"
    assert clean(unicodedata.normalize("NFD", "café")) == "café"
    assert clean("می\u200cخواهم") == "می\u200cخواهم", "a joiner inside of a word is a letter there"


def test_names_that_look_alike() -> None:
    found = look_alike(
        [
            "attorney",
            "Attorney",
            "nurse.",
            "nurse",
            "poet",
            "she/her",
            "SHE/HER",
            "DJ",
            "D.J.",
            "yoga-teacher",
            "yoga teacher",
        ]
    )
    assert found == [
        ["Attorney", "attorney"],
        ["nurse", "nurse."],
        ["SHE/HER", "she/her"],
        ["D.J.", "DJ"],
        ["yoga teacher", "yoga-teacher"],
    ]


@given(labels=st.lists(NAMES, min_size=2, max_size=6), groups=st.lists(NAMES, min_size=2, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_names_survive_csv_and_parquet_alike(tmp_path: Path, labels: list[str], groups: list[str]) -> None:
    rows = [
        (f"{number:03}", "some text", labels[number % len(labels)], groups[number % len(groups)])
        for number in range(12)
    ]
    table = pd.DataFrame(rows, columns=["id", "text", "label", "group"])
    table.to_csv(tmp_path / "rows.csv", index=False, quoting=1)
    table.to_parquet(tmp_path / "rows.parquet")
    table.to_json(tmp_path / "rows.jsonl", orient="records", lines=True)
    read = [read_texts([str(tmp_path / f"rows.{ending}")], ROLES, "source") for ending in ("csv", "parquet", "jsonl")]
    for found in read:
        assert found["label"].tolist() == [clean(label) for label in table["label"]]
        assert found["group"].tolist() == [clean(group) for group in table["group"]]
        assert found["id"].tolist() == table["id"].tolist()


def test_one_code_typed_differently_in_two_files_is_one(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "text": ["x", "y"], "label": [13, 2], "group": ["she", "he"]})
    table.to_parquet(tmp_path / "one.parquet")
    table.assign(id=["c", "d"], label=["13", "2"]).to_csv(tmp_path / "two.csv", index=False)
    table.assign(id=["e", "f"], label=[13.0, 2.0]).to_parquet(tmp_path / "three.parquet")
    table.assign(id=["g", "h"], label=pd.Categorical([13, 2])).to_parquet(tmp_path / "four.parquet")
    files = [str(tmp_path / name) for name in ("one.parquet", "two.csv", "three.parquet", "four.parquet")]
    assert set(read_texts(files, ROLES, "source")["label"]) == {"13", "2"}


def test_classes_that_the_file_names_have_their_names(tmp_path: Path) -> None:
    features = {
        "label": {"names": ["poet", "nurse"], "_type": "ClassLabel"},
        "text": {"dtype": "string", "_type": "Value"},
    }
    table = pa.table({"id": ["a", "b"], "text": ["x", "y"], "label": [1, 0], "group": ["she", "he"]})
    metadata = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    parquet.write_table(table.replace_schema_metadata(metadata), tmp_path / "rows.parquet")
    assert read_texts([str(tmp_path / "rows.parquet")], ROLES, "source")["label"].tolist() == ["nurse", "poet"]


def test_an_index_with_a_name_is_a_column(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "text": ["x", "y"], "label": ["p", "q"], "group": ["she", "he"]})
    table.set_index("id").to_parquet(tmp_path / "rows.parquet")
    assert read_texts([str(tmp_path / "rows.parquet")], ROLES, "source")["id"].tolist() == ["a", "b"]


def test_a_spreadsheet_is_read_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.DataFrame({"id": ["01", "02"], "text": ["x", "y"], "label": ["0110", "p"], "group": ["she", "he"]})
    table.to_excel(tmp_path / "rows.xlsx", index=False)
    assert read_texts([str(tmp_path / "rows.xlsx")], ROLES, "source")["label"].tolist() == ["0110", "p"]
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(Problem, match="needs the package openpyxl: pip install openpyxl, or save it as CSV"):
        read_table(str(tmp_path / "rows.xlsx"), "source.files")


def test_terms_of_a_file_with_marks_that_nobody_sees(tmp_path: Path) -> None:
    file = tmp_path / "terms.txt"
    file.write_bytes("\ufeffgay\r\nmiddle\u00a0aged\r\n\r\n".encode())
    assert read_terms(str(file), "terms") == ["gay", "middle aged"]
    file.write_text("gay\ngay\u200b\n")
    with pytest.raises(Problem, match="the term 'gay' occurs twice"):
        read_terms(str(file), "terms")
