"""``biastransfer analyze``: from a table to a whole report, opened in a real browser."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from biastransfer.analysis.analyze import analyze
from biastransfer.analysis.table_names import ANALYSIS_TABLES
from biastransfer.commands.analyze import analyze_file
from biastransfer.engine import parquet_files
from biastransfer.report import catalogue

from support.browser import inspect, launch, look, opened
from support.reports import SETTINGS, made_up

COMMAND = [sys.executable, "-c", "from biastransfer.commands.app import app; app()", "analyze"]
NASTY = r"<b>nurse</b> & co $\frac$"


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """Both kinds of task in one table, with a target whose name is markup."""
    flags = made_up(2, kind="flag_by_mention", targets=30, templates=2)
    whole = pd.concat([made_up(1), flags], ignore_index=True)
    whole["target"] = whole["target"].replace("y05", NASTY)
    path = tmp_path_factory.mktemp("table") / "mine.parquet"
    whole.to_parquet(path)
    return path


@pytest.fixture(scope="module")
def done(table: Path, tmp_path_factory) -> Path:
    """What the command leaves."""
    out = tmp_path_factory.mktemp("analyzed") / "deep" / "out"
    command = [*COMMAND, str(table), "--out", str(out), "--resamples", "99", "--simulated-studies", "200"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "bios, pronoun ranking: both (both causes are detected)" in run.stdout
    assert run.stdout.splitlines()[-1] == f"Report: {out / 'report.html'}"
    return out


def test_everything_that_a_study_gets_is_written(done: Path, table: Path) -> None:
    assert {path.stem for path in (done / "analysis").glob("*.parquet")} == set(ANALYSIS_TABLES)
    facts = catalogue.of_table(parquet_files.read(table))
    drawn = {f"{name}.{kind}" for name in catalogue.figure_names(facts) for kind in ("svg", "png")}
    assert {path.name for path in (done / "figures").iterdir()} == drawn
    measures = [measure for task in facts.values() for measure in task.measures]
    names = [
        name
        for name in catalogue.table_names(measures, grouped=False)
        if name not in ("performance", "changes_from_control")
    ]
    assert {path.name for path in (done / "tables").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("csv", "tex")
    }


def test_its_tables_are_those_of_the_analysis(done: Path, table: Path) -> None:
    expected = analyze(parquet_files.read(table), SETTINGS)
    for name, frame in expected.items():
        assert len(parquet_files.read(done / "analysis" / f"{name}.parquet")) == len(frame)
    slopes = parquet_files.read(done / "analysis" / "coefficients.parquet")["estimate"]
    assert slopes.to_numpy() == pytest.approx(expected["coefficients"]["estimate"].to_numpy())


def test_equal_tables_give_equal_reports(done: Path, table: Path, tmp_path: Path) -> None:
    analyze_file(table, tmp_path / "again", SETTINGS)
    for path in done.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(done)).read_bytes(), path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_the_report_is_at_home_in_a_browser(done: Path, width: int, scheme: str) -> None:
    assert inspect(done / "report.html", width, scheme).faults() == []


def test_its_longest_table_sorts(done: Path) -> None:
    with launch() as browser, opened(browser, done / "report.html") as (page, findings):
        look(page, findings)
        table = page.get_by_role("region", name="Every estimate with every kind of standard error")
        table.get_by_role("button", name="estimate", exact=True).click()
        place = table.locator("thead th").all_inner_texts().index("estimate") + 1
        first = table.locator(f"tbody tr:first-child td:nth-child({place})").inner_text()
        least = pd.read_csv(done / "tables" / "coefficients.csv")["estimate"].min()
        assert float(first.replace(",", "").replace("−", "-")) == pytest.approx(least, abs=0.0006)
        assert findings.faults() == []


def test_names_with_markup_are_text_everywhere(done: Path) -> None:
    html = (done / "report.html").read_text(encoding="utf-8")
    assert NASTY not in html
    assert r"&lt;b&gt;nurse&lt;/b&gt; &amp; co $\frac$" in html
    figures = {path.stem: path.read_text(encoding="utf-8") for path in (done / "figures").glob("*.svg")}
    assert not [name for name, drawn in figures.items() if "<b>" in drawn]
    assert r"&lt;b&gt;nurse&lt;/b&gt;" in figures["upstream-bios-pronoun_ranking"]


def test_the_report_says_which_errors_to_believe(done: Path) -> None:
    assert "%)" in (done / "tables" / "errors.csv").read_text()
    words = pd.read_csv(done / "tables" / "coefficients.csv")
    eq4 = words[(words["specification"] == "Eq. 4") & (words["term"] == "upstream bias")]
    credible = eq4.groupby("errors")["credible"].agg(set)
    assert credible["HC3"] == {"not credible"}
    assert credible["clustered by target (CRV3)"] == {"credible"}
    assert (eq4[eq4["errors"] == "HC3"]["coverage"] < 0.75).all()


ODD = {
    "three targets": lambda table: table[table["target"].isin(["y00", "y01", "y02"])],
    "balanced data": lambda table: table.assign(prevalence=0.5),
    "nothing learnt": lambda table: table.assign(failed_to_learn=True),
    "a single run": lambda table: table[table["model"] == "pretrained"],
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("edit", ODD.values(), ids=ODD.keys())
def test_odd_tables_have_a_report_too(edit, tmp_path: Path) -> None:
    edit(made_up(1, templates=2)).to_parquet(tmp_path / "odd.parquet")
    verdicts = analyze_file(tmp_path / "odd.parquet", tmp_path / "out", SETTINGS)
    assert (tmp_path / "out" / "report.html").stat().st_size > 100_000
    assert len(verdicts) == 1


def test_a_wrong_table_ends_in_one_sentence_without_traceback(tmp_path: Path) -> None:
    pd.DataFrame({"task": ["bios"]}).to_csv(tmp_path / "mine.csv", index=False)
    command = [*COMMAND, str(tmp_path / "mine.csv"), "--out", str(tmp_path / "out")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "mine.csv: column model: is missing." in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "out").exists()
