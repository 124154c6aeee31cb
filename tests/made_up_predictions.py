"""Predictions with given classes at every node, and a reader of pages."""

from __future__ import annotations

from html.parser import HTMLParser

from treenn.sentiment.document import Document, Sentiment
from treenn.trees import parse_tree

VOID = {"meta", "rect", "path", "circle"}
CLASSES = ("bad", "so-so", "good")


def sentiment(brackets: str, classes: tuple[str, ...] = CLASSES) -> Sentiment:
    tree = parse_tree(brackets, classes=len(classes))
    rows = tuple(tuple(float(index == label) for index in range(len(classes))) for label in tree.labels)
    return Sentiment(" ".join(tree.words), tree, rows, classes)


def document(*brackets: str, classes: tuple[str, ...] = CLASSES) -> Document:
    return Document.of("text", [sentiment(each, classes) for each in brackets], classes)


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.loads: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.loads += [str(value) for name, value in attributes if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)
