"""`treenn label --web`: the page, and the file of the other annotator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from treenn.commands.output import say
from treenn.commands.serving import serve
from treenn.trees import InputError
from treenn.trees.errors import argument

if TYPE_CHECKING:
    from treenn.labelling.session import Session


def check_other(other: Path | None, out: Path, *, web: bool) -> None:
    """Validate the file of the other annotator, which need not exist.

    Args:
        other: the file; None if there is none.
        out: the file of this annotator.
        web: whether the page is served.

    Raises:
        InputError: if there is no page, it is the same file, or it is not a file of `treenn label`.
    """
    from treenn.labelling.annotations import read_annotations

    if other is None:
        return
    if not web:
        raise InputError(f"{argument('against')}: needs {argument('web', True)}; `treenn agreement` compares two files")
    if other.resolve() == out.resolve():
        raise InputError(f"{argument('against')} {other}: must be another file than {argument('out')}")
    if other.exists():
        read_annotations(other)
    else:
        say(f"{other}: does not exist yet; the agreement is shown when it does")


def ask_in_browser(session: Session, blind: bool, other: Path | None, port: int, *, opens_browser: bool) -> None:
    """Serve the page of a session until a signal.

    Args:
        session: the session.
        blind: whether no labels are proposed.
        other: the file of another annotator; None if there is none.
        port: the port; 0 is a free one.
        opens_browser: whether to open the page in the browser.

    Raises:
        InputError: if the port is not available.
    """
    from treenn.labelling.page import LabellingPage

    serve(LabellingPage(session, blind=blind, other=other), "labelling", port, opens_browser=opens_browser)
