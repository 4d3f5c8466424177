"""The tables are checked when they are written, and written whole."""

from pathlib import Path

import pandas as pd
import pytest

from biastransfer.engine import parquet_files, table_schemas


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    table = pd.DataFrame({"target": ["a"], "upstream": [1.5], "prevalence": [0.5], "frequency": [1.0]})
    parquet_files.write(table, "planted", tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(parquet_files.read(tmp_path / "t.parquet"), table)
    assert [file.name for file in tmp_path.iterdir()] == ["t.parquet"]


def test_equal_tables_are_equal_files(tmp_path: Path) -> None:
    table = pd.DataFrame({"text": ["a", "b"]})
    for name in ("one", "two"):
        parquet_files.write(table, "corpus", tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    "table", [pd.DataFrame({"txt": ["a"]}), pd.DataFrame({"text": ["a"], "more": [1]}), pd.DataFrame({"text": [1]})]
)
def test_a_table_that_does_not_fit_is_refused_and_leaves_the_old_one(tmp_path: Path, table: pd.DataFrame) -> None:
    parquet_files.write(pd.DataFrame({"text": ["old"]}), "corpus", tmp_path / "t.parquet")
    with pytest.raises((ValueError, TypeError)):
        parquet_files.write(table, "corpus", tmp_path / "t.parquet")
    assert parquet_files.read(tmp_path / "t.parquet")["text"].tolist() == ["old"]


def test_a_new_column_changes_that_tables_fingerprint_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = table_schemas.fingerprint("rates"), table_schemas.fingerprint("bias")
    monkeypatch.setitem(
        table_schemas.SCHEMAS,
        "rates",
        table_schemas.SCHEMAS["rates"].append(table_schemas.pa.field("new", table_schemas.pa.int64())),
    )
    after = table_schemas.fingerprint("rates"), table_schemas.fingerprint("bias")
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_every_table_is_described() -> None:
    text = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
    for name, schema in table_schemas.SCHEMAS.items():
        for column in schema.names:
            assert f"`{column}`" in text, f"docs/tables.md does not describe column {column} of {name}"
