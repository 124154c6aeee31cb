"""The parser that ships: small, quick to load, and as good as its card says."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import treenn
from treebanks.parsing import load_parsing
from treenn.parsers.chart import ChartParser
from treenn.parsers.evalb import evaluate
from treenn.parsers.loading import load_parser
from treenn.testing import check_parser

WEIGHTS = Path(treenn.__file__).parent / "parsers" / "weights" / "chart"


@pytest.fixture(scope="module")
def shipped():
    return load_parser("chart")


def test_weighs_no_more_than_ten_megabytes():
    assert 1_000_000 < sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 10_000_000


def test_loads_in_less_than_a_second():
    start = time.process_time()
    ChartParser.load(WEIGHTS)
    assert time.process_time() - start < 1


def test_keeps_the_rules_of_parsers(shipped):
    check_parser(shipped)


def test_parses_a_sentence_nobody_would_parse_otherwise(shipped):
    assert str(shipped.parse_text("The movie made us laugh.")) == (
        "(X (X (X The) (X movie)) (X (X (X made) (X (X us) (X laugh))) (X .)))"
    )


def test_is_as_good_as_its_card_says(shipped, sst_home):
    gold = load_parsing("sst").splits["dev"][:300]
    scores = evaluate(gold, shipped.parse_batch([tree.words for tree in gold]))
    assert scores.with_punctuation.f1 > 0.80
    assert scores.without_punctuation.f1 > 0.82


def test_speed_grows_far_less_than_the_cube_of_the_length(shipped):
    def seconds(length: int) -> float:
        batch = [["the", "film"] * (length // 2)] * 30
        times = []
        for _ in range(5):
            start = time.process_time()
            shipped.parse_batch(batch)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(40) < 6 * seconds(20)
