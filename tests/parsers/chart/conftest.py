from __future__ import annotations

import pytest

from treebanks.parsing import ParsingTreebank, load_parsing
from treenn.parsers.chart import ChartParser, ChartSettings, train

TINY = ChartSettings(
    size=12,
    affix_size=8,
    word_size=8,
    span_size=16,
    split_size=4,
    epochs=6,
    batch_size=8,
    warmup=10,
    learning_rate=1e-2,
)


@pytest.fixture(scope="session")
def tiny() -> ChartSettings:
    """Settings of a tiny network."""
    return TINY


@pytest.fixture(scope="session")
def reviews() -> ParsingTreebank:
    """Some trees of `reviews`."""
    splits = load_parsing("reviews").splits
    return ParsingTreebank("reviews", {"train": splits["train"][:200], "dev": splits["dev"][:50]})


@pytest.fixture(scope="session")
def trained(reviews: ParsingTreebank) -> tuple[ChartParser, dict]:
    """A briefly trained parser and its results."""
    return train(reviews, TINY)


@pytest.fixture
def parser(trained: tuple[ChartParser, dict]) -> ChartParser:
    return trained[0]
