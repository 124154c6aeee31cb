"""The page of `treenn explain --html`: its data, and in a browser its steps, keys, colours and hostile words."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from web.browser import Browser
from web.conftest import CLASSES, EVIL

from treenn.explain.flow import Flow, compute_flow
from treenn.explain.untrained import untrained_network
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.pages import inline_json
from treenn.trees import Tree, parse_tree
from treenn.web.flow_page import PredictionScale, flow_page
from treenn.web.one_file import inline_modules

TREE = parse_tree("(X (X this) (X (X is) (X (X not) (X good))))")
SCALE = PredictionScale("ordinal", CLASSES)
Page = Callable[..., Browser]


def make_flow(name: str, tree: Tree = TREE) -> Flow:
    network = untrained_network(name, tree.words, input_size=6, size=8)
    return compute_flow(network, tree, name, is_trained=False)


def make_page(*names: str, tree: Tree = TREE) -> str:
    return flow_page(" ".join(tree.words), [(make_flow(name, tree), SCALE) for name in names])


def data_of(page: str) -> dict:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert match
    return dict(json.loads(match[1]))


def test_numbers_are_in_the_page() -> None:
    flow = make_flow("tree-lstm")
    [record] = data_of(flow_page("this is not good", [(flow, SCALE)]))["flows"]
    assert [len(record["passes"][0]["nodes"]), record["merges"][-1]] == [7, [0, 5]]
    for vector, found in zip(flow.passes[0].vectors[6], record["passes"][0]["nodes"]["6"], strict=True):
        assert (found["name"], found["size"]) == (vector.name, 8)
        for key, values in (("values", vector.values), ("gradient", vector.gradient)):
            largest, text = found[key]
            units = np.frombuffer(base64.b64decode(text), dtype=np.int8) * largest / 127
            np.testing.assert_allclose(units, values, atol=largest / 200)
        assert found["gradientNorm"] == pytest.approx(np.linalg.norm(vector.gradient), rel=1e-3)


def test_page_is_one_file_without_addresses() -> None:
    page = make_page("tree-lstm", "lstm")
    assert len(page) < 300_000
    assert re.findall(r"https?://(?!www\.w3\.org/)", page) == []
    assert re.findall(r"<(?:link|img|iframe|object|embed)\b(?! rel=\"icon\" href=\"data:,\")", page) == []
    assert page.count("<math ") == 2
    assert page.count("<noscript><svg ") == 1


def test_words_and_names_are_escaped() -> None:
    tree = Tree((EVIL.replace(" ", ""), "</script><b>"), ((0, 1),))
    page = make_page("tree-lstm", tree=tree)
    assert "<img" not in page
    assert "</script><b>" not in page
    assert data_of(page)["words"] == list(tree.words)
    assert inline_json('"</script><!--"') == '"\\u003c/script>\\u003c!--"'


def test_inlined_modules_import_nothing() -> None:
    text = inline_modules("tree.mjs", "flow.mjs")
    assert re.findall(r"^(?:import|export) ", text, re.MULTILINE) == []
    assert re.findall(r"^const (\w+_mjs) = ", text, re.MULTILINE) == ["tree_mjs", "flow_mjs"]


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Page:
    """Open the page of some networks in a browser."""

    def open_page(*names: str, width: int = 1200, dark: bool = False, tree: Tree = TREE) -> Browser:
        file = tmp_path / "page.html"
        file.write_text(make_page(*(names or ("tree-lstm", "lstm")), tree=tree), encoding="utf-8")
        browser.open(file.as_uri(), width, dark=dark, touch=width == 400)
        return browser

    return open_page


NOW = "document.getElementById('now').textContent"
TITLES = "[...document.querySelectorAll('.fl-title')].map((each) => each.textContent)"
GATES = (
    "[...document.querySelectorAll('.fl-flow')].map((flow) => "
    "[...flow.querySelectorAll('.fl-vectors tbody tr:not(.fl-input) th')].map((each) => each.textContent).join(' '))"
)


def at_step(browser: Browser, time: int) -> None:
    browser.evaluate(
        f"((range) => {{ range.value = {time}; range.dispatchEvent(new Event('input')); }})"
        "(document.getElementById('time'))"
    )


def test_steps_go_up_and_down(page: Page) -> None:
    browser = page()
    assert browser.evaluate(NOW) == "up, step 1 of 4"
    browser.evaluate("document.getElementById('time').focus()")
    browser.press("ArrowRight")
    assert browser.evaluate(TITLES) == ["level 2 of 4: “not good”", "word 2 of 4: “is”"]
    assert browser.evaluate(GATES) == ["i fl fr o u c h", "i f o g c h"]
    assert browser.evaluate("document.getElementById('spoken').textContent").startswith(
        "up, step 2 of 4. tree-lstm: le"
    )
    at_step(browser, 5)
    assert all(title.startswith("Prediction: ") for title in browser.evaluate(TITLES))
    browser.press("ArrowRight")
    assert browser.evaluate(TITLES) == ["Gradient, level 4 of 4: “this is not good”", "Gradient, word 4 of 4: “good”"]
    browser.press("End")
    assert browser.evaluate(NOW) == "gradients at the words"
    assert browser.evaluate(TITLES) == ["The gradient has reached every word."] * 2
    assert browser.evaluate("document.querySelectorAll('#chart rect').length") == 8
    assert browser.console == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "wanted"), [("lstm", "x c h"), ("jordan", "x y"), ("deep-input", "x")])
def test_inputs_are_those_of_the_equations(page: Page, name: str, wanted: str) -> None:
    browser = page(name)
    at_step(browser, 2)
    browser.evaluate("document.querySelectorAll('.fl-chain tbody tr')[0].querySelectorAll('button')[1].click()")
    inputs = "[...document.querySelectorAll('.fl-input th')].map((each) => each.textContent).join(' ')"
    assert browser.evaluate(inputs) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bidirectional-tree-lstm", "bilstm-attention", "cnn", "deep-output", "mv-rnn"])
def test_other_networks_have_steps(page: Page, name: str) -> None:
    browser = page(name)
    for time in range(int(browser.evaluate("document.getElementById('time').max")) + 1):
        at_step(browser, time)
        assert browser.evaluate("document.querySelectorAll('.fl-vectors').length") == min(time, 1)
    assert browser.console == []


@pytest.mark.slow
def test_every_control_is_reached_by_tab(page: Page) -> None:
    browser = page()
    seen = set()
    for _ in range(60):
        browser.press("Tab")
        seen.add(browser.evaluate("document.activeElement.id || document.activeElement.getAttribute('aria-label')"))
    assert {"first", "back", "play", "next", "turn", "time", "chart", "Steps of lstm"} <= seen
    assert any(str(label).startswith("“this is not good”") for label in seen), "the tree"
    assert any(str(label).startswith("not, ") for label in seen), "a step of the chain"


@pytest.mark.slow
def test_scores_have_no_classes(browser: Browser, tmp_path: Path) -> None:
    settings, task = Settings(model="tree-gru", size=8, word_size=6), make_task("node-scores", None, score_range=(1, 9))
    flow = compute_flow(build(settings, task, Vocabulary(sorted(TREE.words))), TREE, "scores")
    file = tmp_path / "page.html"
    file.write_text(flow_page("this is not good", [(flow, PredictionScale("score", (), (1, 9)))]), encoding="utf-8")
    browser.open(file.as_uri())
    at_step(browser, 5)
    assert browser.evaluate(TITLES) == [f"Prediction: {flow.final.label:.3g}; L is the score from −1 to 1."]
    assert browser.evaluate("document.querySelectorAll('.fl-classes').length") == 0
    assert browser.console == []


@pytest.mark.slow
def test_inputs_have_their_origin(page: Page) -> None:
    browser = page("tree-lstm", "stacked-lstm")
    at_step(browser, 3)
    roles = (
        "[...document.querySelectorAll('.fl-flow')].map((flow) => [...flow.querySelectorAll('.fl-input')].map((row) =>"
    )
    found = browser.evaluate(f"{roles} [row.children[0].textContent, row.children[1].textContent].join(' ')))")
    assert found[0] == ["c of “is”", "h of “is”", "c of “not good”", "h of “not good”"]
    assert found[1] == ["h layer 1", "c after “this”", "h after “this”"]


@pytest.mark.slow
def test_a_chosen_phrase_is_shown(page: Page) -> None:
    browser = page()
    at_step(browser, 4)
    caption = "document.querySelector('.fl-vectors caption').textContent"
    assert browser.evaluate(caption) == "Numbers of “this is not good”"
    browser.evaluate("document.querySelector('.tn-node[aria-label^=\"“not good”\"]').focus()")
    assert browser.evaluate(caption) == "Numbers of “not good”"
    at_step(browser, 1)
    browser.evaluate("document.querySelector('.fl-choices button').focus()")
    browser.press("Enter")
    assert browser.evaluate(caption) == "Numbers of “this”"
    assert browser.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


@pytest.mark.slow
def test_playing_stops_at_the_end(page: Page) -> None:
    browser = page(tree=parse_tree("(X good)"))
    browser.evaluate("document.getElementById('play').click()")
    browser.until(f"{NOW} === 'gradients at the words'")
    browser.until("document.getElementById('play').getAttribute('aria-pressed') === 'false'")
    assert browser.console == []


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1200])
def test_nothing_overflows_the_window(page: Page, width: int, dark: bool) -> None:
    words = ("extraordinarily", "uncharacteristically", *["not", "good"] * 6)
    tree = Tree(words, tuple((len(words) + k - 1 if k else 0, k + 1) for k in range(len(words) - 1)))
    browser = page(width=width, dark=dark, tree=tree)
    for time in (1, 9, 15, 20):
        at_step(browser, time)
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper = "rgb(16, 18, 21)" if dark else "rgb(246, 246, 244)"
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == paper
    assert browser.console == []


@pytest.mark.slow
def test_hostile_words_run_no_script(page: Page) -> None:
    browser = page(tree=Tree((EVIL.replace(" ", "/"), "</script><script>console.error(1)</script>"), ((0, 1),)))
    for time in range(7):
        at_step(browser, time)
    assert (browser.console, browser.evaluate("document.querySelectorAll('img').length")) == ([], 0)


@pytest.mark.slow
def test_print_has_no_controls(page: Page) -> None:
    browser = page()
    assert browser.printed(".fl-buttons, #time") == 0
    assert browser.printed(".fl-vectors") > 0
