"""Publishing replaces a table of the package by one with the same columns, and refuses any other."""

from pathlib import Path

import pytest

from support.workflow import REPOSITORY


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """evidence/publish.py, with a package folder of its own."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "evidence"))
    import publish

    monkeypatch.setattr(publish, "PACKAGE", tmp_path / "package")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "worlds.csv").write_text("world,studies\nnull,1\n")
    return publish


def test_a_table_with_the_same_columns_is_copied(publish, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("world,studies\nnull,2\n")
    publish.publish("worlds", tmp_path / "new.csv")
    assert (tmp_path / "package" / "worlds.csv").read_text() == "world,studies\nnull,2\n"


@pytest.mark.parametrize(
    ("text", "message"), [("world,seeds\nnull,2\n", "needs world, studies"), ("world,studies\n", "no rows")]
)
def test_another_table_is_refused(publish, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "new.csv").write_text(text)
    with pytest.raises(SystemExit, match=message):
        publish.publish("worlds", tmp_path / "new.csv")
    assert (tmp_path / "package" / "worlds.csv").read_text() == "world,studies\nnull,1\n"
