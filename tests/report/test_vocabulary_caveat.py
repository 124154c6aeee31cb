"""The caveat of comparisons of language models over different vocabularies."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from treenn.report.caveats import _vocabularies


def task(*runs: tuple[int, float | None]) -> Any:
    """A task with runs of a vocabulary size and a share of unknown tokens."""
    made = [
        SimpleNamespace(
            settings={"vocabulary_size": size} if size else {},
            value=lambda split, name, share=share: share if split == "test" else None,
        )
        for size, share in runs
    ]
    splits = {"evaluated": ("dev", "test"), "unseen_splits": ["test"]}
    return SimpleNamespace(runs=made, **splits, treebank=SimpleNamespace(name="corpus"))


@pytest.mark.parametrize("runs", [[(5, 0.1), (6, 0.1)], [(0, 0.1), (0, 0.2)]])
def test_different_vocabularies_have_a_note(runs):
    [note] = _vocabularies(task(*runs))
    assert note.startswith("The models of corpus have different vocabularies: their perplexities")


@pytest.mark.parametrize("runs", [[(5, 0.1), (5, 0.1)], [(0, None), (0, None)]])
def test_equal_vocabularies_have_none(runs):
    assert not [*_vocabularies(task(*runs))]
