"""The report page: what it holds, and what a real browser makes of it."""

import base64
import io
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import CONTRAST, opened

from biastransfer.report import export
from biastransfer.report.cells import cell
from biastransfer.report.page import Answer, Figure, Section, Table, interval, render

NASTY = "<script>alert(1)</script> & \"quoted\" 'name'"
IMAGE = (
    "data:image/svg+xml;base64,"
    + base64.b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><rect width="900" height="300" fill="#eee"/></svg>'
    ).decode()
)


def frame(rows: int) -> pd.DataFrame:
    """A table with numbers that rounding changes, missing values, texts and lists."""
    random = np.random.default_rng(0)
    values = np.round(random.normal(size=rows) * 10.0 ** random.integers(-6, 4, rows), 9)
    values[:: max(2, rows // 5)] = np.nan
    return pd.DataFrame(
        {
            "name": [f"Target {number % 7}{chr(97 + number % 26)}" for number in range(rows)],
            "value": values,
            "count": random.integers(0, 5000, rows),
            "learnt": random.random(rows) < 0.5,
            "dropped": [[] if number % 2 else ["upstream"] for number in range(rows)],
        }
    )


COLUMNS = {"name": "name", "value": "value", "count": "count", "learnt": "learnt", "dropped": "dropped"}


def page(rows: int = 40) -> str:
    tables = [
        Table("long", "A long table", "With a caption.", frame(rows), COLUMNS),
        Table("short", "A short table", "", frame(5), COLUMNS, notes=["A note."], open=False),
        Table("nasty", NASTY, NASTY, pd.DataFrame({"a": [NASTY]}), {"a": NASTY}),
    ]
    figure = Figure("effects", "What bias goes with", "Slopes.", "Slopes of prevalence lie right of zero.", IMAGE)
    return render(
        study=NASTY,
        answers=[
            Answer("bios", "dataset", "In bios, it is the data.", ["A sentence.", NASTY],
                   [("prevalence", 0.9, 0.7, 1.2), ("upstream bias", -0.02, -0.2, 0.16)], 0.1),
            Answer("wiki", "inconclusive", "In wiki, it cannot be said.", ["Why: too few targets."], [], 0.1),
        ],
        warnings=["A warning."],
        rule=["The rule."],
        facts=[("seed", "1"), ("base model", NASTY)],
        sections=[Section("Evidence, all of it", "A text.", [figure], tables), Section("Empty", "")],
        methods=[("Data", "Texts.")],
        limits=["A limit."],
    )  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(), encoding="utf-8")
    return path


@pytest.fixture(params=[400, 1280], ids=["400px", "1280px"])
def width(request) -> int:
    return request.param


def test_nothing_is_said_and_nothing_is_requested(report: Path, width: int) -> None:
    with opened(report, width=width) as (found, seen):
        found.locator("th button").first.click()
        found.mouse.wheel(0, 5000)
        assert seen.messages == []
        assert seen.requests == []


def test_the_page_never_scrolls_sideways(report: Path, width: int) -> None:
    with opened(report, width=width) as (found, _):
        found.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        wide = found.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width


def column(found, number: int, table: str = "table-long") -> list[str]:
    return found.locator(f"#{table} tbody tr:not([hidden]) td:nth-child({number})").all_inner_texts()


def test_numbers_sort_by_their_exact_values_with_missing_ones_last(report: Path) -> None:
    exact = frame(40)["value"]
    with opened(report) as (found, _):
        button = found.locator("#table-long th button").nth(1)
        head = found.locator("#table-long th").nth(1)
        for direction in ("ascending", "descending"):
            button.click()
            assert head.get_attribute("aria-sort") == direction
            shown = column(found, 2)
            missing = int(exact.isna().sum())
            assert shown[-missing:] == ["–"] * missing
            expected = exact.dropna().sort_values(ascending=direction == "ascending")
            assert shown[:-missing] == [cell(value) for value in expected]
        assert found.locator("#table-long th[aria-sort=none]").count() == 4


def test_texts_sort_by_keyboard(report: Path) -> None:
    with opened(report) as (found, _):
        found.locator("#table-long th button").first.focus()
        found.keyboard.press("Enter")
        assert column(found, 1) == sorted(frame(40)["name"], key=str.lower)
        found.keyboard.press("Space")
        assert column(found, 1) == sorted(frame(40)["name"], key=str.lower, reverse=True)
        assert "Sorted by name" in found.locator(".table").first.locator("[role=status]").inner_text()


def test_rows_are_filtered_by_words(report: Path) -> None:
    with opened(report) as (found, _):
        found.get_by_label("Filter rows").first.fill("UPSTREAM target yes")
        expected = [row.name for row in frame(40).itertuples(index=False) if row.dropped and row.learnt]
        assert column(found, 1) == expected
        assert f"{len(expected)} of 40 rows shown" in found.locator(".table").first.inner_text()


def test_short_tables_have_no_filter(report: Path) -> None:
    with opened(report) as (found, _):
        assert found.locator("input.filter").count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_its_background(report: Path, dark: bool) -> None:
    with opened(report, dark=dark) as (found, _):
        found.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        ratios = found.evaluate(CONTRAST)
        assert len(ratios) > 10
        assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
        background = found.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") is not dark


def test_readers_of_screens_find_their_way(report: Path) -> None:
    with opened(report) as (found, _):
        assert found.locator("html").get_attribute("lang") == "en"
        assert found.locator("h1").count() == 1
        levels = [
            int(name[1])
            for name in found.evaluate("() => [...document.querySelectorAll('h1,h2,h3')].map((h) => h.tagName)")
        ]
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        images = found.locator("img")
        assert all(images.nth(place).get_attribute("alt") for place in range(images.count()))
        unnamed = found.evaluate(
            "() => [...document.querySelectorAll('button, a, input, [role=img], [role=region]')]"
            ".filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length)).map((node) => node.outerHTML)"
        )
        assert unnamed == []
        names = found.evaluate("() => [...document.querySelectorAll('[id]')].map((node) => node.id)")
        assert len(names) == len(set(names))
        targets = found.evaluate("() => [...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.hash.slice(1))")
        assert set(targets) <= set(names)
        found.keyboard.press("Tab")
        assert found.evaluate("() => document.activeElement.className") == "skip"


def test_print_shows_whole_tables_and_no_controls(report: Path) -> None:
    with opened(report) as (found, _):
        found.emulate_media(media="print")
        found.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        assert found.locator("#table-short").is_visible()
        assert not found.locator(".tools").first.is_visible()
        heights = found.evaluate(
            "() => { const part = document.querySelector('#table-long').parentElement; return [part.clientHeight, part.scrollHeight]; }"
        )
        assert heights[0] == heights[1]
        assert len(found.pdf()) > 1000


def test_what_is_saved_is_the_table(report: Path) -> None:
    with opened(report) as (found, _):
        with found.expect_download() as waiting:
            found.locator("a[download='long.csv']").click()
        saved = pd.read_csv(waiting.value.path())
    assert saved["value"].to_numpy() == pytest.approx(frame(40)["value"].to_numpy(), nan_ok=True)
    assert list(saved) == list(COLUMNS)


def test_a_page_of_thousands_of_rows_is_small_and_sorts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.html"
    path.write_text(page(3000), encoding="utf-8")
    assert path.stat().st_size < 2e6
    with opened(path) as (found, _):
        spent = found.evaluate(
            "() => { const from = performance.now(); document.querySelectorAll('#table-long th button')[1].click(); return performance.now() - from; }"
        )
        assert column(found, 2)[0] == cell(frame(3000)["value"].min())
    assert spent < 5000, "a freeze, whatever the machine"
    assert "long.tex" not in re.findall(r'download="([^"]+)"', path.read_text(encoding="utf-8"))


def test_markup_in_names_is_text() -> None:
    html = page()
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6


def test_missing_and_odd_values_read_well() -> None:
    assert [cell(value) for value in (None, np.nan, pd.NA, True, np.bool_(False), 3, 1234567, 0.0, 1e-7, 12345.6, ["a", "b"])] == [
        "–", "–", "–", "yes", "no", "3", "1,234,567", "0.000", "1.0e-07", "12,346", "a, b",
    ]  # fmt: skip


def test_intervals_beyond_the_plot_end_at_its_edge() -> None:
    places = interval(0.5, -3.0, 2.0, 0.1)
    assert (places["low"], places["estimate"], places["high"]) == (2, 74, 98)
    assert places["band_high"] - places["band_low"] == pytest.approx(9.6)


def test_csv_keeps_all_digits() -> None:
    table = frame(12)
    back = pd.read_csv(io.StringIO(export.csv(table)))
    assert back["value"].to_numpy() == pytest.approx(table["value"].to_numpy(), rel=1e-15, nan_ok=True)
    assert back["dropped"].iloc[0] == "upstream"


def test_latex_escapes_what_would_break_it() -> None:
    table = pd.DataFrame({"a": ["50 % of_x & {y} #1 ~ ^ \\ $", "ρ² ± 1"], "n": [0.12345, np.nan]})
    text = export.latex(table, {"a": "R² & F", "n": "n_obs"}, "A caption with 5 %", "tab:x")
    body = text.replace(r"\%", "").replace(r"\&", "").replace(r"\#", "")
    assert r"50 \% of\_x \& \{y\} \#1 \textasciitilde{} \textasciicircum{} \textbackslash{} \$" in text
    assert r"$\rho$$^2$ $\pm$ 1" in text
    assert "%" not in body
    assert "#" not in body
    assert all(line.count(" & ") == 1 for line in body.splitlines() if line.endswith(r"\\"))
    assert r"\toprule" in text
    assert r"0.123 \\" in text
    assert r"-- \\" in text
    assert r"\begin{tabular}{lr}" in text
