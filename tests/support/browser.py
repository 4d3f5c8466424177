"""Opens a page in a real browser and tells what is found there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

VARIABLE = "BIASTRANSFER_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
CONTROLS = {
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "region",
    "img",
    "image",
    "DisclosureTriangle",
}

_TEXTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const channels = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(channels(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = colour => colour.map(c => c / 255)
    .map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const contrast = (text, ground) => {
    const [low, high] = [light(over(channels(text), ground)), light(ground)].sort((a, b) => a - b);
    return (high + .05) / (low + .05);
  };
  const found = [], seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!text || seen.has(element) || element.matches("script, style") || !element.checkVisibility()) continue;
    seen.add(element);
    const ground = behind(element), style = getComputedStyle(element);
    found.push([text, contrast(element instanceof SVGElement ? style.fill : style.color, ground)]);
    if (element.matches("button"))
      found.push([text + " ::after", contrast(getComputedStyle(element, "::after").color, ground)]);
  }
  return found;
}"""
_HEADINGS = "Array.from(document.querySelectorAll('h1, h2, h3, h4, h5, h6'), heading => Number(heading.tagName[1]))"
_IDS = "Array.from(document.querySelectorAll('[id]'), element => element.id)"
_SIDEWAYS = "document.scrollingElement.scrollWidth - innerWidth"


@dataclass
class Findings:
    """What a browser finds on a page.

    Parameters
    ----------
    messages : everything on the console, and errors of scripts.
    requests : addresses that were asked for besides the page's own.
    sideways : pixels by which the page is wider than the window.
    contrasts : every visible text with its WCAG contrast.
    unnamed : roles of controls, regions and images without an accessible name.
    headings : levels in order of appearance.
    ids : all ids.
    """

    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    sideways: float = 0
    contrasts: list[tuple[str, float]] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    language: str = ""
    images_without_text: int = 0
    broken_images: int = 0

    def faults(self) -> list[str]:
        """What a report page must not have, in words; empty if all is well."""
        jumps = [level for before, level in zip([0, *self.headings], self.headings, strict=False) if level > before + 1]
        found = {
            "console": self.messages,
            "requests": self.requests,
            "sideways scroll": self.sideways > 0,
            "faint text": [text for text, contrast in self.contrasts if contrast < 4.5],
            "no text at all": not self.contrasts,
            "without a name": self.unnamed,
            "headings skipped": jumps,
            "not one h1": self.headings.count(1) != 1,
            "ids twice": sorted({name for name in self.ids if self.ids.count(name) > 1}),
            "no language": not self.language,
            "images without text": self.images_without_text,
            "broken images": self.broken_images,
        }
        return [f"{name}: {value}" for name, value in found.items() if value]


def executable() -> str:
    """The system's Chromium: that of the variable, which must exist, or one on the path; else the test is skipped."""
    named = os.environ.get(VARIABLE)
    if named:
        assert Path(named).is_file(), f"{VARIABLE}={named} is no file"
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip(f"no {', '.join(NAMES)} on the path and {VARIABLE} is not set: no browser to test in")
    return found


@contextmanager
def launch() -> Iterator[Browser]:
    """A browser, closed at the end."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, path: Path, width: int = 1280, scheme: str = "light", *, javascript: bool = True
) -> Iterator[tuple[Page, Findings]]:
    """A page from its file, without a network; messages and requests are gathered until it is closed."""
    address = path.resolve().as_uri()
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        offline=True,
        accept_downloads=True,
        java_script_enabled=javascript,
    )
    try:
        page, findings = context.new_page(), Findings()
        page.on("console", lambda message: findings.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: findings.messages.append(str(error)))
        page.on("request", lambda request: findings.requests.append(request.url) if request.url != address else None)
        page.goto(address)
        yield page, findings
    finally:
        context.close()


def look(page: Page, findings: Findings) -> Findings:
    """Fill in what can be read off an open page, with its folded parts unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    findings.sideways = page.evaluate(_SIDEWAYS)
    findings.contrasts = [tuple(found) for found in page.evaluate(_TEXTS)]
    findings.headings = page.evaluate(_HEADINGS)
    findings.ids = page.evaluate(_IDS)
    findings.language = page.evaluate("document.documentElement.lang")
    findings.images_without_text = page.locator("img:not([alt]), img[alt='']").count()
    findings.broken_images = page.evaluate("Array.from(document.images).filter(image => !image.naturalWidth).length")
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    findings.unnamed = [
        node["role"]["value"]
        for node in nodes
        if not node["ignored"]
        and node["role"]["value"] in CONTROLS
        and not node.get("name", {}).get("value", "").strip()
    ]
    return findings


def inspect(path: Path, width: int = 1280, scheme: str = "light", *, browser: Browser | None = None) -> Findings:
    """Open a page, in a browser of its own if none is given, look at it, and close it again."""
    with (
        nullcontext(browser) if browser else launch() as used,
        opened(used, path, width, scheme) as (page, findings),
    ):
        return look(page, findings)
