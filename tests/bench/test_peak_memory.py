import pytest
from toy import toy_treebank

from treenn.bench.peak_memory import peak_memory, training_memory
from treenn.bench.steps import BenchTask


@pytest.mark.slow
def test_training_takes_memory_of_its_own() -> None:
    treebank = toy_treebank(train=400)
    task = BenchTask(tuple(sorted(treebank.words())), classes=5, dedup=False)
    nodes = sum(map(len, treebank.train))
    grown = training_memory("tree-lstm", task, [treebank.train])
    assert 1_000 * nodes < grown < 100_000 * nodes  # a node has some thousands of numbers at most
    assert grown < peak_memory()
