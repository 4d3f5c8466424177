"""The tables of docs/methods.md are those of the records."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from biastransfer.common import registry

SCRIPT = Path(__file__).parents[2] / "docs" / "write_record_tables.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("write_record_tables", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_in_step(script) -> None:
    page = script.PAGE.read_text(encoding="utf-8")
    assert script.with_tables(page) == page, "run python docs/write_record_tables.py"


def test_every_record_has_a_row(script) -> None:
    page = script.PAGE.read_text(encoding="utf-8")
    for records in (registry.upstream_measures(), registry.model_interventions(), registry.data_interventions(),
                    registry.heads(), registry.task_kinds()):  # fmt: skip
        for name, record in records.items():
            row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
            assert record.description in row


def test_a_new_record_gets_a_row(script, monkeypatch: pytest.MonkeyPatch) -> None:
    measures = registry.upstream_measures()
    new = replace(measures["pronoun_ranking"], name="new_measure", description="something new")
    monkeypatch.setattr(registry, "upstream_measures", lambda: {**measures, "new_measure": new})
    assert "| `new_measure`" in script.with_tables(script.PAGE.read_text(encoding="utf-8"))


def test_a_page_without_a_place_for_a_table_is_refused(script) -> None:
    with pytest.raises(ValueError, match="task kinds"):
        script.with_tables("# No tables")
