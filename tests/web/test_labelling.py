"""The page of `treenn label --web` in a real browser: clicks, keys, two tabs, agreement, hostile names, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web.browser import Browser
from web.conftest import EVIL, serving
from web.keyboard import reached_by_keys, visible_buttons
from web.labelling import TEXTS, make_session

from treenn.labelling.annotations import read_annotations
from treenn.labelling.page import LabellingPage
from treenn.web.server import PageServer

CTRL, SHIFT = 2, 8
READY = "document.documentElement.dataset.ready"
NODES = "[...document.querySelectorAll('.tn-node')]"
LABELS = f"{NODES}.map((node) => node.getAttribute('aria-label'))"
CLEAN = "document.querySelectorAll('img, iframe, object, embed, script:not([src])').length"
COUNT, PHRASE, PROBLEM = (f"document.getElementById('{name}').textContent" for name in ("count", "phrase", "problem"))
CLASS = "document.querySelectorAll('#classes button')"

Open = Callable[..., Browser]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ann.txt"


@pytest.fixture
def server(path: Path, tmp_path: Path) -> Iterator[PageServer]:
    """A labelling page in blind mode, whose other annotator has labelled everything."""
    other = tmp_path / "bea.txt"
    finish(make_session(other, "bea"), 1)
    with serving(LabellingPage(make_session(path), blind=True, other=other)) as made:
        yield made


def finish(session: Any, label: int) -> None:
    while not session.is_done:
        session.perform("label", label)


@pytest.fixture
def page(browser: Browser, server: PageServer) -> Open:
    """Open the page, and wait until it has the first question."""

    def open_page(**how: Any) -> Browser:
        browser.open(server.url, **how)
        browser.until(READY)
        return browser

    return open_page


def press(browser: Browser, *keys: str, modifiers: int = 0) -> None:
    """Press keys, and wait until all their actions are answered."""
    for key in keys:
        browser.press(key, modifiers)
    browser.until("document.documentElement.dataset.busy !== 'true'")


def saved(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(("# l", "# a"))]


def test_keys_label_a_sentence(page: Open, path: Path) -> None:
    browser = page()
    assert browser.evaluate(PHRASE) == TEXTS[0]
    press(browser, "2", "0")  # faster than the answers: the next question is labelled
    assert browser.evaluate(PHRASE) == "not good"
    assert saved(path)[1] == "# (2 (? this) (0 (? is) (? (? not) (? good))))"
    opened = f"{NODES}.filter((node) => node.classList.contains('tn-open')).length"
    assert browser.evaluate(opened) == 5
    press(browser, "x", "u")
    assert browser.evaluate(PHRASE) == "not good"
    press(browser, "U", modifiers=SHIFT)
    assert saved(path)[1] == "# (2 (? this) (0 (? is) (X (? not) (? good))))"
    press(browser, "z", modifiers=CTRL)
    browser.press("ArrowUp")
    assert browser.evaluate(PHRASE) == "is not good"
    press(browser, "l")
    assert saved(path)[1] == "# (2 (? this) (0 (? (? is) (? not)) (? good)))"
    browser.press("ArrowDown")
    press(browser, "ArrowLeft", modifiers=SHIFT)
    assert saved(path)[1] == "# (2 (? (? this) (? (? is) (? not))) (? good))"
    press(browser, "Enter")
    assert saved(path)[:2] == [f"# sentence: {TEXTS[0]}", "(2 (X (X this) (X (X is) (X not))) (X good))"]
    assert "Sentence 2 of 4 · 1 labelled, 0 skipped" in browser.evaluate(COUNT)
    assert browser.console == []


def test_names_of_others_run_no_script(page: Open) -> None:
    browser = page()
    press(browser, *["3"] * 7)
    text = browser.evaluate("document.body.innerText")
    for name in (EVIL, "<script>console.error(1)</script> film"):
        assert name in text
    press(browser, "g")
    browser.until("document.querySelector('#list[open]')")
    assert "\u202e" not in browser.evaluate("document.getElementById('rows').textContent")
    browser.evaluate("document.getElementById('list').close()")
    browser.evaluate("document.getElementById('open-agreement').click()")
    browser.until("document.querySelector('#agreement table')")
    assert (browser.evaluate(CLEAN), browser.console) == (0, [])


@pytest.mark.slow
def test_a_click_selects_and_labels(page: Open, path: Path) -> None:
    browser = page()
    box = f"{NODES}.find((node) => node.ariaLabel.startsWith('“not”')).getBoundingClientRect()"
    x, y = browser.evaluate(f"((box) => [box.left + box.width / 2, box.top + box.height / 2])({box})")
    browser.drag((int(x), int(y)))
    assert browser.evaluate(PHRASE) == "not"
    browser.evaluate(f"{CLASS}[1].click()")
    browser.until("document.getElementById('question').textContent === 'Which class?'")
    browser.until(f"{PHRASE} === 'good'")
    assert saved(path)[1] == "# (? (? this) (? (? is) (? (1 not) (? good))))"
    assert "so-so" in next(label for label in browser.evaluate(LABELS) if label.startswith("“not”"))
    browser.evaluate("document.querySelector('[title^=Undo]').click()")
    browser.until(f"{PHRASE} === 'not'")
    assert saved(path) == []


@pytest.mark.slow
def test_the_browser_resumes_after_a_reload(page: Open, path: Path) -> None:
    browser = page()
    press(browser, "1", "2")
    before = browser.evaluate(LABELS), browser.evaluate(PHRASE)
    page()
    assert (browser.evaluate(LABELS), browser.evaluate(PHRASE)) == before


@pytest.mark.slow
def test_two_tabs_do_not_overwrite_each_other(page: Open, server: PageServer, path: Path) -> None:
    browser = page()
    assert isinstance(server.site, LabellingPage)
    server.site.perform(type("Request", (), {"action": "label", "value": 0, "revision": 0, "node": None})())  # type: ignore[arg-type]
    press(browser, "2")
    assert "Another tab has changed this session" in browser.evaluate(PROBLEM)
    assert saved(path)[1].startswith("# (0 (? this)")
    press(browser, "2")
    assert saved(path)[1].startswith("# (0 (? this) (2 ")
    assert browser.evaluate(PROBLEM) == ""


@pytest.mark.slow
def test_an_ended_server_is_a_message(page: Open, path: Path) -> None:
    browser = page()
    press(browser, "1")
    browser.evaluate("{window.fetch = () => Promise.reject(new TypeError('Failed')); 0}")
    browser.press("2")
    browser.until(PROBLEM)
    assert "this last action is not saved, all others are" in browser.evaluate(PROBLEM)
    assert saved(path)[1] == "# (1 (? this) (? (? is) (? (? not) (? good))))"


@pytest.mark.slow
def test_a_file_changed_elsewhere_is_a_message(page: Open, path: Path) -> None:
    browser = page()
    press(browser, "1")
    path.write_text(path.read_text(encoding="utf-8") + "# note\n", encoding="utf-8")
    press(browser, "2")
    assert "another program has changed this file" in browser.evaluate(PROBLEM)
    assert browser.evaluate(PHRASE) == "is not good"


@pytest.mark.slow
def test_agreement_follows_the_last_answer(page: Open, path: Path) -> None:
    browser = page()
    for text in TEXTS:
        press(browser, *["0"] * (2 * len(text.split()) - 1))
    browser.until("document.querySelectorAll('#agreement table').length === 3")
    assert browser.evaluate("document.getElementById('done').checkVisibility()")
    text = browser.evaluate("document.getElementById('agreement').textContent")
    assert "Krippendorff's α, ordinal" in text
    browser.evaluate("document.querySelector('#agreement .link').click()")
    browser.until(f"{COUNT}.includes('(labelled)')")
    assert len(read_annotations(path).entries) == len(TEXTS)


@pytest.mark.slow
def test_the_rest_needs_a_labelled_sentence(page: Open) -> None:
    browser = page()
    rest = "document.querySelector('[data-action=accept_rest]')"
    assert browser.evaluate(f"{rest}.hidden")
    press(browser, "1")
    assert browser.evaluate(f"{rest}.hidden") is False
    assert browser.evaluate(f"{rest}.firstChild.textContent") == "No label: other 6"


@pytest.mark.slow
def test_blind_mode_hides_the_other_labels(page: Open) -> None:
    browser = page()
    press(browser, *["0"] * 7)
    browser.evaluate("document.getElementById('open-agreement').click()")
    browser.until("document.querySelector('#agreement table')")
    text = browser.evaluate("document.getElementById('agreement').textContent")
    assert "they are listed when all sentences are labelled or skipped (blind mode)" in text
    assert browser.evaluate("document.querySelector('#agreement .link')") is None


@pytest.mark.slow
def test_all_sentences_are_in_the_list(page: Open) -> None:
    browser = page()
    press(browser, "s")
    press(browser, "g")
    browser.until("document.querySelector('#list[open]')")
    rows = "[...document.querySelectorAll('#rows button')]"
    assert len(browser.evaluate(f"{rows}.map((row) => row.textContent)")) == len(TEXTS)
    browser.evaluate(f"{rows}[2].click()")
    browser.until(f"{COUNT}.includes('Sentence 3 of 4')")
    assert browser.evaluate(PHRASE) == "a film"
    press(browser, "b", "b")
    assert "Sentence 1 of 4 (skipped)" in browser.evaluate(COUNT)


@pytest.mark.slow
def test_every_control_is_reachable_by_keyboard(page: Open) -> None:
    browser = page()
    browser.evaluate("document.activeElement.blur()")
    seen = reached_by_keys(browser, 30)
    assert visible_buttons(browser) <= seen
    assert any(label.startswith(f"“{TEXTS[0]}”") for label in seen)


@pytest.mark.slow
def test_the_list_of_keys_is_of_this_page(page: Open) -> None:
    browser = page()
    browser.press("?")
    text = browser.evaluate("document.querySelector('dialog[open]').textContent")
    assert "label the phrase with this class" in text
    assert "insert words" not in text
    browser.press("Escape")
    assert browser.evaluate("document.querySelector('[title^=Insert]')") is None
    for key in ("e", "i", "Delete"):
        browser.press(key)
    assert browser.evaluate("document.querySelector('.tn-input')") is None
    assert browser.posts == [("state", {})]


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1200])
def test_no_part_overflows_the_window(page: Open, width: int, dark: bool) -> None:
    browser = page(width=width, height=800, dark=dark, touch=width == 400)
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert browser.evaluate(f"[...{CLASS}].every((each) => each.getBoundingClientRect().height >= 40)")
    bottoms = f"[...{CLASS}].map((each) => each.getBoundingClientRect().bottom)"
    assert max(browser.evaluate(bottoms)) <= 800
    assert browser.console == []
