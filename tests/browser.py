"""A real headless Chromium that opens pages and says what it saw."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The browser: BIASTRANSFER_CHROMIUM, or one on the path; set and missing is a failure, none a skip."""
    given = os.environ.get("BIASTRANSFER_CHROMIUM")
    if given:
        assert Path(given).is_file(), f"BIASTRANSFER_CHROMIUM={given}: no such file"
        return given
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed and BIASTRANSFER_CHROMIUM is not set")
    return found


class Seen:
    """What a page did: console messages, errors, and requests for anything but itself and data addresses."""

    def __init__(self, page: Page, address: str) -> None:
        self.messages: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))
        page.on("request", lambda request: self._note(request.url, address))

    def _note(self, url: str, address: str) -> None:
        if not url.startswith("data:") and url.partition("#")[0] != address:
            self.requests.append(url)


@contextmanager
def opened(path: Path, *, width: int = 1280, dark: bool = False) -> Iterator[tuple[Page, Seen]]:
    """Open a file, offline."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, color_scheme="dark" if dark else "light"
        )
        try:
            page = context.new_page()
            address = path.resolve().as_uri()
            seen = Seen(page, address)
            page.goto(address)
            page.wait_for_load_state("load")
            yield page, seen
        finally:
            context.close()
            browser.close()


CONTRAST = """
() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const background = (node) => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(node).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const node of document.querySelectorAll("body *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())) continue;
    if (node.closest("script, style, svg") || !node.checkVisibility()) continue;
    const [a, b] = [luminance(parse(getComputedStyle(node).color)), luminance(background(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const key = node.tagName.toLowerCase() + (node.className ? "." + node.className : "");
    if (!(key in found) || ratio < found[key]) found[key] = ratio;
  }
  return found;
}
"""
"""Kind of element -> its least contrast of text and background (WCAG 2)."""
