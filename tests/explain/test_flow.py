"""Numbers of a sentence in all networks: outputs, gradients by other computations, and the order of steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from treenn.by_hand import lstm, recursive
from treenn.by_hand.activation import TANH
from treenn.cells import Average, BinaryTreeLSTM, Cell, TreeGRU
from treenn.encoders import TreeEncoder, pack
from treenn.explain.flow import MOST_WORDS, Flow, compute_flow
from treenn.explain.gates import gated_cell
from treenn.explain.untrained import untrained_network
from treenn.models.building import build
from treenn.models.names import ENCODERS
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError, Tree, parse_tree

TREE = parse_tree("(X (X (X a) (X film)) (X (X not) (X good)))")
ROOT = len(TREE) - 1


def network(name: str, tree: Tree = TREE) -> Network:
    return untrained_network(name, sorted(set(tree.words)), input_size=5, size=8).double()


def flow_of(name: str) -> Flow:
    return compute_flow(network(name), TREE, name, is_trained=False)


def vectors(flow: Flow, node: int, row: int = 0) -> dict[str, np.ndarray]:
    return {vector.name: vector.values for vector in flow.passes[row].vectors[node]}


def gradients(flow: Flow, node: int, row: int = 0) -> dict[str, np.ndarray]:
    return {vector.name: vector.gradient for vector in flow.passes[row].vectors[node]}


@pytest.mark.parametrize("name", ENCODERS)
def test_equations_are_those_of_the_encoder(name: str) -> None:
    net = network(name)
    flow, words = compute_flow(net, TREE, name), net.vocabulary.encode(TREE.words)
    x = net.embedding.weight.detach()[words].requires_grad_()
    scores = net.head(net.encoder(pack([TREE]), x, roots_only=True))
    loss = -torch.log_softmax(scores, dim=1).max()
    [wanted] = torch.autograd.grad(loss, x)
    assert flow.loss == pytest.approx(loss.item(), abs=1e-9)
    np.testing.assert_allclose([word.gradient for word in flow.words], wanted.numpy(), atol=1e-9)
    assert flow.final.label == net.predict([TREE], roots_only=True).probabilities[-1].argmax()
    assert {node for sweep in flow.passes for step in sweep.steps for node in step} == set(
        range(len(TREE) if flow.kind == "tree" else len(TREE.words))
    )


def test_tree_gradients_equal_those_by_hand() -> None:
    net = network("recursive-tanh")
    flow, cell = compute_flow(net, TREE, "recursive-tanh"), net.encoder.cell
    arrays = [cell.words.weight, cell.pair.weight, net.head.linear.weight]
    arrays += [cell.words.bias, cell.pair.bias, net.head.linear.bias]
    by_hand = recursive.Recursive(*(array.detach().numpy() for array in arrays))
    x = np.stack([word.values for word in flow.words])
    h, z = recursive.forward(by_hand, TREE, x, TANH)
    grad_z = np.zeros_like(z)
    p = np.exp(z[ROOT]) / np.exp(z[ROOT]).sum()
    grad_z[ROOT] = p - np.eye(len(p))[p.argmax()]
    back = recursive.backward(by_hand, TREE, x, h, grad_z, TANH)
    np.testing.assert_allclose([word.gradient for word in flow.words], back.grad_x, atol=1e-9)
    for node in range(len(TREE)):
        [(name, values)], [grad] = vectors(flow, node).items(), gradients(flow, node).values()
        assert name == ("s" if node < len(TREE.words) else "p")
        np.testing.assert_allclose(values, h[node], atol=1e-9)
        np.testing.assert_allclose(grad * TANH.slope(values), back.delta[node], atol=1e-9)


def test_gates_and_their_gradients_equal_those_by_hand() -> None:
    net = network("lstm")
    flow = compute_flow(net, TREE, "lstm")
    W, U, b_x, b_h = (parameter.detach().numpy() for parameter in net.encoder.network.lstm.parameters())
    order = [0, 1, 3, 2]  # torch has i, f, g, o; by_hand i, f, o, u
    W, U, b = (np.concatenate([np.split(table, 4)[part] for part in order]) for table in (W, U, b_x + b_h))
    by_hand, x = lstm.LSTM(W, U, b), np.stack([word.values for word in flow.words])
    states, grad_h = lstm.forward(by_hand, x), np.zeros((len(x), 8))
    scores = net.head.linear(torch.from_numpy(states.h[-1])).detach().numpy()
    p = np.exp(scores) / np.exp(scores).sum()
    grad_h[-1] = (p - np.eye(5)[p.argmax()]) @ net.head.linear.weight.detach().numpy()
    back = lstm.backward(by_hand, x, states, grad_h)
    np.testing.assert_allclose([word.gradient for word in flow.words], back.grad_x, atol=1e-9)
    for t in range(len(x)):
        found, grads = vectors(flow, t), gradients(flow, t)
        np.testing.assert_allclose(np.concatenate([found[name] for name in "ifog"]), states.gates[t], atol=1e-9)
        slopes = [found[name] * (1 - found[name]) for name in "ifo"] + [1 - found["g"] ** 2]
        delta = np.concatenate([grads[name] * slope for name, slope in zip("ifog", slopes, strict=True)])
        np.testing.assert_allclose(delta, back.delta[t], atol=1e-9)


def test_gate_gradients_of_a_tree_follow_equation_13() -> None:
    flow = flow_of("tree-lstm")
    left, right = (vectors(flow, child) for child in TREE.merges[-1])
    found, grads = vectors(flow, ROOT), gradients(flow, ROOT)
    assert list(found) == ["i", "f_l", "f_r", "o", "u", "c", "h"]
    assert np.abs(grads["c"]).min() > 0
    for name, factor in (("i", found["u"]), ("u", found["i"]), ("f_l", left["c"]), ("f_r", right["c"])):
        np.testing.assert_allclose(grads[name], grads["c"] * factor, atol=1e-9)
    np.testing.assert_allclose(grads["o"], grads["h"] * np.tanh(found["c"]), atol=1e-9)


@pytest.mark.parametrize("name", ["tree-lstm", "child-sum-tree-lstm", "tree-gru", "gated-recursive"])
def test_every_symbol_is_in_the_equations(name: str) -> None:
    flow = flow_of(name)
    text = "\n".join(block.equations for part in flow.sections for block in part.blocks)
    for node in (0, ROOT):
        for vector in flow.passes[0].vectors[node]:
            symbol = vector.name.replace("f_l", "f_k").replace("f_r", "f_k")
            assert symbol in text, vector.name
            assert vector.role


def test_levels_and_layers_are_in_order() -> None:
    assert flow_of("tree-lstm").passes[0].steps == ((0, 1, 2, 3), (4, 5), (6,))
    up, down = flow_of("bidirectional-tree-lstm").passes
    assert (up.start, down.start, down.steps) == (0, 3, ((6,), (4, 5), (0, 1, 2, 3)))
    ahead, behind = flow_of("bilstm").passes
    assert (ahead.steps, behind.steps) == (((0,), (1,), (2,), (3,)), ((3,), (2,), (1,), (0,)))
    assert [(sweep.start, len(sweep.steps)) for sweep in flow_of("stacked-lstm").passes] == [(0, 4), (1, 4)]
    assert [(sweep.start, len(sweep.steps)) for sweep in flow_of("cnn-lstm").passes] == [(0, 1), (1, 4)]
    assert (flow_of("stacked-lstm").length, flow_of("tree-lstm").length) == (5, 3)


def test_predictions_are_of_phrases_or_prefixes() -> None:
    tree, chain = network("tree-lstm"), network("lstm")
    found = [prediction.probabilities for prediction in compute_flow(tree, TREE, "tree").predictions]
    np.testing.assert_allclose(found, tree.predict([TREE]).probabilities)
    states = [vectors(compute_flow(chain, TREE, "lstm"), t)["h"] for t in range(4)]
    scores = chain.head.linear(torch.from_numpy(np.stack(states))).softmax(dim=1).detach().numpy()
    found = [prediction.probabilities for prediction in compute_flow(chain, TREE, "lstm").predictions]
    np.testing.assert_allclose(found, scores, atol=1e-6)


def test_the_loss_of_a_regression_is_its_score() -> None:
    settings, task = Settings(model="tree-gru", size=8, word_size=5), make_task("node-scores", None, score_range=(1, 9))
    net = build(settings, task, Vocabulary(sorted(TREE.words))).double()
    flow = compute_flow(net, TREE, "tree-gru")
    assert flow.loss == pytest.approx(net.eval()([TREE], roots_only=True).item())
    assert [p.label for p in flow.predictions] == pytest.approx(net.predict([TREE]).scores.tolist())
    assert flow.final.probabilities == ()
    np.testing.assert_allclose(gradients(flow, ROOT)["h"], net.head.linear.weight.detach().numpy()[0])


class Sum(Cell):
    """A cell of a user, whose equations are unknown."""

    def leaf(self, x: Tensor) -> Tensor:
        return x

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return left + right


def test_unknown_cells_have_their_state_only() -> None:
    net = network("tree-lstm")
    net.encoder, net.head.linear = TreeEncoder(Sum(5, 5)), torch.nn.Linear(5, 5).double()
    flow = compute_flow(net, TREE, "sum")
    assert list(vectors(flow, ROOT)) == ["h"]
    np.testing.assert_allclose(vectors(flow, ROOT)["h"], sum(word.values for word in flow.words))
    np.testing.assert_allclose(flow.words[0].gradient, gradients(flow, ROOT)["h"])


def test_a_subclass_has_its_own_equations() -> None:
    class Other(BinaryTreeLSTM):
        pass

    assert list(gated_cell(Other(2, 2)).leaf(Other(2, 2), torch.zeros(1, 2))) == ["h"]
    assert list(gated_cell(TreeGRU(2, 2)).leaf(TreeGRU(2, 2), torch.zeros(1, 2))) == ["z", "c", "h"]
    assert list(gated_cell(Average(2, 2)).leaf(Average(2, 2), torch.zeros(1, 2))) == ["h"]


def test_weights_and_random_state_are_unchanged() -> None:
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    net = network("gru").train()
    compute_flow(net, TREE, "gru")
    assert torch.rand(1) == wanted
    assert net.training
    assert all(parameter.grad is None for parameter in net.parameters())


def test_unfit_networks_and_sentences_are_refused() -> None:
    words = tuple("a" * (MOST_WORDS + 1))
    long = Tree(words, tuple((len(words) + k - 1 if k else 0, k + 1) for k in range(MOST_WORDS)))
    with pytest.raises(InputError, match=f"has {MOST_WORDS + 1} words; must have at most {MOST_WORDS}"):
        compute_flow(network("tree-lstm"), long, "tree-lstm")
    with pytest.raises(InputError, match="dependency-tree-lstm: reads dependency trees"):
        untrained_network("dependency-tree-lstm", ["a"], input_size=4, size=4)
    net = network("tree-lstm")
    with torch.no_grad():
        net.encoder.cell.W.fill_(float("inf"))
    with pytest.raises(InputError, match=r"not finite|NaN"):
        compute_flow(net, TREE, "broken")
