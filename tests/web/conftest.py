"""A playground of tiny untrained models, its server, and a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from web.browser import FOUND, Browser

from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.shapes import Balanced
from treenn.sentiment.model import SentimentModel
from treenn.web.playground import Playground
from treenn.web.server import PageServer, Site

CLASSES = ("very negative", "negative", "neutral", "positive", "very positive")
EVIL = "<img src=x onerror=console.error(1)>"
"""A name that would run a script if it were inserted as HTML."""


def make_model(kind: str = "tree-lstm", classes: tuple[str, ...] = CLASSES, seed: int = 0) -> SentimentModel:
    """An untrained model over balanced trees."""
    settings = Settings(model=kind, size=8, word_size=6, seed=seed)
    network = build(settings, make_task("nodes", classes), Vocabulary(["good", "not", "film", "this", "is", "."]))
    return SentimentModel(network.eval(), classes, Balanced())


@pytest.fixture(scope="session")
def playground() -> Playground:
    """A tree network and a sequence network, whose names and classes are hostile."""
    classes = (*CLASSES[:4], EVIL)
    return Playground({f"tree {EVIL}": make_model(classes=classes), "lstm": make_model("lstm", classes, 1)})


@contextmanager
def serving(site: Site) -> Iterator[PageServer]:
    """Run the server of a page."""
    with PageServer(site) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def server(playground: Playground) -> Iterator[PageServer]:
    """A running server."""
    with serving(playground) as made:
        yield made


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium."""
    if FOUND is None:
        pytest.skip("there is no Chromium here")
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()
