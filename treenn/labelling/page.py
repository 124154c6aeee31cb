"""`LabellingPage`: a session of labelling in the browser, for `treenn label --web`.

The page performs the actions of `Session`, so that the terminal and the browser write the same file. Each request has
the revision of the state that it is about. A request about an older state, as of another tab, changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from treenn.labelling.agreement import Agreement, compare_annotations
from treenn.labelling.agreement_rows import coefficient_rows, count_lines
from treenn.labelling.annotations import read_annotations
from treenn.labelling.answers import class_keys
from treenn.labelling.entry import plain
from treenn.labelling.session import Session
from treenn.trees import InputError
from treenn.trees.json_records import to_json
from treenn.web.requests import read_request
from treenn.web.scale_record import scale_record

MOST_ROWS = 200
"""The maximum number of sentences, or of disagreements, in an answer."""

_LONGEST = 300  # characters of a sentence in a list


@dataclass(frozen=True)
class StateRequest:
    """A request for the current state."""


@dataclass(frozen=True)
class PerformRequest:
    """An action of the session.

    Args:
        action: one of `treenn.labelling.session.ACTIONS`.
        revision: the revision of the state on the page.
        node: the node that is the question (default: None, that of the state).
        value: the class, or the index of a sentence (default: None).
    """

    action: str
    revision: int
    node: int | None = None
    value: int | None = None


@dataclass(frozen=True)
class SentencesRequest:
    """A request for a list of sentences.

    Args:
        start: the index of the first one.
        open_only: whether to omit labelled and skipped ones (default: False).
    """

    start: int
    open_only: bool = False


@dataclass(frozen=True)
class AgreementRequest:
    """A request for the agreement with the other annotator."""


_ACTIONS: dict[str, type[Any]] = {
    "state": StateRequest,
    "perform": PerformRequest,
    "sentences": SentencesRequest,
    "agreement": AgreementRequest,
}


class LabellingPage:
    """The site of a session, for `treenn.web.server.PageServer`.

    Args:
        session: the session.
        blind: whether no labels are proposed; then disagreements are shown at the end only (default: False).
        other: the file of another annotator, for the agreement (default: None).
    """

    name = "label"

    def __init__(self, session: Session, *, blind: bool = False, other: Path | None = None) -> None:
        self.session, self.blind, self.other = session, blind, other
        self.revision = 0
        self._lock = Lock()

    @property
    def actions(self) -> Collection[str]:
        """The names of the actions."""
        return _ACTIONS

    def answer(self, action: str, body: bytes) -> dict[str, Any]:
        """Answer a request.

        Args:
            action: the name of the action.
            body: the JSON of the request.

        Raises:
            InputError: if the request is malformed, the action is impossible, or a file cannot be read or written.
        """
        request = read_request(_ACTIONS[action], body)
        with self._lock:
            answer: dict[str, Any] = getattr(self, action)(request)
        return answer

    def state(self, _: StateRequest) -> dict[str, Any]:
        """The state of the session, and its constants: file, annotators, scale of classes and their keys."""
        file, classes = self.session.file, self.session.classes
        constants = {
            "file": str(file.path),
            "annotator": file.annotator,
            "blind": self.blind,
            "other": None if self.other is None else str(self.other),
            "scale": scale_record("", file.scale, classes),
            "keys": class_keys(classes),
        }
        return self._state() | {"session": constants}

    def perform(self, request: PerformRequest) -> dict[str, Any]:
        """Perform an action, and return the new state. A request about an older state returns the state only."""
        if request.revision != self.revision:
            return self._state() | {"stale": True}
        if request.node is not None:
            self.session.perform("select", request.node)
        self.session.perform(request.action, request.value)
        self.revision += 1
        return self._state()

    def sentences(self, request: SentencesRequest) -> dict[str, Any]:
        """A list of at most `MOST_ROWS` sentences, each with its index, text, state and label."""
        session = self.session
        numbers = range(max(request.start, 0), len(session.texts))
        wanted = [number for number in numbers if not request.open_only or session.file.is_open(number)]
        rows = [self._row(number) for number in wanted[:MOST_ROWS]]
        return {"rows": rows, "next": wanted[MOST_ROWS] if len(wanted) > MOST_ROWS else None}

    def agreement(self, _: AgreementRequest) -> dict[str, Any]:
        """The agreement with the other annotator, from both files."""
        if self.other is None:
            raise InputError("there is no other annotator; start the command with --against FILE")
        file = self.session.file
        result = compare_annotations(read_annotations(file.path), read_annotations(self.other), file.scale)
        hides = self.blind and not self.session.is_done
        return {
            "first": result.first,
            "second": result.second,
            "counts": count_lines(result),
            "rows": coefficient_rows(result),
            "classes": result.classes,
            "confusion": result.spans.confusion,
            "total": len(result.disagreements),
            "disagreements": None if hides else self._disagreements(result),
        }

    def _state(self) -> dict[str, Any]:
        return {"revision": self.revision, "view": to_json(self.session.view())}

    def _row(self, number: int) -> dict[str, Any]:
        entry, text = self.session.file.entries[number], self.session.texts[number]
        tree = entry.tree if entry is not None and entry.state == "labelled" else None
        label = tree.label if tree is not None and isinstance(tree.label, int) else None
        state = "new" if entry is None else entry.state
        return {"number": number, "text": text[:_LONGEST], "state": state, "label": label}

    def _disagreements(self, result: Agreement) -> list[dict[str, Any]]:
        numbers = {plain(text): number for number, text in reversed([*enumerate(self.session.texts)])}
        return [to_json(each) | {"number": numbers.get(each.sentence)} for each in result.disagreements[:MOST_ROWS]]
