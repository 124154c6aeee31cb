"""Both trees of a pair in one forest equal each by itself; gradients equal the loss's."""

from __future__ import annotations

import pytest
import torch

from treebanks import Pair
from treebanks.plain_brackets import nested_tree
from treenn.encoders import pack, pack_dependencies
from treenn.models.building import build
from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.trees import DependencyTree, InputError, Tree

TREES = [nested_tree(text) for text in ("( not a )", "b", "( ( not a ) ( and ( not b ) ) )", "( a ( or b ) )")]


def dependencies(tree: Tree) -> DependencyTree:
    """The head of each word is the next but one, else the last."""
    n = len(tree.words)
    return DependencyTree(tree.words, tuple(-1 if word == n - 1 else min(word + 2, n - 1) for word in range(n)))


def pair(left: Tree, right: Tree, target: float) -> Pair:
    return Pair(left, right, target, dependencies=(dependencies(left), dependencies(right)))


PAIRS = [pair(TREES[0], TREES[1], 1), pair(TREES[2], TREES[0], 2), pair(TREES[1], TREES[3], 0)]


def network(model: str, classes: int | None = 3, **more: object) -> Network:
    settings = Settings(model=model, size=4, word_size=3, pair_hidden_size=5, dropout=0.0, **more)  # type: ignore[arg-type]
    task = make_task("relatedness" if classes is None else "pairs", None if classes is None else list("abc"))
    built = build(settings, task, Vocabulary(["not", "a", "b", "and", "or"]))
    with torch.no_grad():  # wide enough to distinguish words
        built.embedding.weight.mul_(20)
    return built.double()


@pytest.mark.parametrize("model", [*ENCODERS, *DEPENDENCY_ENCODERS])
def test_joint_forest_equals_encoding_each_side_separately(model: str) -> None:
    built = network(model).eval()
    with torch.no_grad():
        states = []
        for side in (0, 1):
            if model in DEPENDENCY_ENCODERS:
                forest = pack_dependencies([each.dependencies[side] for each in PAIRS])  # type: ignore[index]
            else:
                forest = pack([each.trees[side] for each in PAIRS])  # type: ignore[assignment]
            states.append(built.encoder(forest, built.vectors(forest), roots_only=True))
        torch.testing.assert_close(built(built.pack(PAIRS)), built.head(*states))


@pytest.mark.parametrize("model", ["recursive-tanh", "dependency-tree-lstm"])
@pytest.mark.parametrize("classes", [3, None])
def test_the_gradient_is_that_of_the_loss(model: str, classes: int | None) -> None:
    built = network(model, classes)
    targets = [each.target + (1.3 if classes is None else 0) for each in PAIRS]
    packed = built.pack([pair(*each.trees, target) for each, target in zip(PAIRS, targets, strict=True)])
    built.loss(packed).backward()
    for parameter in built.parameters():
        gradient = parameter.grad.to_dense() if parameter.grad.is_sparse else parameter.grad
        flat = parameter.data.view(-1)
        for index in range(0, len(flat), max(1, len(flat) // 7)):
            values = []
            for step in (1e-6, -1e-6):
                flat[index] += step
                values.append(built.loss(packed).item())
                flat[index] -= step
            assert gradient.view(-1)[index].item() == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-7)


def test_a_target_is_its_own_pairs() -> None:
    packed = network("recursive-tanh").pack(PAIRS)
    assert packed.targets.tolist() == [1, 2, 0]
    assert [len(tree) for tree in (each.left for each in PAIRS)] == list(packed.forest.sizes[:3])


def test_dedup_is_off_in_training_with_word_dropout() -> None:
    built = network("recursive-tanh", word_dropout=0.5)
    assert built.train().pack(PAIRS).forest.inverse is None  # type: ignore[union-attr]
    assert built.eval().pack(PAIRS).forest.inverse is not None  # type: ignore[union-attr]


def test_seed_fixes_weights_and_preserves_global_rng() -> None:
    torch.manual_seed(5)
    first = network("tree-lstm").head.hidden.weight
    torch.manual_seed(6)
    state = torch.get_rng_state()
    assert torch.equal(network("tree-lstm").head.hidden.weight, first)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(network("tree-lstm", seed=1).head.hidden.weight, first)


def test_what_an_encoder_has_nothing_of_is_refused() -> None:
    with pytest.raises(InputError, match="tbptt_steps 3: recursive-tanh does not support tbptt steps"):
        network("recursive-tanh", tbptt_steps=3)
