"""Parsers and tokenizers that a stranger's file may name."""

from __future__ import annotations

import pytest

from treebanks.own_data import DatasetSpec
from treebanks.own_data.spec import is_safe


@pytest.mark.parametrize(
    ("trees", "tokenizer", "safe"),
    [
        ("chart", "treebank", True),
        ("random:7", "characters", True),
        ("right", "spacy:zh", True),
        ("right", "spacy:../x", False),
        ("right", "spacy:", False),
        ("spacy:en_core_web_sm", "treebank", False),
        ("my/parser", "whitespace", False),
    ],
)
def test_models_of_other_packages_are_unsafe(trees: str, tokenizer: str, safe: bool) -> None:
    assert is_safe(DatasetSpec(trees=trees, tokenizer=tokenizer)) is safe
