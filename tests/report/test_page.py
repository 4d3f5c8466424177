"""The report page in a real browser: self-contained, readable, sortable, printable."""

import base64
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from biastransfer.analysis.verdict.rule import VERDICTS
from biastransfer.report.page.axis import Axis
from biastransfer.report.page.data_addresses import LONGEST_ADDRESS, address
from biastransfer.report.page.parts import Answer, Answers, Figure, Section, SizeOfChange, StandardisedEffect, Table
from biastransfer.report.page.render import BADGES, FIRST_ROWS, render
from biastransfer.report.tables import formats
from biastransfer.report.text.wording import SPACE

from support import browser as web

NASTY = '<img src=x onerror="alert(1)"> & "quotes" {{ 7 * 7 }} </script>'
NUMBERS = [0.5, -3.0, None, 1e-7, 20.0, 3.0]
TARGETS = ["nurse", "Attorney", "model 10", "model 9", None, NASTY]
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><circle cx="90" cy="90" r="50"/></svg>'


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"target": TARGETS, "slope": NUMBERS, "place": range(6), "hidden": [["a", "b"]] + [[]] * 5})


def _long(rows: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    names = random.choice(["nurse", "paralegal", "software engineer"], rows)
    return pd.DataFrame(
        {"name": names, **{f"a rather wide column {place}": random.normal(size=rows) for place in range(14)}}
    )


def _table(name: str, frame: pd.DataFrame, **more: object) -> Table:
    columns = {column: column for column in frame if column != "hidden"}
    return Table(name, f"Title of {name}", "What it holds.", frame, columns, **more)


def _render(**changes: object) -> str:
    source = f"data:image/svg+xml;base64,{base64.b64encode(DRAWING.encode()).decode()}"
    effects = [
        StandardisedEffect("upstream bias", 0.02, -0.05, 0.09),
        StandardisedEffect("prevalence", 0.9, 0.7, 1.1),
        StandardisedEffect("mentions", np.nan, np.nan, np.nan),
    ]
    sizes = [
        SizeOfChange("another model", 4.03, 3.1, 5.0, "points"),
        SizeOfChange("a floor", -0.2, np.nan, np.nan, "points"),
    ]
    values = {
        "study": NASTY,
        "answers": [
            Answers("By changing the causes", [Answer("task", "model", "A headline.", [], sizes, scale="In points.")]),
            Answers(
                "By regression",
                [
                    Answer(
                        f"task {verdict}", verdict, f"A headline, {NASTY}.", [("Why", "One sentence.")], effects, 0.1
                    )
                    for verdict in VERDICTS
                ],
            ),
        ],
        "cautions": ["Read this with care."],
        "rule": ["Both intervals decide."],
        "facts": [("seed", "1"), ("a very long name " + "x" * 90, "y" * 400)],
        "sections": [
            Section(
                "Evidence",
                "A first paragraph.\n\nA second one.",
                [Figure("effects", "Effects", "Slopes.", "Slopes in a plot.", source)],
                [_table("small", _frame(), notes=["A note."]), _table("folded", _frame(), open=False)],
            ),
            Section("More", "", tables=[_table("medium", _long(60)), _table("large", _long(600))]),
        ],
        "methods": [("Regression", "One row per target.")],
        "limits": ["It cannot say everything."],
    }
    return render(**{**values, **changes})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(_render(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with web.launch() as browser:
        yield browser


@pytest.fixture
def opened(chromium: Browser, report: Path) -> Iterator[Page]:
    with web.opened(chromium, report) as (view, findings):
        yield view
        assert findings.messages == []
        assert findings.requests == []


def _column(view: Page, table: str, column: int) -> list[str]:
    return view.locator(
        f"details:has-text('Title of {table}') tbody tr:not([hidden]) td:nth-child({column})"
    ).all_inner_texts()


def _head(view: Page, table: str, name: str):
    return view.locator(f"details:has-text('Title of {table}')").get_by_role("columnheader", name=name, exact=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_is_quiet_readable_and_well_formed(chromium: Browser, report: Path, width: int, scheme: str) -> None:
    found = web.inspect(report, width, scheme, browser=chromium)
    assert found.faults() == []
    assert len(found.contrasts) > 100


def test_dark_is_dark_and_figures_stay_on_white(chromium: Browser, report: Path) -> None:
    colour = "element => getComputedStyle(element).backgroundColor"
    with web.opened(chromium, report, scheme="dark") as (view, _):
        assert view.locator("body").evaluate(colour) == "rgb(21, 24, 27)"
        assert view.locator(".plate").evaluate(colour) == "rgb(255, 255, 255)"


def test_inspect_tells_faults(chromium: Browser, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><title>x</title><h1 id=a>A</h1><h3 id=a style='color: #aaa'>B</h3><img src='nowhere.png'>"
        "<button></button><div style='width: 5000px'>C</div><script>console.log('D')</script>"
    )
    faults = " ".join(web.inspect(bad, browser=chromium).faults())
    for word in (
        "console",
        "requests",
        "sideways",
        "faint text: ['B']",
        "'button'",
        "skipped: [3]",
        "twice: ['a']",
        "language",
    ):
        assert word in faults
    assert "images without text" in faults
    assert "broken images" in faults


def test_markup_in_names_is_shown_as_text(opened: Page) -> None:
    assert opened.title() == f"Bias transfer: {NASTY}"
    assert NASTY in _column(opened, "small", 1)
    assert NASTY in opened.locator("article h4").nth(1).inner_text()
    assert opened.locator("img").count() == 1


def test_other_scripts_are_refused(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "injected.html"
    path.write_text(_render().replace("</body>", "<script>document.title = 'taken'</script></body>"), encoding="utf-8")
    with web.opened(chromium, path) as (view, findings):
        assert view.title() != "taken"
        assert "Content Security Policy" in findings.messages[0]


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_numbers_sort_by_value_with_missing_last(opened: Page, how: str) -> None:
    head = _head(opened, "small", "slope")
    button = head.get_by_role("button")

    def press() -> None:
        if how == "mouse":
            button.click()
        else:
            button.focus()
            opened.keyboard.press("Enter")

    assert head.get_attribute("aria-sort") is None
    press()
    assert _column(opened, "small", 2) == ["-3.000", "1.0e-07", "0.500", "3.000", "20.000", "–"]
    assert head.get_attribute("aria-sort") == "ascending"
    press()
    assert _column(opened, "small", 2) == ["20.000", "3.000", "0.500", "1.0e-07", "-3.000", "–"]
    assert head.get_attribute("aria-sort") == "descending"


def test_texts_sort_as_read_with_missing_last(opened: Page) -> None:
    _head(opened, "small", "slope").get_by_role("button").click()
    head = _head(opened, "small", "target")
    head.get_by_role("button").click()
    assert _column(opened, "small", 1) == [NASTY, "Attorney", "model 9", "model 10", "nurse", "–"]
    head.get_by_role("button").click()
    assert _column(opened, "small", 1) == ["nurse", "model 10", "model 9", "Attorney", NASTY, "–"]
    assert opened.locator("th[aria-sort]").count() == 1


def test_sorting_is_stable(opened: Page) -> None:
    details = opened.locator("details:has-text('Title of medium')").first
    details.get_by_role("button", name="a rather wide column 0", exact=True).click()
    for _ in range(2):
        details.get_by_role("button", name="name", exact=True).click()
        rows = list(zip(_column(opened, "medium", 1), map(float, _column(opened, "medium", 2)), strict=True))
        assert len(rows) == 60
        assert all(a[1] <= b[1] for a, b in itertools.pairwise(rows) if a[0] == b[0])


def test_only_long_tables_have_a_filter_and_it_keeps_the_rows_with_all_words(opened: Page) -> None:
    assert opened.get_by_role("searchbox").count() == 2
    opened.get_by_label("Show rows with").first.fill("Engineer software")
    names = _column(opened, "medium", 1)
    expected = int((_long(60)["name"] == "software engineer").sum())
    assert names == ["software engineer"] * expected
    assert opened.get_by_role("status").first.inner_text() == f"{expected} of 60 rows"
    opened.get_by_label("Show rows with").first.fill("")
    assert len(_column(opened, "medium", 1)) == 60


def test_very_long_tables_show_their_first_rows_until_asked(opened: Page) -> None:
    assert len(_column(opened, "large", 1)) == FIRST_ROWS
    _head(opened, "large", "a rather wide column 3").get_by_role("button").click()
    smallest = [f"{value:.3f}" for value in sorted(_long(600)["a rather wide column 3"])[:FIRST_ROWS]]
    assert list(map(float, _column(opened, "large", 5))) == pytest.approx(list(map(float, smallest)), abs=1e-3)
    opened.get_by_role("button", name="Show all rows").click()
    assert len(_column(opened, "large", 1)) == 600


def test_print_shows_every_row_of_every_table_and_no_control(opened: Page) -> None:
    opened.get_by_label("Show rows with").first.fill("nothing like this")
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.locator("tbody tr").count() == 6 + 6 + 60 + 600
    assert opened.evaluate("Array.from(document.querySelectorAll('tbody tr')).every(row => row.checkVisibility())")
    assert opened.evaluate(
        "Array.from(document.querySelectorAll('.scroll')).every(part => part.scrollHeight <= part.clientHeight + 1)"
    )
    for control in ("input", ".all", "nav", ".tools a", "figure a", ".skip"):
        assert not any(found.is_visible() for found in opened.locator(control).all())
    assert opened.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"


def test_tables_are_there_without_scripts(chromium: Browser, report: Path) -> None:
    with web.opened(chromium, report, javascript=False) as (view, findings):
        assert view.locator("details").nth(3).locator("tbody tr").last.is_visible()
        for control in ("button", "input", "figure a"):
            assert not any(found.is_visible() for found in view.locator(control).all())
    assert findings.messages == []


def test_tables_and_figures_can_be_saved(opened: Page) -> None:
    table = _table("small", _frame(), notes=["A note."])
    for name, expected in {
        "tables/small.csv": table.csv,
        "tables/small.tex": table.latex,
        "figures/effects.svg": DRAWING,
    }.items():
        with opened.expect_download() as waiting:
            opened.get_by_role("link", name=name).click()
        assert waiting.value.suggested_filename == Path(name).name
        assert Path(waiting.value.path()).read_text(encoding="utf-8") == expected


def test_every_region_that_scrolls_takes_the_keyboard(opened: Page) -> None:
    assert opened.evaluate(
        "Array.from(document.querySelectorAll('*')).filter(part => part.scrollWidth > part.clientWidth + 1 && "
        "['auto', 'scroll'].includes(getComputedStyle(part).overflowX)).every(part => part.tabIndex === 0)"
    )
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Skip to the answer"
    assert opened.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_answer_comes_first_and_cautions_only_if_there_are_any() -> None:
    html = _render()
    names = ("answer", "cautions", "facts", "overview", "section-1", "methods", "rule", "limits")
    places = [html.index(f'id="{name}"') for name in names]
    assert places == sorted(places)
    assert 'role="note"' not in _render(cautions=[])
    assert "Verdict: <b>neither detected</b>" in html
    assert f"+0.02{SPACE}[-0.05,{SPACE}+0.09]" in html
    assert "not estimated" in html


def test_every_verdict_has_a_badge() -> None:
    assert set(BADGES) == set(VERDICTS)


def test_effects_of_all_answers_have_one_scale() -> None:
    answers = [
        Answer("a", "both", "", [], [StandardisedEffect("x", 0.5, 0.4, np.inf)], 0.1),
        Answer("b", "both", "", [], [StandardisedEffect("y", -1.8, -1.9, -1.7)]),
    ]
    axis = Axis(answers)
    assert axis.first <= -1.9
    assert axis.last >= 0.5
    assert axis.at(axis.first) == "5.00%"
    assert axis.at(np.inf) == axis.at(axis.last) == "95.00%"
    assert Axis([]).at(0)


def test_large_tables_carry_no_latex_and_stay_small() -> None:
    frame = _long(3000)
    html = _render(sections=[Section("s", "", tables=[_table("big", frame)])])
    assert len(html) < 3_000_000
    assert 'download="big.csv"' in html
    assert 'download="big.tex"' not in html
    assert "tables/big.tex (only in the folder)" in html


def test_addresses_take_the_shorter_encoding_and_give_up_when_too_long() -> None:
    assert unquote(address("a,b\n1,é#%\n", "text/csv").partition(",")[2]) == "a,b\n1,é#%\n"
    greek = "αβγδ" * 50
    assert base64.b64decode(address(greek, "text/csv").partition(",")[2]).decode() == greek
    assert address("x" * (LONGEST_ADDRESS + 1), "text/csv") is None


def test_csv_gives_the_frame_back() -> None:
    frame = _frame()
    back = pd.read_csv(io.StringIO(formats.csv(frame)), keep_default_na=False, na_values={"slope": "", "target": ""})
    pd.testing.assert_frame_equal(
        back[["target", "slope", "place"]], frame[["target", "slope", "place"]], check_dtype=False
    )
    assert list(back["hidden"]) == ["a, b"] + [""] * 5


def test_latex_escapes_what_is_special_and_rounds_as_the_page() -> None:
    frame = pd.DataFrame({"name": ["50 % a_b & #1", r"\x{y} $ ~ ^", "γ ± é"], "value": [-0.12345, 2e-7, None]})
    text = formats.latex(frame, {"name": "the name", "value": "R²_γ"}, "All 100 % of it & more", "tab:x_1")
    assert r"50 \% a\_b \& \#1 & $-0.123$ \\" in text
    assert r"{\textbackslash}x\{y\} \$ {\textasciitilde} {\textasciicircum} & $2.0 \times 10^{-7}$ \\" in text
    assert r"\ensuremath{\gamma} \ensuremath{\pm} \'e & {\textendash} \\" in text
    assert r"the name & R{\texttwosuperior}\_\ensuremath{\gamma} \\" in text
    assert r"\caption{All 100 \% of it \& more}" in text
    assert r"\label{tab:x_1}" in text
    for rule in ("toprule", "midrule", "bottomrule"):
        assert f"\\{rule}" in text
    assert r"\begin{longtable}" in formats.latex(_long(60), {"name": "name"}, "c", "l")


def test_latex_keeps_columns_of_one_name_apart() -> None:
    frame = pd.DataFrame({"a": [1], "b": [2]})
    assert re.search(r"low & low \\\\\n\\midrule\n1 & 2 ", formats.latex(frame, {"a": "low", "b": "low"}, "c", "l"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (np.nan, "–"), (pd.NA, "–"), ([], "–"), (["a", "b"], "a, b"), (np.array(["a"]), "a"), (True, "yes"),
        (np.False_, "no"), (3, "3"), (-0.0, "0.000"), (0.12345, "0.123"), (-4e-5, "-4.0e-05"), (np.inf, "inf"), ("x", "x"),
    ],
)  # fmt: skip
def test_cells_are_rounded_and_in_words(value: object, text: str) -> None:
    assert formats.cell(value) == text


def test_a_narrow_figure_is_not_blown_up() -> None:
    drawn = '<?xml version="1.0"?>\n<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="252pt" height="100pt" viewBox="0 0 252 100"></svg>'
    source = "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()
    assert Figure("a", "A", "", "a", source).width == round(252 * 4 / 3 * 1.6)
    assert Figure("a", "A", "", "a", "data:image/png;base64,AAAA").width is None
