from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from oracles import node_by_node
from torch.nn import functional as F
from toy import toy_treebank

from treenn.bench.cross_library import Workload, format_line, run_workload
from treenn.bench.steps import WARM_UP, BenchTask, in_turn, node_classifier
from treenn.trees import InputError, Tree, write_trees

TREES = toy_treebank(train=10).train


@pytest.fixture
def sst(tmp_path: Path) -> str:
    write_trees(tmp_path / "train.txt", TREES)
    return str(tmp_path)


def plain_losses(batches: list[list[Tree]]) -> Iterator[float]:
    """Training node by node and tree by tree, with dense gradients and an explicit Adagrad update."""
    words = tuple(dict.fromkeys(word for tree in TREES for word in tree.words))
    model = node_classifier("tree-lstm", BenchTask(words, classes=5))
    table = model.embedding.weight.detach().clone().requires_grad_()
    parameters = [table, *(p for p in model.parameters() if p is not model.embedding.weight)]
    sums = [torch.zeros_like(parameter) for parameter in parameters]
    for batch in batches:
        loss = torch.zeros(())
        for tree in batch:
            x = table[[1 + words.index(word) for word in tree.words]]
            scores = model.head.linear(node_by_node(model.encoder.cell, tree, x))
            loss = loss + F.cross_entropy(scores, torch.tensor(tree.labels), reduction="sum") / len(batch)
        for parameter, total, gradient in zip(parameters, sums, torch.autograd.grad(loss, parameters), strict=True):
            total += gradient**2
            parameter.data -= 0.05 * gradient / (total.sqrt() + 1e-10)
        yield loss.item()


@pytest.mark.parametrize("share", [True, False])
def test_losses_equal_those_of_plain_recursion(sst: str, share: bool) -> None:
    results = run_workload(Workload.of_environment({"BATCH": "4", "STEPS": "3", "SST": sst}), share)
    assert results["losses"] == pytest.approx(list(plain_losses(in_turn(TREES, 4, 6))), rel=1e-4)
    assert results["losses"][-1] < 0.8 * results["losses"][0]
    assert (results["batch"], len(results["seconds"])) == (4, 3)


def test_batches_begin_again_where_the_trees_end() -> None:
    assert in_turn(TREES[:5], 2, 4) == [list(TREES[:2]), list(TREES[2:4]), [TREES[4], TREES[0]], list(TREES[1:3])]


def test_the_environment_says_what_to_run(sst: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Workload.of_environment({"SST": sst}) == Workload(TREES, batch=25, steps=40)
    assert Workload.of_environment({"SST": sst, "BATCH": "7", "STEPS": "2"}) == Workload(TREES, batch=7, steps=2)
    (tmp_path / "sst").mkdir()
    write_trees(tmp_path / "sst/train.txt", TREES[:3])
    monkeypatch.setenv("TREEBANKS_HOME", sst)
    assert Workload.of_environment({}).trees == TREES[:3]


@pytest.mark.parametrize(("name", "value"), [("BATCH", "0"), ("STEPS", "-3"), ("STEPS", "many"), ("BATCH", "")])
def test_numbers_that_are_none_are_refused(sst: str, name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"{name} is '{value}' in the environment; must be a whole number"):
        Workload.of_environment({"SST": sst, name: value})


def test_a_folder_without_trees_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train\.txt: cannot read this file"):
        Workload.of_environment({"SST": str(tmp_path / "nowhere")})


def test_the_line_is_that_of_the_shared_workload() -> None:
    seconds = [0.0204, 0.0101, 0.0403, 0.0302]  # of four the third is the workload's median
    results = {"batch": 25, "seconds": seconds, "losses": [61.337, 30.0, 5.2], "peak_memory": 469 * 2**20 + 5}
    assert format_line(results) == (
        "treenn                       batch   25     30.2 ms/step (min 10.1)     828 trees/s  469 MB  "
        "loss 61.34 -> 5.20"
    )


def test_warm_up_is_that_of_the_shared_workload() -> None:
    assert WARM_UP == 3
