"""``biastransfer analyze``: from a table to a whole report, opened in a real browser."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from browser import CONTRAST, opened
from panels import study_table

from biastransfer import tables
from biastransfer.analysis.tables import TABLES, Settings, analyze
from biastransfer.analyzing import analyze_file
from biastransfer.report import catalogue

COMMAND = [sys.executable, "-c", "from biastransfer.cli import app; app()", "analyze"]
NASTY = "<b>nurse</b> & co"


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """Both kinds of task in one table, with a target whose name is markup."""
    flags = study_table(2, kind="flag_by_mention", targets=30, templates=2)
    whole = pd.concat([study_table(1), flags], ignore_index=True)
    whole["target"] = whole["target"].replace("y05", NASTY)
    path = tmp_path_factory.mktemp("table") / "mine.parquet"
    whole.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def done(table: Path, tmp_path_factory) -> Path:
    """What the command leaves."""
    out = tmp_path_factory.mktemp("analyzed") / "deep" / "out"
    command = [*COMMAND, str(table), "--out", str(out), "--resamples", "99"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "bios, pronoun ranking: both (both intervals exclude zero)" in run.stdout
    assert run.stdout.splitlines()[-1] == f"Report: {out / 'report.html'}"
    return out


def test_everything_that_a_study_gets_is_written(done: Path, table: Path) -> None:
    assert {path.stem for path in (done / "analysis").iterdir()} == set(TABLES)
    facts = catalogue.of_table(tables.read(table))
    drawn = {f"{name}.{kind}" for name in catalogue.figure_names(facts) for kind in ("svg", "png")}
    assert {path.name for path in (done / "figures").iterdir()} == drawn
    measures = [measure for task in facts.values() for measure in task.measures]
    names = [name for name in catalogue.table_names(measures) if name != "performance"]
    assert {path.name for path in (done / "tables").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("csv", "tex")
    }


def test_its_tables_are_those_of_the_analysis(done: Path, table: Path) -> None:
    expected = analyze(tables.read(table), Settings(resamples=99))
    for name, frame in expected.items():
        found = tables.read(done / "analysis" / f"{name}.parquet")
        assert len(found) == len(frame)
    slopes = tables.read(done / "analysis" / "coefficients.parquet")["estimate"]
    assert slopes.to_numpy() == pytest.approx(expected["coefficients"]["estimate"].to_numpy())


def test_equal_tables_give_equal_reports(done: Path, table: Path, tmp_path: Path) -> None:
    analyze_file(table, tmp_path / "again", Settings(resamples=99))
    for path in done.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(done)).read_bytes(), path.name


@pytest.mark.parametrize("width", [400, 1280])
def test_the_report_is_at_home_in_a_browser(done: Path, width: int) -> None:
    with opened(done / "report.html", width=width) as (page, seen):
        page.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        buttons = page.locator("th button")
        assert buttons.count() > 100
        page.locator("#table-coefficients th button").nth(6).click()
        shown = page.locator("#table-coefficients tbody tr td:nth-child(7)").all_inner_texts()
        exact = sorted(pd.read_csv(done / "tables" / "coefficients.csv")["estimate"])
        assert float(shown[0].replace(",", "")) == pytest.approx(exact[0], abs=0.0006)
        assert float(shown[-1].replace(",", "")) == pytest.approx(exact[-1], abs=0.0006)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        broken = page.evaluate(
            "() => [...document.images].filter((image) => !image.complete || !image.naturalWidth).map((image) => image.alt)"
        )
        assert broken == []
        assert (seen.messages, seen.requests) == ([], [])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_of_it_can_be_read(done: Path, dark: bool) -> None:
    with opened(done / "report.html", dark=dark) as (page, _):
        page.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        assert {name: ratio for name, ratio in page.evaluate(CONTRAST).items() if ratio < 4.5} == {}


def test_names_with_markup_are_text_everywhere(done: Path) -> None:
    html = (done / "report.html").read_text(encoding="utf-8")
    assert NASTY not in html
    assert "&lt;b&gt;nurse&lt;/b&gt; &amp; co" in html


def test_the_report_says_which_errors_to_believe(done: Path) -> None:
    words = pd.read_csv(done / "tables" / "coefficients.csv")
    eq4 = words[(words["specification"] == "Eq. 4") & (words["term"] == "upstream bias")]
    credible = eq4.groupby("errors")["credible"].agg(lambda found: set(found))
    assert credible["HC3"] == {"not credible"}
    assert credible["clustered by target (CRV3)"] == {"credible"}
    assert (eq4[eq4["errors"] == "HC3"]["coverage"] < 0.75).all()


def test_a_wrong_table_ends_in_one_sentence_without_traceback(tmp_path: Path) -> None:
    pd.DataFrame({"task": ["bios"]}).to_csv(tmp_path / "mine.csv", index=False)
    command = [*COMMAND, str(tmp_path / "mine.csv"), "--out", str(tmp_path / "out")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "mine.csv: column model: is missing." in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "out").exists()
