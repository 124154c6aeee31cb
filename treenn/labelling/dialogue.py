"""The dialogue of a session at the terminal."""

from __future__ import annotations

from collections.abc import Callable

from treenn.labelling.answers import Answer, read_answer
from treenn.labelling.cursor import Refused
from treenn.labelling.screen import Screen
from treenn.labelling.session import Session


class Dialogue:
    """Shows the view of a session and performs the typed answers, until the answer is to stop.

    Args:
        session: the session.
        screen: returns the current properties of the terminal, which may change.
        ask: shows a prompt and returns the typed line.
        show: shows a text.
    """

    def __init__(
        self, session: Session, screen: Callable[[], Screen], ask: Callable[[str], str], show: Callable[[str], None]
    ) -> None:
        self.session, self.screen, self.ask, self.show = session, screen, ask, show

    def run(self) -> None:
        """Show the tree and ask, until the answer is to stop."""
        is_open = True
        while is_open:
            view = self.session.view()
            self.show("\n" + self.screen().draw(view))
            is_open = self._answer(view.is_done)

    def _answer(self, is_done: bool) -> bool:
        """Ask until an answer changes the view. Returns False if the answer is to stop."""
        while True:
            view = self.session.view()
            try:
                answer = read_answer(self.ask(self.screen().question(view)), view.classes)
                if answer.action == "stop" or (is_done and answer == Answer("accept_rest")):
                    return False
                if answer.action == "help":
                    self.show(self.screen().help(view.classes))
                elif answer.action == "whole_tree":
                    self.show(self.screen().tree(view))
                else:
                    self.session.perform(*answer)
                    return True
            except Refused as error:
                self.show(error.message)
