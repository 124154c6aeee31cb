"""A labelling session with hostile words, classes and names."""

from __future__ import annotations

from pathlib import Path

from web.conftest import EVIL

from treenn.labelling.label_file import LabelFile
from treenn.labelling.proposals import Source, SourceProposals
from treenn.labelling.session import Session
from treenn.parsers.shapes import Right

CLASSES = ("bad", "so-so", "good", f"class {EVIL}")
TEXTS = ("this is not good", "<script>console.error(1)</script> film", "a film", "fine \u202e x")


def make_session(path: Path, annotator: str = EVIL, texts: tuple[str, ...] = TEXTS) -> Session:
    """A session over right-branching trees."""
    sources = [Source(text, tuple(text.split())) for text in texts]
    proposals = SourceProposals(sources, Right())
    return Session(LabelFile(path, CLASSES, texts, annotator), texts, CLASSES, proposals)
