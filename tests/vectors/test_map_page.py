"""The page of a map, as text and in a browser."""

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from web.browser import FOUND, Browser

from treenn.trees.file_kind import kind_of
from treenn.vectors.map_page import render_map
from treenn.vectors.map_points import MapPoint, MapPoints

EVIL = "</script><img src=x onerror=console.error(1)>"
POINTS = MapPoints(
    [
        MapPoint("cat", "phrase", 0, 1),
        MapPoint("dog", "phrase", 1, 1),
        MapPoint(EVIL, "sentence", 1, 0),
        MapPoint("cow", "sentence", None, 0),
    ],
    np.zeros((4, 2), np.float32),
    ("bad", EVIL),
)
PAGE = render_map(POINTS, np.array([[0, 0], [1, 0], [1, 0.5], [0.4, 0.2]]), f"Map of {EVIL}", "A note.")


def test_the_page_has_points_and_no_markup() -> None:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', PAGE, re.DOTALL)
    found: dict[str, Any] = json.loads(data)
    assert found["points"][0] == [0, 0, "cat", "phrase", 0, 1]
    assert found["points"][2][2] == EVIL
    assert found["points"][3][4:] == [-1, 0]
    assert found["kinds"] == {"phrase": "phrases", "sentence": "sentences"}
    assert "<img" not in PAGE and PAGE.count("</script>") == 2
    assert kind_of(PAGE.encode()) == "map of treenn in HTML"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if FOUND is None:
        pytest.skip("there is no Chromium here")
    folder = tmp_path_factory.mktemp("map")
    (folder / "map.html").write_text(PAGE, encoding="utf-8")
    opened = Browser(folder / "profile")
    opened.open((folder / "map.html").as_uri(), 400, 800, dark=True)
    yield opened
    opened.close()


SHOWN = "document.getElementById('tip').hidden ? '' : document.querySelector('#tip strong').textContent"


@pytest.mark.slow
def test_the_map_is_used_by_keyboard(browser: Browser) -> None:
    browser.press("/")
    browser.type("c")
    assert browser.evaluate("[...document.querySelectorAll('#hits li')].map(each => each.textContent)") == [
        "cat", "cow", EVIL
    ]  # fmt: skip
    browser.press("Enter")
    assert browser.evaluate("document.activeElement.id") == "plot"
    assert browser.evaluate(SHOWN) == "cat"
    seen = set()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        browser.press(key)
        seen.add(browser.evaluate(SHOWN))
    assert len(seen) >= 3
    browser.press("Escape")
    assert browser.evaluate(SHOWN) == ""


@pytest.mark.slow
def test_the_legend_hides_classes(browser: Browser) -> None:
    shown = "[...document.querySelectorAll('#marks .mark')].filter(mark => mark.style.display !== 'none').length"
    assert browser.evaluate(shown) == 4
    browser.evaluate("document.querySelector('#classes button').click()")
    assert browser.evaluate(shown) == 3
    browser.evaluate("document.querySelectorAll('#kinds button')[1].click()")
    assert browser.evaluate(shown) == 1


@pytest.mark.slow
def test_the_page_is_quiet_and_fits(browser: Browser) -> None:
    assert browser.console == []
    assert [url for url in browser.requests if not url.startswith("file:") or not url.endswith("map.html")] == []
    assert browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
