"""A labelling page with hostile words, classes and names, and its server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.conftest import EVIL

from treenn.labelling.label_file import LabelFile
from treenn.labelling.page import LabellingPage
from treenn.labelling.proposals import Source, SourceProposals
from treenn.labelling.session import Session
from treenn.parsers.shapes import Right
from treenn.web.server import PageServer

CLASSES = ("bad", "so-so", "good", f"class {EVIL}")
TEXTS = ("this is not good", "<script>console.error(1)</script> film", "a film", "fine \u202e x")


def make_session(path: Path, annotator: str = EVIL, texts: tuple[str, ...] = TEXTS) -> Session:
    """A session over right-branching trees."""
    sources = [Source(text, tuple(text.split())) for text in texts]
    proposals = SourceProposals(sources, Right())
    return Session(LabelFile(path, CLASSES, texts, annotator), texts, CLASSES, proposals)


@contextmanager
def serving(page: LabellingPage) -> Iterator[PageServer]:
    """Run the server of a page."""
    with PageServer(page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
