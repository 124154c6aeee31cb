"""The page of `treenn play --export`, opened from a file: it computes, edits and refuses without a request."""

from __future__ import annotations

import json
import re
import statistics
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from web.browser import Browser
from web.conftest import EVIL
from web.keyboard import reached_by_keys, visible_buttons
from web.page_pairs import save_pair

from treenn.trees.file_kind import kind_of
from treenn.web.one_file import inline_modules
from treenn.web.page_folders import save_folders
from treenn.web.static_page import KIND, build_page

NODES = "[...document.querySelector('.tn-picture').querySelectorAll('.tn-node')]"
LABELS = f"{NODES}.map((node) => node.getAttribute('aria-label'))"
WORDS = f"{NODES}.filter((node) => node.classList.contains('tn-word')).map((node) => node.textContent)"
READY = "document.documentElement.dataset.ready"
CALM = f"{READY} && !document.querySelector('.tn-busy') && !document.querySelector('#draw[aria-busy]')"
PROBLEM = "document.getElementById('problem').textContent"
OUTSIDE = re.compile(r"(?:file|blob|about|data):")
SPY = (
    "{window.sent = []; const post = Worker.prototype.postMessage;"
    "Worker.prototype.postMessage = function (message) { sent.push(message); post.call(this, message); }; 0}"
)


