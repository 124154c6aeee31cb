"""The page of `treenn play` in a real browser: edits, keys, hostile texts, sizes and colour schemes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from web.browser import Browser
from web.conftest import CLASSES, EVIL
from web.keyboard import reached_by_keys, visible_buttons

from treenn.web.server import PageServer

CTRL, SHIFT = 2, 8
NODES = "[...document.querySelector('.tn-picture').querySelectorAll('.tn-node')]"
LABELS = f"{NODES}.map((node) => node.getAttribute('aria-label'))"
FOCUS = "document.activeElement.getAttribute('aria-label')"
READY = "document.documentElement.dataset.ready"
CALM = f"{READY} && document.querySelector('.tn-curve') && !document.querySelector('.tn-busy')"
CLEAN = "document.querySelectorAll('img, iframe, object, embed, script:not([src])').length"

Open = Callable[..., Browser]


@pytest.fixture
def page(browser: Browser, server: PageServer) -> Open:
    """Open the page, draw a text, and wait until nothing is being computed."""

    def open_page(text: str | None = "this is not good", hash_: str = "", **how: Any) -> Browser:
        browser.open(server.url + hash_, **how)
        browser.until(READY)
        if text is not None:
            draw(browser, text)
        return browser

    return open_page


def draw(browser: Browser, text: str) -> None:
    browser.evaluate(
        f"{{window.old = document.querySelector('.tn-picture'); document.getElementById('text').value = "
        f"{json.dumps(text)}; document.getElementById('ask').requestSubmit(); 0}}"
    )
    browser.until("document.querySelector('.tn-picture') !== window.old")
    browser.until(CALM)
    browser.posts.clear()


def focus(browser: Browser, words: str) -> None:
    start = json.dumps(f"“{words}”")
    browser.evaluate(f"{NODES}.find((node) => node.getAttribute('aria-label').startsWith({start})).focus()")


def words(browser: Browser) -> str:
    return str(browser.evaluate("document.querySelector('.tn-picture').querySelector('.tn-node').ariaLabel")).split(
        "”"
    )[0][1:]


def test_the_tree_is_drawn_without_console_messages(page: Open, server: PageServer) -> None:
    browser = page()
    assert len(browser.evaluate(LABELS)) == 7
    colours = browser.evaluate(f"{NODES}.map((node) => getComputedStyle(node.querySelector('.tn-chip')).fill)")
    assert set(colours) <= {
        "rgb(179, 88, 6)",
        "rgb(247, 178, 103)",
        "rgb(232, 232, 232)",
        "rgb(132, 178, 222)",
        "rgb(31, 95, 168)",
    }
    assert browser.console == []
    assert all(url.startswith((server.url, "data:,", "about:blank")) for url in browser.requests)


def test_a_rotation_recomputes_the_path_only(page: Open) -> None:
    browser = page("this is not good film .")
    focus(browser, "this is not good film .")
    before = browser.evaluate(LABELS)
    browser.press("r")
    browser.until(CALM)
    [(_, request)] = [post for post in browser.posts if post[0] == "states"]
    assert len(request["nodes"]) == 2
    marked = browser.evaluate(f"{NODES}.filter((node) => node.classList.contains('tn-changed')).length")
    assert marked == 2
    assert browser.evaluate(FOCUS).startswith("“this is not good film .”")
    browser.press("z", CTRL)
    assert browser.evaluate(LABELS) == before
    assert len([post for post in browser.posts if post[0] == "states"]) == 1


def test_words_are_replaced_inserted_and_deleted_by_keys(page: Open) -> None:
    browser = page()
    focus(browser, "good")
    for key, text, wanted in [("e", "bad", "this is not bad"), ("i", "at all", "this is not bad at all")]:
        browser.press(key)
        browser.evaluate("document.activeElement.select()")
        browser.type(text)
        browser.press("Enter")
        browser.until(CALM)
        assert words(browser) == wanted
    browser.press("Delete")
    browser.until(CALM)
    assert words(browser) == "this is not bad all"
    browser.press("z")
    browser.press("z")
    browser.press("y")
    assert words(browser) == "this is not bad at all"
    browser.press("e")
    browser.type("lost")
    browser.press("Escape")
    assert words(browser) == "this is not bad at all"
    assert browser.console == []


def test_arrow_keys_walk_the_tree(page: Open) -> None:
    browser = page()  # ((this is) (not good))
    focus(browser, "this is not good")
    steps = [("ArrowDown", "this is"), ("ArrowRight", "not good"), ("ArrowDown", "not"), ("ArrowLeft", "is")]
    for key, wanted in [*steps, ("ArrowUp", "this is"), ("End", "good"), ("Home", "this"), ("ArrowLeft", "this")]:
        browser.press(key)
        assert browser.evaluate(FOCUS).startswith(f"“{wanted}”"), key
    for wanted in ("is", "not", "good", "good"):
        browser.press("ArrowRight")
        assert browser.evaluate(FOCUS).startswith(f"“{wanted}”")
    focus(browser, "this is")
    browser.press("Enter")
    assert browser.evaluate("document.activeElement.ariaExpanded") == "false"
    assert len(browser.evaluate(LABELS)) == 5
    browser.press("Enter")
    assert len(browser.evaluate(LABELS)) == 7


def test_every_button_is_reachable_by_keyboard(page: Open) -> None:
    browser = page()
    browser.evaluate("document.getElementById('text').focus()")
    seen = reached_by_keys(browser, 30)
    assert visible_buttons(browser) <= seen
    assert any(label.startswith("“this is not good”") for label in seen)
    assert "Curves; arrow keys select a word" in seen


def test_help_and_copy_menu_open_by_keys(page: Open) -> None:
    browser = page()
    focus(browser, "good")
    browser.press("?")
    assert browser.evaluate("document.querySelector('dialog[open]').textContent.includes('rotate a bracket')")
    browser.press("Escape")
    focus(browser, "good")
    browser.press("c")
    assert browser.evaluate("document.activeElement.textContent") == "Brackets"
    browser.press("ArrowDown")
    assert browser.evaluate("document.activeElement.textContent") == "SVG"
    browser.press("Escape")
    assert browser.evaluate("document.querySelector('.tn-menu').hidden")


def test_copies_are_brackets_svg_png_and_link(page: Open, server: PageServer) -> None:
    browser = page("this is < good")
    browser.evaluate(
        "{window.copied = []; navigator.clipboard.writeText = async (text) => copied.push(text);"
        "navigator.clipboard.write = async ([item]) => copied.push((await item.getType('image/png')).size); 0}"
    )
    for index in range(4):
        browser.evaluate(f"document.querySelectorAll('.tn-menu button')[{index}].click()")
        browser.until(f"copied.length === {index + 1}")
    brackets, svg, png, link = browser.evaluate("copied")
    assert [word for word in brackets.replace(")", "").split() if "(" not in word] == ["this", "is", "<", "good"]
    assert svg.startswith("<svg")
    assert ">&lt;<" in svg
    assert png > 1000
    assert link.startswith(server.url + "#tree=(X+")
    assert browser.console == []


def test_a_link_restores_the_tree(page: Open) -> None:
    browser = page(None, "#tree=(X+(X+(X+not)+(X+good))+(X+film))")
    browser.until(CALM)
    assert words(browser) == "not good film"
    assert any(label.startswith("“not good”") for label in browser.evaluate(LABELS))


def test_a_reload_keeps_the_parsers_tree_and_figures(page: Open) -> None:
    browser = page("this is not good")
    text = "document.getElementById('parser-text').textContent"
    before, link = browser.evaluate(text), browser.evaluate("location.href")
    browser.open(link)
    browser.until(CALM)
    assert browser.evaluate(text) == before
    assert browser.evaluate("document.getElementById('again').hidden")


def test_a_long_tree_has_no_address(page: Open) -> None:
    browser = page("this is not good")
    assert browser.evaluate("location.hash").startswith("#tree=")
    draw(browser, ("wonderful" * 8 + " ") * 100)
    assert browser.evaluate("location.href") == browser.evaluate("location.href.split('#')[0]")
    draw(browser, "this is not good")
    assert browser.evaluate("location.hash").startswith("#tree=")


@pytest.mark.parametrize(
    "hash_",
    [
        "#tree=(X+(X+a)",
        "#tree=%E0%A4%A",
        "#tree=" + "(X+" * 5000,
        f"#tree=(X+(X+{EVIL})+(X+b)+(X+c))".replace(" ", "+"),
    ],
)
def test_a_hostile_link_is_a_message(page: Open, hash_: str) -> None:
    browser = page(None, hash_)
    assert browser.evaluate("document.getElementById('problem').textContent").startswith("This link has no valid tree")
    assert (browser.evaluate(CLEAN), browser.console) == (0, [])


def test_words_and_names_run_no_script(page: Open) -> None:
    browser = page(f"good {EVIL} <script>console.error(2)</script> \u202egnp &lt;b&gt; javascript:alert(1)")
    for label in ("script", EVIL.split()[0]):
        browser.evaluate(f"{NODES}.find((node) => node.ariaLabel.includes({json.dumps(label)}))?.focus()")
    browser.evaluate("document.querySelector('.tn-scroll').focus()")
    browser.press("ArrowRight")
    text = browser.evaluate("document.body.innerText")
    assert EVIL in text
    assert "\u202e" not in browser.evaluate("document.querySelector('.trees').textContent")
    assert (browser.evaluate(CLEAN), browser.console) == (0, [])


def test_an_inline_script_is_blocked(page: Open) -> None:
    browser = page(None)
    blocked = "{const s = document.createElement('div'); try { s.innerHTML = '<b>x</b>'; 'set' } catch { 'blocked' }}"
    assert browser.evaluate(blocked) == "blocked"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1200])
def test_nothing_overflows_the_window(page: Open, width: int, dark: bool) -> None:
    browser = page(" ".join(["this is not a good film"] * 8), width=width, dark=dark, touch=width == 400)
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    texts = "[...document.querySelectorAll('.tn-word text')]"
    assert min(browser.evaluate(f"{texts}.map((text) => text.getBoundingClientRect().height)")) > 12
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(16, 18, 21)" if dark else "rgb(246, 246, 244)"
    )
    assert browser.console == []


def zoom(browser: Browser) -> list[float]:
    """The position and the scale of the drawing."""
    transform = browser.evaluate("document.querySelector('.tn-picture > g').getAttribute('transform')")
    return [float(number) for number in re.findall(r"-?[\d.]+", transform)]


def test_two_fingers_zoom_and_one_finger_pans(page: Open) -> None:
    browser = page(" ".join(["this is not a good film"] * 3), width=400, height=800, touch=True)
    browser.evaluate("document.querySelector('.tn-picture').scrollIntoView()")
    before, scrolled = zoom(browser), browser.evaluate("scrollY")
    browser.touch(*(((150 - step, 300), (250 + step, 300)) for step in range(0, 60, 10)))
    pinched = zoom(browser)
    assert pinched[2] > 1.3 * before[2]
    browser.touch(*(((200 - step, 300 - step),) for step in range(0, 60, 10)))
    panned = zoom(browser)
    assert panned[0] < pinched[0]
    assert (panned[2], browser.evaluate("scrollY")) == (pinched[2], scrolled)


def test_keys_zoom_and_the_mouse_pans(page: Open) -> None:
    browser = page()
    focus(browser, "this is not good")
    before = zoom(browser)
    for _ in range(4):
        browser.press("+")
    zoomed = zoom(browser)
    assert zoomed[2] > 2 * before[2]
    x, y = browser.evaluate(
        "((box) => [box.left, box.top])(document.querySelector('.tn-picture').getBoundingClientRect())"
    )
    browser.drag(*((int(x) + 300 - step, int(y) + 60) for step in range(0, 100, 20)))
    assert zoom(browser)[0] < zoomed[0]
    focus(browser, "this is not good")
    browser.press("0")
    assert zoom(browser) == before


def test_right_to_left_text_is_mirrored(page: Open) -> None:
    browser = page("هذا الفيلم ليس جيدا")
    drawn = f"{NODES}.filter((node) => node.classList.contains('tn-word'))"
    positions = browser.evaluate(f"{drawn}.map((node) => node.getBoundingClientRect().right)")
    assert positions == sorted(positions, reverse=True)
    focus(browser, "هذا")
    browser.press("ArrowLeft")
    assert browser.evaluate(FOCUS).startswith("“الفيلم”")


def test_the_tree_has_roles_and_levels(page: Open) -> None:
    browser = page()
    assert browser.evaluate("document.querySelector('.tn-picture').role") == "tree"
    assert browser.evaluate(f"{NODES}.map((node) => [node.role, node.ariaLevel])") == [
        *(["treeitem", level] for level in ("1", "2", "3", "3", "2", "3", "3"))
    ]
    assert browser.evaluate(f"{NODES}.filter((node) => node.tabIndex === 0).length") == 1
    focus(browser, "not good")
    browser.press("l")
    assert "Not possible" in browser.evaluate("document.querySelector('[role=status].tn-status').textContent")


def test_probabilities_are_shown_on_focus(page: Open) -> None:
    browser = page()
    focus(browser, "not good")
    cells = "[...document.querySelectorAll('.tn-card:not([hidden]) tr')].map((row) => row.children[1].textContent)"
    shares = [int(cell.removesuffix("\u00a0%")) for cell in browser.evaluate(cells)]
    assert len(shares) == len(CLASSES)
    assert 97 <= sum(shares) <= 103


def test_a_server_that_ended_is_a_message(page: Open) -> None:
    browser = page()
    browser.evaluate("{window.fetch = () => Promise.reject(new TypeError('Failed')); 0}")
    focus(browser, "this is not good")
    browser.press("Delete")
    focus(browser, "good")
    browser.press("Delete")
    browser.until("!document.querySelector('.tn-error').hidden")
    assert "Has `treenn play` ended?" in browser.evaluate("document.querySelector('.tn-error').textContent")


def test_print_has_no_tools(page: Open) -> None:
    browser = page()
    assert browser.printed(".tn-bar, #ask, .actions") == 0
    assert browser.printed(".tn-picture") > 0


def test_a_deep_tree_is_folded(page: Open) -> None:
    depth = 3000
    browser = page(None, "#tree=" + "(X+" * depth + "(X+a)" + "+(X+b))" * depth)
    browser.until("document.querySelector('.tn-node')")
    assert 10 < len(browser.evaluate(LABELS)) < 200
    browser.until("!document.querySelector('.tn-error').hidden")
    assert "3001 words; must have 1 to 400" in browser.evaluate("document.querySelector('.tn-error').textContent")
