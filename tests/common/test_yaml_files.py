"""YAML files have the values that Snakemake reads, the lines of their keys, and no repeated keys."""

from pathlib import Path

import pytest
import yaml

from biastransfer.common.problems import Problem
from biastransfer.common.yaml_files import read_yaml

VALUES = """
truth: yes
words: [on, "no", ~]
small: 1e-5
smaller: 1.0e-5
octal: 012
time: 1:30
day: 2001-01-01
thousand: 1_000
shared: &shared {rate: .inf}
merged: {<<: *shared, rows: 0x1F}
"""


def test_values_and_types_are_those_of_snakemakes_reader(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(VALUES)
    values, lines = read_yaml(tmp_path / "study.yaml", "study file")
    assert repr(values) == repr(yaml.safe_load(VALUES))
    assert (values["truth"], values["small"], values["smaller"]) == (True, "1e-5", 1e-5)
    assert lines["truth",] == 2
    assert lines["words", 2] == 3
    assert lines["merged",] == 11


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("seed: 1\nseed: 2\n", ":2: seed: occurs twice."),
        ("tasks:\n  bios: {kind: a,\n    kind: b}\n", ":3: kind: occurs twice."),
        ("pairs:\n- {a: 1}\n- {b: 1, c: 2, b: 3}\n", ":3: b: occurs twice."),
        ("seed: 1\n\tstudy: x\n", ":2: not valid YAML: found character '\\t' that cannot start any token."),
        ("seed: *other\n", ":1: not valid YAML: found undefined alias 'other'."),
        ("- seed\n", ": has no keys."),
        ("", ": has no keys."),
    ],
)
def test_a_mistake_has_its_file_and_line(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(Problem) as refused:
        read_yaml(path, "study file")
    assert str(refused.value) == f"{path}{sentence}"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"none.yaml: no such study file\.$"):
        read_yaml(tmp_path / "none.yaml", "study file")
    with pytest.raises(Problem, match=r"cannot be read as a study file: is a directory\.$"):
        read_yaml(tmp_path, "study file")
