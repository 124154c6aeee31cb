"""The controls of a page that Tab and, in toolbars, the arrow keys reach."""

from __future__ import annotations

from web.browser import Browser

_IN_BAR = "Boolean(document.activeElement.closest('.tn-bar'))"
_NAME = "(each.ariaLabel || each.textContent)"
_VISIBLE = "[...document.querySelectorAll('button')].filter((each) => each.checkVisibility({visibilityProperty: true}))"


def reached_by_keys(browser: Browser, presses: int) -> set[str]:
    """The names of the elements that receive the focus while Tab is pressed this many times."""
    seen = set()
    for _ in range(presses):
        browser.press("Tab")
        for _ in range(16 if browser.evaluate(_IN_BAR) else 1):
            seen.add(str(browser.evaluate(f"((each) => {_NAME})(document.activeElement)")))
            if browser.evaluate(_IN_BAR):
                browser.press("ArrowRight")
    return seen


def visible_buttons(browser: Browser) -> set[str]:
    """The names of the visible buttons."""
    return set(browser.evaluate(f"{_VISIBLE}.map((each) => {_NAME})"))
