"""Delimited text is read as a colleague would read it, or refused with its first doubtful line."""

import csv
import gzip
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biastransfer.tasks import delimited
from biastransfer.tasks.names import clean

COLUMNS = ["id", "text", "label"]
CELLS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(",;\t|\"\\\n' #"), min_size=1, max_size=12
)


def written(path: Path, rows: list[list[str]], **dialect) -> Path:
    """A file of rows as the csv module writes them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, **dialect).writerows(rows)
    return path


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    data=st.data(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read(tmp_path: Path, rows, delimiter: str, data) -> None:
    ending = data.draw(st.sampled_from([".csv", ".tsv", ".csv.gz"]))
    file = written(tmp_path / "rows.csv", [COLUMNS, *rows], delimiter=delimiter, quoting=csv.QUOTE_ALL)
    if ending.endswith(".gz"):
        file.with_suffix(".csv.gz").write_bytes(gzip.compress(file.read_bytes()))
        file = file.with_suffix(".csv.gz")
    found = delimited.read(file, COLUMNS)
    assert list(found) == COLUMNS
    assert found.to_numpy().tolist() == [list(row) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "id,text,label\n0,a b,0110\n1,c,1.10\n",
        "\ufeffid,text,label\r\n0,a b,0110\r\n1,c,1.10\r\n",
        "id;text;label\n0;a b;0110\n1;c;1.10\n",
        "id\ttext\tlabel\n0\ta b\t0110\n1\tc\t1.10\n",
        "sep=;\nid;text;label\n0;a b;0110\n1;c;1.10\n",
        "# exported\n\nid, text, label\n0, a b, 0110\n1, \"c\", 1.10\n",
        "id,text,label,\n0,a b,0110,\n1,c,1.10,\n\n",
    ],
)  # fmt: skip
def test_one_table_written_in_many_ways(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(text.encode())
    found = delimited.read(file, COLUMNS)
    assert found.to_numpy().tolist() == [["0", "a b", "0110"], ["1", "c", "1.10"]]


def test_quotes_escaped_by_backslashes_and_quotes_written_twice(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('id,text,label\n0,"he said \\"hi\\", then left",x\n')
    assert delimited.read(file, COLUMNS)["text"].tolist() == ['he said "hi", then left']
    file.write_text('id,text,label\n0,"a path C:\\temp\\ and ""more""",x\n')
    assert delimited.read(file, COLUMNS)["text"].tolist() == ['a path C:\\temp\\ and "more"']


def test_long_texts_of_several_lines_with_commas_are_no_swallowed_rows(tmp_path: Path) -> None:
    text = "One, two, three\nfour, five, six\nseven " * 500
    rows = [[str(number), text, "ab"[number % 2]] for number in range(20)]
    assert (delimited.read(written(tmp_path / "rows.csv", [COLUMNS, *rows]), COLUMNS)["text"] == text).all()


def test_a_quote_that_swallows_rows_is_refused_with_its_line(tmp_path: Path) -> None:
    lines = [f"{number},fine,{'ab'[number % 2]}" for number in range(30)]
    lines[4], lines[20] = '4,"opens,a', '20,closes",a'
    file = tmp_path / "rows.csv"
    file.write_text("\n".join(["id,text,label", *lines]) + "\n")
    with pytest.raises(ValueError, match="line 6 opens a quote that swallows the next rows"):
        delimited.read(file, COLUMNS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("id,text,label\n0,a,b\n1,c, d,e\n", "line 3 has 4 fields and the header has 3 (the delimiter is a comma)"),
        ("id,text,label\n0,a\n", "line 2 has 2 fields"),
        ('id,text,label\n0,"a,b\n', "line 2 opens a quote that is never closed"),
        ("id,text,label,label\n0,a,b,c\n", "the column 'label' 2 times"),
        ("\n# nothing\n", "has no header"),
        (b"PK\x03\x04\0\0", "is no text file"),
        ("id,text,label\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_doubtful_files_are_refused(tmp_path: Path, content: str | bytes, words: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
        delimited.read(file, COLUMNS)


def test_empty_cells_are_missing_and_columns_keep_their_order(tmp_path: Path) -> None:
    found = delimited.read(written(tmp_path / "rows.csv", [["b", "a"], ["", "NA"], ["null", ""]]), ["a"])
    assert list(found) == ["b", "a"]
    assert found.isna().to_numpy().tolist() == [[True, False], [False, True]]
    assert found["a"].iloc[0] == "NA"


def test_a_header_is_cleaned(tmp_path: Path) -> None:
    buffer = io.StringIO("\u00a0id ,te\u200bxt,label\n1,a,b\n")
    file = tmp_path / "rows.csv"
    file.write_text(buffer.getvalue())
    assert list(delimited.read(file)) == [clean("id"), "text", "label"]
    assert isinstance(delimited.read(file), pd.DataFrame)
