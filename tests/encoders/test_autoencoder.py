"""The recursive autoencoder's objective, compared with the paper's sum, and training with few labels."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import node_by_node, split_words
from strategies import left_chain, trees_in_any_order
from torch import Tensor
from torch.nn import functional as F
from toy import toy_treebank

from treebanks import Treebank
from treenn.encoders import RecursiveAutoencoder, pack
from treenn.models.building import build
from treenn.models.names import ENCODERS
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.trees import InputError, Tree, parse_trees


def make_encoder(alpha: float = 0.2) -> RecursiveAutoencoder:
    torch.manual_seed(0)
    return RecursiveAutoencoder(3, 4, alpha).double()


def make_x(n: int) -> Tensor:
    torch.manual_seed(1)
    return torch.randn(n, 3, dtype=torch.float64, requires_grad=True)


def no_labels(states: Tensor) -> Tensor:
    return states.new_zeros(())


def errors_node_by_node(encoder: RecursiveAutoencoder, tree: Tree, x: Tensor) -> list[Tensor]:
    """E_rec of the inner nodes of one tree, in its own numbering."""
    states, spans = node_by_node(encoder.cell, tree, x), tree.spans
    errors = []
    for k, (left, right) in enumerate(tree.merges):
        left_again, right_again = encoder.decoder(states[len(tree.words) + k]).chunk(2)
        n_left, n_right = (end - start for start, end in (spans[left], spans[right]))
        off_left, off_right = ((states[left] - left_again) ** 2).sum(), ((states[right] - right_again) ** 2).sum()
        errors.append((n_left * off_left + n_right * off_right) / (n_left + n_right))
    return errors


@pytest.mark.parametrize("share", [False, True])
@settings(max_examples=20)
@given(trees=st.lists(trees_in_any_order(max_words=8), min_size=1, max_size=4))
def test_errors_and_their_gradients_equal_plain_recursion(share: bool, trees: list[Tree]) -> None:
    encoder, forest = make_encoder(alpha=1.0), pack(trees, dedup=share)
    x = make_x(len(forest.words))
    tokens = x if forest.inverse is None else x[forest.inverse[: forest.n_tokens]]
    parts = zip(trees, split_words(trees, tokens), strict=True)
    by_tree = [sum(errors_node_by_node(encoder, tree, part), start=0 * x.sum()) for tree, part in parts]
    plain = sum(by_tree) / len(trees)
    ours = encoder.compute_loss(forest, x, no_labels)
    torch.testing.assert_close(ours, plain, rtol=1e-12, atol=1e-12)
    inputs = [x, *encoder.parameters()]
    for our, their in zip(_gradients(ours, inputs), _gradients(plain, inputs), strict=True):
        torch.testing.assert_close(our, their, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("share", [False, True])
def test_every_inner_node_has_its_own_error(share: bool) -> None:
    trees = parse_trees("(0 (0 (0 a) (0 b)) (0 (0 a) (0 b)))  (0 c)  (0 (0 (0 a) (0 b)) (0 c))", classes=5)
    encoder, forest = make_encoder(), pack(trees, dedup=share)
    x = make_x(8)[[0, 1, 2] if share else [0, 1, 0, 1, 2, 0, 1, 2]]
    states = encoder(forest, x)
    if share:
        states = torch.zeros(sum(forest.level_sizes), 4, dtype=torch.float64).index_copy(0, forest.inverse, states)
    errors = torch.cat([x.new_zeros(forest.n_tokens), encoder.reconstruction_errors(forest, states)])
    parts = split_words(trees, make_x(8)[[0, 1, 0, 1, 2, 0, 1, 2]])
    for tree, found, part in zip(trees, forest.unpack(errors), parts, strict=True):
        expected = torch.stack([*([x.new_zeros(())] * len(tree.words)), *errors_node_by_node(encoder, tree, part)])
        torch.testing.assert_close(found, expected)


def test_gradcheck_of_the_objective() -> None:
    encoder = make_encoder()
    forest = pack(parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 d)))  (0 f)  (0 (0 g) (0 h))", classes=1))

    def compute_loss(x: Tensor, *parameters: Tensor) -> Tensor:
        return encoder.compute_loss(forest, x, lambda states: states.pow(3).sum())

    assert torch.autograd.gradcheck(compute_loss, (make_x(7), *encoder.parameters()))


@pytest.mark.parametrize("roots_only", [False, True])
def test_a_models_loss_is_the_papers_sum(roots_only: bool) -> None:
    trees = parse_trees("(3 (1 (2 a) (0 b)) (4 c))  (2 (0 d) (1 e))", classes=5)
    trees[0] = Tree(trees[0].words, trees[0].merges, (2, None, None, None, 3))
    settings = Settings(size=4, word_size=3, dropout=0.0)
    model = _classifier(settings, trees, alpha=0.3).double()
    value = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    total = 0.0
    for tree in trees:
        ids = model.vocabulary.encode(tree.words).numpy()
        h = [
            value["encoder.cell.words.weight"] @ v + value["encoder.cell.words.bias"]
            for v in value["embedding.weight"][ids]
        ]
        n = [1] * len(h)
        for left, right in tree.merges:
            p = np.tanh(
                value["encoder.cell.pair.weight"] @ np.append(h[left], h[right]) + value["encoder.cell.pair.bias"]
            )
            h.append(p / np.linalg.norm(p))
            n.append(n[left] + n[right])
            again = np.split(value["encoder.decoder.weight"] @ h[-1] + value["encoder.decoder.bias"], 2)
            for child, rebuilt in zip((left, right), again, strict=True):
                total += 0.3 * n[child] / n[-1] * np.sum((h[child] - rebuilt) ** 2)
        for node, label in enumerate(tree.labels):
            if label is not None and (node == tree.root or not roots_only):
                scores = np.exp(value["head.linear.weight"] @ h[node] + value["head.linear.bias"])
                total -= 0.7 * np.log(scores[label] / scores.sum())
    for share in (False, True):
        assert model.loss(pack(trees, dedup=share), roots_only=roots_only).item() == pytest.approx(total / 2, rel=1e-12)


def test_other_models_have_no_reconstruction_loss() -> None:
    trees = toy_treebank(train=10).train
    model, forest = build(Settings(size=4, dropout=0.0), 5, Vocabulary.of(trees)), pack(trees)
    scores = model(forest)
    for roots_only, rows in ((False, slice(None)), (True, forest.roots)):
        expected = F.cross_entropy(scores[rows], forest.labels[rows], reduction="sum") / 10
        torch.testing.assert_close(model.loss(forest, roots_only=roots_only), expected)


@pytest.mark.parametrize("supervision", ["nodes", "roots"])
def test_training_with_root_labels_only_reduces_reconstruction_error(
    supervision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = toy_treebank()
    bare = {split: tuple(map(_only_the_roots_label, trees)) for split, trees in toy.splits.items()}
    treebank = Treebank("toy", toy.classes, bare)
    errors = {}
    for alpha in (0.0, 0.2):
        monkeypatch.setitem(
            ENCODERS, "autoencoder", lambda input_size, size, a=alpha: RecursiveAutoencoder(input_size, size, a)
        )
        recipe = Settings(model="autoencoder", supervision=supervision, size=8, word_size=8, epochs=4)
        trained = train(treebank, recipe).model
        untrained = build(recipe, 5, trained.vocabulary)
        errors[alpha] = [_mean_error(model, treebank.dev) for model in (untrained, trained)]
    (before, after), (_, unasked) = errors[0.2], errors[0.0]
    assert after < 0.5 * before
    assert after < 0.5 * unasked


def test_unlabelled_trees_train_the_encoder_only() -> None:
    tree = toy_treebank(train=1).train[0]
    bare = tree.map_labels(lambda label: None)
    model = _classifier(Settings(size=4, word_size=3, dropout=0.0), [tree], alpha=0.2)
    loss = model.loss(pack([bare]))
    loss.backward()
    assert loss > 0
    assert all((parameter.grad != 0).any() for parameter in model.encoder.parameters())
    assert not model.head.linear.weight.grad.any()


@pytest.mark.parametrize("n", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_single_words_and_deep_chains(n: int) -> None:
    encoder = RecursiveAutoencoder(3, 2)
    for forest in (pack([Tree(("word",), ())]), pack([left_chain(n)])):
        x = torch.randn(len(forest.words), 3, requires_grad=True)
        objective = encoder.compute_loss(forest, x, lambda states: states.square().sum())
        objective.backward()
        assert torch.isfinite(objective)
        assert torch.isfinite(x.grad).all()
        assert (x.grad != 0).any(dim=1).all()


def test_roots_only_returns_roots_in_tree_order() -> None:
    encoder, forest = make_encoder(), pack(parse_trees("(0 (0 (0 a) (0 b)) (0 c))  (0 d)", classes=5))
    torch.testing.assert_close(encoder(forest, make_x(4), roots_only=True), encoder(forest, make_x(4))[forest.roots])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"alpha 1\.5: must be 0 to 1"):
        RecursiveAutoencoder(3, 4, alpha=1.5)
    with pytest.raises(InputError, match="input_size 3 must be hidden_size 4"):
        RecursiveAutoencoder(3, 4, map_words=False)


def _classifier(settings: Settings, trees: list[Tree], alpha: float) -> Network:
    model = build(settings, 5, Vocabulary.of(trees))
    model.encoder = RecursiveAutoencoder(settings.word_size, settings.size, alpha)
    return model


def _only_the_roots_label(tree: Tree) -> Tree:
    return Tree(tree.words, tree.merges, (*(None,) * (len(tree) - 1), tree.labels[-1]))


@torch.no_grad()
def _mean_error(model: Network, trees: tuple[Tree, ...]) -> float:
    forest = pack(trees)
    states = model.encoder(forest, model.embedding(model.vocabulary.encode(forest.words)))
    return model.encoder.reconstruction_errors(forest, states).mean().item()


def _gradients(value: Tensor, inputs: list[Tensor]) -> tuple[Tensor, ...]:
    return torch.autograd.grad(value, inputs, retain_graph=True, allow_unused=True, materialize_grads=True)