def make_page(folder: Path, name: str = "tiny", about: str = "") -> Path:
    """Write a page of a tiny pair."""
    model = save_folders(*save_pair(folder), folder / "page")
    (path := folder / "page.html").write_text(build_page(name, model, folder / "page", about), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a hostile name and remark."""
    return make_page(tmp_path_factory.mktemp("static"), EVIL, f"Remark {EVIL}")


@pytest.fixture(scope="module")
def opened(browser: Browser, path: Path) -> Browser:
    """The page in the browser; what is sent to the worker is recorded in `sent`."""
    browser.open(path.as_uri())
    browser.until(CALM)
    browser.evaluate(SPY)
    return browser


@pytest.fixture
def page(opened: Browser) -> Iterator[Browser]:
    """The page, whose console and requests are checked after the test."""
    yield opened
    assert opened.console == []
    assert all(OUTSIDE.match(url) for url in opened.requests)


def submit(browser: Browser, text: str) -> None:
    browser.evaluate(
        f"{{document.getElementById('text').value = {json.dumps(text)};"
        "document.getElementById('ask').requestSubmit(); 0}"
    )
    browser.until(CALM)
    browser.evaluate("{sent.length = 0; 0}")


def focus(browser: Browser, words: str) -> None:
    start = json.dumps(f"“{words}”")
    browser.evaluate(f"{NODES}.find((node) => node.getAttribute('aria-label').startsWith({start})).focus()")


def test_a_sentence_becomes_a_coloured_tree(page: Browser) -> None:
    submit(page, "This film isn't good.")
    assert page.evaluate(WORDS) == ["This", "film", "is", "n't", "good", "."]
    colours = page.evaluate(f"{NODES}.map((node) => getComputedStyle(node.querySelector('.tn-chip')).fill)")
    assert len(colours) == 11
    assert set(colours) <= {f"rgb({rgb})" for rgb in (
        "179, 88, 6", "247, 178, 103", "232, 232, 232", "132, 178, 222", "31, 95, 168"
    )}  # fmt: skip
    assert "of all trees" in page.evaluate("document.getElementById('parser-text').textContent")


def test_a_rotation_requests_the_path_only(page: Browser) -> None:
    submit(page, "this film is not very good .")
    root = "this film is not very good ."
    focus(page, root)
    before = page.evaluate(LABELS)
    page.press("r" if page.evaluate(f"{NODES}[1].classList.contains('tn-bracket')") else "l")
    page.until(f"{CALM} && sent.some(({{action}}) => action === 'states')")
    [request] = [message["request"] for message in page.evaluate("sent") if message["action"] == "states"]
    marked = page.evaluate(f"{NODES}.filter((node) => node.classList.contains('tn-changed')).length")
    assert (len(request["nodes"]), marked) == (2, 2)
    count = "The last edit changed 2 of 13 phrases, with thick borders; only these were recomputed."
    assert page.evaluate("document.getElementById('changed').textContent") == count
    page.press("z")
    page.until(CALM)
    assert page.evaluate(LABELS) == before


def test_every_control_is_reachable_by_keyboard(page: Browser) -> None:
    submit(page, "this is not good")
    page.evaluate("document.getElementById('text').focus()")
    seen = reached_by_keys(page, 24)
    assert visible_buttons(page) <= seen
    assert any(label.startswith("“this is not good”") for label in seen)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("   ", "Type a sentence first."),
        ("<br>", "the text has no words"),
        ("a b " * 2500, "the text has 5000 words; must have at most 1000"),
        ("x" * 20001, "the text has 20001 characters; must have at most 20000"),
    ],
    ids=["blank", "tags", "words", "letters"],
)
def test_bad_input_is_a_message(page: Browser, text: str, message: str) -> None:
    submit(page, text)
    assert page.evaluate(PROBLEM) == message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"good {EVIL} </script> <script>console.error(2)</script>", None),
        ("good 😀👍🏽 👨‍👩‍👧!", ["good", "😀", "👍🏽", "👨‍👩‍👧", "!"]),
        ("هذا الفيلم ليس جيدا", ["هذا", "الفيلم", "ليس", "جيدا"]),
    ],
    ids=["scripts", "emoji", "right to left"],
)
def test_hostile_words_are_drawn_as_text(page: Browser, text: str, words: list[str] | None) -> None:
    submit(page, text)
    assert page.evaluate(PROBLEM) == ""
    drawn = page.evaluate(WORDS)
    assert drawn == words if words else "good" in drawn
    assert page.evaluate("document.querySelectorAll('img, iframe, object, embed').length") == 0


def test_a_request_is_blocked(page: Browser) -> None:
    attempt = "fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'blocked')"
    assert page.evaluate(attempt) == "blocked"
    assert any("Content Security Policy" in message for message in page.console)
    page.console.clear()
    page.requests.clear()


def test_a_link_restores_the_tree(browser: Browser, path: Path, opened: Browser) -> None:
    browser.open(f"{path.as_uri()}#tree=(X+(X+(X+not)+(X+good))+(X+film))", width=400, dark=True)
    browser.until(f"{CALM} && document.querySelector('.tn-node')")
    assert browser.evaluate(WORDS) == ["not", "good", "film"]
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert browser.console == []


def test_the_file_permits_its_own_script_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert kind_of(text.encode()) == KIND
    assert EVIL not in text
    scripts = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert f"script-src {hashes[0]} blob:;" in policy[1]
    assert len(hashes) == 1
    assert set(re.findall(r"https?://[^\"'\s]*", text)) <= {"http://www.w3.org/2000/svg"}


def test_modules_have_their_own_names() -> None:
    script = inline_modules("worker.mjs")
    assert "import " not in re.sub(r"(?m)^\s*(/?\*|//).*$", "", script)
    assert script.count("const weights_mjs = ") == script.count("const tokenizer_mjs = ") == 1
    assert script.index("const weights_mjs") < script.index("const parser_mjs") < script.index("const worker_mjs")


def test_other_imports_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files: dict[str, str] = {
        "a.mjs": 'import x from "./b.mjs";\n',
        "b.mjs": 'import { c } from "./c.mjs";\n',
        "c.mjs": 'import { b } from "./b.mjs";\n',
        "d.mjs": "export const x = '</script>';\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr("treenn.web.one_file.files", lambda _: tmp_path)
    for name, error in (("a.mjs", ValueError), ("b.mjs", ValueError), ("d.mjs", AssertionError)):
        with pytest.raises(error):
            inline_modules(name)


@pytest.mark.slow
def test_time_of_twenty_words_is_reported(browser: Browser, tmp_path: Path, capsys: Any) -> None:
    model = save_folders("sentiment", None, tmp_path)
    (path := tmp_path / "page.html").write_text(build_page("sentiment", model, tmp_path), encoding="utf-8")
    browser.open(path.as_uri())
    browser.until(CALM)
    text = "The film that {} was neither as funny nor as clever as the friends of mine who like it say ."
    sentences = [text.format(word) for word in ("I", "you", "he", "she", "we", "they", "it", "one")]
    times = [browser.evaluate(TIMED % json.dumps(sentence)) for sentence in sentences * 3]
    with capsys.disabled():
        print(f"\ntime from a typed sentence of 20 words to its tree: median {statistics.median(times):.0f} ms")
    assert browser.console == []


TIMED = """new Promise((resolve) => {
  const old = document.querySelector(".tn-picture"), start = performance.now();
  const observer = new MutationObserver(() => {
    if (document.querySelector(".tn-picture") === old) return;
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - start));
  });
  observer.observe(document.getElementById("trees"), { childList: true, subtree: true });
  document.getElementById("text").value = %s;
  document.getElementById("ask").requestSubmit();
})"""
