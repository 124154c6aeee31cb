from __future__ import annotations

import pytest
import torch
from lm.grammar.tiny_grammars import LABELLED, by_hand, every_binary_tree, tiny

EXACT = {"rtol": 0, "atol": 1e-9}


def trees_of(kind: str) -> list:
    if kind == "labelled":
        return list(LABELLED)
    sentences = (["so"], ["it", "goes"], ["so", "it", "gone"], ["so", "it", "goes", "so"])
    return [tree for words in sentences for tree in every_binary_tree(words)]


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("kind", ["labelled", "binary", "cell"])
def test_batches_equal_the_steps_by_hand(kind, tied):
    grammar, trees = tiny(kind, tied=tied), trees_of(kind)
    expected = torch.stack([by_hand(grammar, tree) for tree in trees])
    torch.testing.assert_close(grammar.log_probabilities(trees), expected, **EXACT)
    torch.testing.assert_close(grammar.loss(trees), -expected.sum(), **EXACT)


@pytest.mark.parametrize("kind", ["labelled", "binary", "cell"])
def test_gradients_equal_those_of_the_steps(kind):
    grammar, trees = tiny(kind, tied=True), trees_of(kind)
    used = [parameter for parameter in grammar.parameters if parameter.requires_grad]
    by_steps = -torch.stack([by_hand(grammar, tree) for tree in trees]).sum()
    expected = torch.autograd.grad(by_steps, used, allow_unused=True, materialize_grads=True)
    found = torch.autograd.grad(grammar.loss(trees), used, allow_unused=True, materialize_grads=True)
    torch.testing.assert_close(found, expected, **EXACT)


@pytest.mark.slow
def test_gradients_pass_gradcheck():
    grammar, trees = tiny("labelled"), list(LABELLED)
    assert torch.autograd.gradcheck(lambda *_: grammar.loss(trees), grammar.parameters[:4])


def test_a_tree_does_not_depend_on_its_batch():
    grammar = tiny("labelled")
    alone = torch.cat([grammar.log_probabilities([tree]) for tree in LABELLED])
    torch.testing.assert_close(grammar.log_probabilities(LABELLED[::-1]), alone.flip(0), **EXACT)
