"""The shipped parser: size, loading, and the F1 on its card."""

from __future__ import annotations

from pathlib import Path

import pytest

import treenn
from treebanks.parsing import load_parsing
from treenn.parsers.evalb import evaluate
from treenn.parsers.loading import load_parser
from treenn.testing import check_parser

WEIGHTS = Path(treenn.__file__).parent / "parsers" / "weights" / "chart"


@pytest.fixture(scope="module")
def shipped():
    return load_parser("chart")


def test_weighs_no_more_than_ten_megabytes():
    assert 1_000_000 < sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 10_000_000


def test_keeps_the_rules_of_parsers(shipped):
    check_parser(shipped)


def test_parses_a_sentence_nobody_would_parse_otherwise(shipped):
    assert str(shipped.parse_text("The movie made us laugh.")) == (
        "(X (X (X The) (X movie)) (X (X (X made) (X (X us) (X laugh))) (X .)))"
    )


@pytest.mark.slow  # parses dev
def test_is_as_good_as_its_card_says(shipped, sst_home):
    gold = load_parsing("sst").splits["dev"][:300]
    scores = evaluate(gold, shipped.parse_batch([tree.words for tree in gold]))
    assert scores.with_punctuation.f1 > 0.80
    assert scores.without_punctuation.f1 > 0.82
