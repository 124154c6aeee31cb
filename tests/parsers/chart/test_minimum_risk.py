from __future__ import annotations

import pytest
import torch
from parsers.chart.every_tree import splits_found

from treenn.parsers.chart import TreeDistribution
from treenn.parsers.chart.chart_trees import tree_of_best, tree_of_splits
from treenn.parsers.chart.cky import BestTrees
from treenn.parsers.chart.minimum_risk import minimum_risk_splits, split_table, write_scores
from treenn.parsers.chart.span_scorer import Factors, mean_scores
from treenn.parsers.chart.spans import span_count


def random_ensemble(length: int, networks: int, batch: int = 3) -> list[Factors]:
    generator, spans = torch.Generator().manual_seed(length), span_count(length)
    shapes = [(batch, spans, 2), *[(batch, spans, 4)] * 3, (batch, length + 1, 4)]
    return [
        Factors(*(torch.randn(shape, dtype=torch.float64, generator=generator) for shape in shapes))
        for _ in range(networks)
    ]


def table_of(ensemble: list[Factors], length: int, batch: int = 3) -> torch.Tensor:
    table = split_table(length, batch, ensemble[0].nodes)
    write_scores(ensemble, table)
    return table


def random_splits(length: int) -> list[list[int]]:
    splits = minimum_risk_splits(table_of(random_ensemble(length, 1), length))
    assert splits is not None
    return splits


@pytest.mark.parametrize("length", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("networks", [1, 2])
def test_trees_equal_those_from_marginals(length: int, networks: int) -> None:
    ensemble = random_ensemble(length, networks)
    splits = minimum_risk_splits(table_of(ensemble, length))
    expected = TreeDistribution(mean_scores(ensemble)).expected_best()
    assert splits is not None
    for choices, best in zip(splits, expected, strict=True):
        assert splits_found(BestTrees([], choices, length, 1), length) == splits_found(best, length)


@pytest.mark.parametrize("length", [1, 2, 3, 9, 20])
def test_node_order_is_that_of_k_best_trees(length: int) -> None:
    words, (choices, *_) = [str(index) for index in range(length)], random_splits(length)
    assert tree_of_splits(words, choices) == tree_of_best(words, BestTrees([], choices, length, 1))


def test_parts_of_a_table_are_written_separately() -> None:
    (factors,) = random_ensemble(5, 1)
    table = split_table(5, 3, factors.nodes)
    for part in (slice(0, 2), slice(2, 3)):
        write_scores([Factors(*(each[part] for each in factors))], table[..., part])
    assert minimum_risk_splits(table) == minimum_risk_splits(table_of([factors], 5))


@pytest.mark.parametrize("large", [1e4, torch.inf, torch.nan])
def test_large_scores_are_left_to_double_precision(large: float) -> None:
    ensemble = random_ensemble(4, 1)
    ensemble[0].nodes[1, 2, 0] = large
    assert minimum_risk_splits(table_of(ensemble, 4)) is None
