"""Chromium, which opens pages from the disk: the one of the system, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium; the test is skipped where there is none."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def watched(page: Page) -> Iterator[Page]:
    """Use a page; fails if it reports an error, or asks for anything but files on the disk."""
    faults: list[str] = []
    watchers: dict[str, Callable[[Any], None]] = {
        "console": lambda message: faults.append(f"{message.type}: {message.text}"),
        "pageerror": lambda error: faults.append(str(error)),
        "request": lambda asked: None if asked.url.startswith("file:") else faults.append(asked.url),
    }
    for event, watcher in watchers.items():
        page.on(event, watcher)  # type: ignore[call-overload]
    yield page
    for event, watcher in watchers.items():
        page.remove_listener(event, watcher)
    assert faults == []


def open_page(page: Page, file: Path, address: str = "") -> None:
    """Open a page from the disk, with an address after its ``#``; another one if it is open already."""
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}#{address}")


UNNAMED = """() => [...document.querySelectorAll("button, a[href], input, select, [role]")]
  .filter((each) => each.offsetParent !== null && !each.closest("[aria-hidden=true]"))
  .filter((each) => !["presentation", "row", "rowheader"].includes(each.getAttribute("role")))
  .filter((each) => {
    const by = document.getElementById(each.getAttribute("aria-labelledby"));
    const own = each.getAttribute("aria-label") || by?.textContent || each.textContent;
    return !(own || each.labels?.[0]?.textContent || "").trim();
  }).map((each) => each.outerHTML.slice(0, 120))"""
"""The elements that a screen reader could not name."""

FAINT = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((each, at) => each * a + below[at] * (1 - a));
  const light = (color) => {
    const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = color.map((each) => linear(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = (element) => {
    if (!element) return [255, 255, 255];
    const own = channels(getComputedStyle(element).backgroundColor);
    return own[3] === 0 ? back(element.parentElement) : own.length > 3 ? over(own, back(element.parentElement)) : own;
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const rect = element.getBoundingClientRect();
    const isSeen = texts.currentNode.data.trim() && rect.width;
    if (!isSeen || element.closest("script, svg, option, .skip, [hidden]")) continue;
    const behind = back(element);
    const [one, other] = [light(over(channels(getComputedStyle(element).color), behind)), light(behind)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) found.push(`${texts.currentNode.data.trim()} (${element.className}): ${ratio.toFixed(2)}`);
  }
  return found;
}"""
"""The texts with less contrast than 4.5 to 1 (WCAG 2.2, 1.4.3)."""
