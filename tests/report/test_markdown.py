"""Markdown tables show cells as they are, and a template accepts no gap."""

from pathlib import Path

import jinja2
import pandas as pd
import pytest

from biastransfer.report.markdown import filled, table


def test_cells_are_shown_as_they_are_and_missing_ones_as_a_dash() -> None:
    frame = pd.DataFrame({"share": ["0.10", "**0.9**"], "count": [1, 2], "level": [0.0, None]})
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(frame).splitlines()]
    assert lines[0] == ["share", "count", "level"]
    assert lines[2:] == [["0.10", "1", "0.0"], ["**0.9**", "2", "–"]]


def test_headings_may_repeat() -> None:
    assert table(pd.DataFrame([["a", "b"]], columns=["r", "r"])).splitlines()[0].count("r") == 2


def test_a_template_that_lacks_a_fact_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md.jinja"
    page.write_text("{{ draws }} draws\n")
    assert filled(page, draws=5) == "5 draws\n"
    with pytest.raises(jinja2.UndefinedError, match="draws"):
        filled(page)
