"""A tiny model and a tiny parser, untrained, for static pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from web.conftest import CLASSES

from treenn.models.building import build
from treenn.models.saving import save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart import ChartParser, ChartSettings
from treenn.parsers.chart.examples import Inventory
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.runtime.quantization import WeightFormat

WORDS = ("good", "not", "film", "this", "is", ".", "very", "dull")


def save_pair(
    folder: Path,
    bits: Literal[8, 16, 32] = 8,
    rank: int | None = None,
    networks: int = 2,
    classes: Sequence[str] = CLASSES,
    **settings: Any,
) -> tuple[str, str]:
    """Save the folders `tiny` and `tiny-parser`. The parser has large weights, so that trees differ."""
    storage = WeightFormat(bits, rank)
    recipe = Settings(model="tree-lstm", size=8, word_size=6, **settings)
    network = build(recipe, make_task("nodes", classes), Vocabulary(WORDS))
    if network.spelling is not None:
        torch.nn.init.normal_(network.spelling.table.weight, generator=torch.Generator().manual_seed(2))
    network.temperature = 0.5
    save_model(folder / "tiny", network, weight_format=storage)
    parser = ChartParser([_span_network(seed) for seed in range(networks)], Vocabulary(WORDS), labels=False)
    parser.save(folder / "tiny-parser", storage)
    return str(folder / "tiny"), str(folder / "tiny-parser")


def _span_network(seed: int) -> SpanNetwork:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        settings = ChartSettings(size=7, layers=2, word_size=6, affix_size=5, span_size=9, split_size=3)
        words = torch.randn(len(WORDS) + 1, 6)
        network = SpanNetwork(words, torch.zeros(len(words)), Inventory(["A"], ["", "S"]), settings)
        torch.nn.init.normal_(network.affixes.weight)
        for layer in (network.node, network.parts, network.split):
            torch.nn.init.normal_(layer.weight)
        return network
