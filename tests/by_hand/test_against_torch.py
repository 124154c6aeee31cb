"""Outputs and gradients of the NumPy networks, compared with torch in float64."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.by_hand import elman, gru, lstm, perceptron, recursive, softmax_loss
from treenn.by_hand.activation import LINEAR, RELU, SIGMOID, TANH, Activation
from treenn.by_hand.elman import Elman
from treenn.by_hand.gru import GRU
from treenn.by_hand.lstm import LSTM
from treenn.by_hand.perceptron import Layer
from treenn.by_hand.recursive import Recursive
from treenn.cells import RecursiveNetwork
from treenn.encoders import TreeEncoder, pack
from treenn.trees import Tree, parse_tree

T, K, D, O = 7, 3, 4, 5  # noqa: E741 (steps, input size, hidden size, output size)

IN_TORCH = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "linear": lambda a: a}
ACTIVATIONS = {"tanh": TANH, "relu": RELU, "sigmoid": SIGMOID, "linear": LINEAR}

DRAW = np.random.default_rng(0)


def drawn(*shape: int) -> np.ndarray:
    return DRAW.normal(0, 0.7, shape)


def wanting(*arrays: np.ndarray) -> list[Tensor]:
    """Copies of arrays as tensors that require gradients."""
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def assert_same(ours, theirs) -> None:
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b.detach().numpy(), rtol=1e-12, atol=1e-12)


def gradients(tensors: list[Tensor]) -> list[Tensor]:
    return [tensor.grad for tensor in tensors]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_their_slopes(name: str) -> None:
    a = np.array([-1000.0, -3.0, -0.2, 0.1, 2.0, 1000.0])
    [theirs] = wanting(a)
    h = ACTIVATIONS[name](a)
    IN_TORCH[name](theirs).sum().backward()
    assert_same([h, ACTIVATIONS[name].slope(h)], [IN_TORCH[name](theirs), theirs.grad])


def test_softmax_and_its_loss() -> None:
    z, y = 300 * drawn(T, O), DRAW.integers(0, O, T)
    y[2] = -100
    [theirs] = wanting(z)
    loss = F.cross_entropy(theirs, torch.tensor(y), reduction="sum")
    loss.backward()
    assert_same(
        [softmax_loss.softmax(z), softmax_loss.forward(z, y), softmax_loss.backward(z, y)],
        [theirs.softmax(dim=1), loss, theirs.grad],
    )


def test_loss_without_labels_is_zero() -> None:
    z, none = drawn(2, O), np.array([-100, -100])
    assert softmax_loss.forward(z, none) == 0
    assert not softmax_loss.backward(z, none).any()


@pytest.mark.parametrize("widths", [(K, O), (K, D, O), (K, D, 2, 6, O)])
@pytest.mark.parametrize("f", ["tanh", "relu", "sigmoid"])
def test_perceptron(widths: tuple[int, ...], f: str) -> None:
    layers = [Layer(drawn(d, below), drawn(d)) for below, d in pairwise(widths)]
    x, grad_z = drawn(K), drawn(O)
    tensors = wanting(x, *(each for layer in layers for each in layer))
    z = tensors[0]
    for l in range(len(layers)):  # noqa: E741
        z = F.linear(IN_TORCH[f](z) if l else z, *tensors[1 + 2 * l : 3 + 2 * l])
    z.backward(torch.tensor(grad_z))
    h = perceptron.forward(layers, x, ACTIVATIONS[f])
    back = perceptron.backward(layers, h, grad_z, ACTIVATIONS[f])
    assert_same([h[-1], back.grad_x, *(each for layer in back.grad for each in layer)], [z, *gradients(tensors)])
    assert_same(back.delta, [torch.tensor(layer.b) for layer in back.grad])


@pytest.mark.parametrize("f", ["tanh", "relu"])
def test_elman(f: str) -> None:
    net = Elman(U=drawn(D, K), W=drawn(D, D), V=drawn(O, D), b=drawn(D), c=drawn(O))
    x, y, h_0 = drawn(T, K), DRAW.integers(0, O, T), drawn(D)
    rnn, head = nn.RNN(K, D, nonlinearity=f, dtype=torch.float64), nn.Linear(D, O, dtype=torch.float64)
    load(rnn.weight_ih_l0, net.U), load(rnn.weight_hh_l0, net.W), load(rnn.bias_ih_l0, net.b)
    load(rnn.bias_hh_l0, 0 * net.b), load(head.weight, net.V), load(head.bias, net.c)
    [inputs] = wanting(x)
    states, _ = rnn(inputs, torch.tensor(h_0)[None])
    scores = head(states)
    F.cross_entropy(scores, torch.tensor(y), reduction="sum").backward()
    h, z = elman.forward(net, x, ACTIVATIONS[f], h_0)
    back = elman.backward(net, x, h, softmax_loss.backward(z, y), ACTIVATIONS[f])
    of_torch = gradients([rnn.weight_ih_l0, rnn.weight_hh_l0, head.weight, rnn.bias_ih_l0, head.bias, inputs])
    assert_same([h[1:], z, *back.grad, back.grad_x], [states, scores, *of_torch])


def test_elman_delta_is_the_gradient_of_the_preactivation() -> None:
    net = Elman(U=drawn(D, K), W=drawn(D, D), V=drawn(O, D), b=drawn(D), c=drawn(O))
    x, grad_z = drawn(T, K), drawn(T, O)
    U, W, V, b, c = (torch.tensor(each) for each in net)
    sums, h, z = [], torch.zeros(D, dtype=torch.float64), []
    for x_t in torch.tensor(x):
        sums.append((U @ x_t + W @ h + b).requires_grad_())
        sums[-1].retain_grad()
        h = torch.tanh(sums[-1])
        z.append(V @ h + c)
    torch.stack(z).backward(torch.tensor(grad_z))
    assert_same(elman.backward(net, x, elman.forward(net, x)[0], grad_z).delta, gradients(sums))


def test_lstm() -> None:
    net = LSTM(W=drawn(4 * D, K), U=drawn(4 * D, D), b=drawn(4 * D))
    x, grad_h = drawn(T, K), drawn(T, D)
    theirs = nn.LSTM(K, D, dtype=torch.float64)
    order = [0, 1, 3, 2]  # torch's order is i, f, g, o; g is u here
    load(theirs.weight_ih_l0, in_order(net.W, order)), load(theirs.weight_hh_l0, in_order(net.U, order))
    load(theirs.bias_ih_l0, in_order(net.b, order)), load(theirs.bias_hh_l0, 0 * net.b)
    [inputs] = wanting(x)
    h, (_, c) = theirs(inputs)
    h.backward(torch.tensor(grad_h))
    states = lstm.forward(net, x)
    back = lstm.backward(net, x, states, grad_h)
    of_torch = gradients([theirs.weight_ih_l0, theirs.weight_hh_l0, theirs.bias_ih_l0])
    assert_same([states.h[1:], states.c[-1:]], [h, c])
    assert_same([*(in_order(each, order) for each in back.grad), back.grad_x], [*of_torch, inputs.grad])


def test_lstm_with_linear_units() -> None:
    net = LSTM(W=drawn(4 * D, K), U=drawn(4 * D, D), b=drawn(4 * D))
    x, grad_h = drawn(T, K), drawn(T, D)
    tensors = W, U, b, inputs = wanting(*net, x)
    h = c = torch.zeros(D, dtype=torch.float64)
    shown = []
    for x_t in inputs:
        i, f, o, u = (W @ x_t + U @ h + b).chunk(4)
        c = torch.sigmoid(i) * u + torch.sigmoid(f) * c
        h = torch.sigmoid(o) * c
        shown.append(h)
    torch.stack(shown).backward(torch.tensor(grad_h))
    back = lstm.backward(net, x, lstm.forward(net, x, LINEAR), grad_h, LINEAR)
    assert_same([*back.grad, back.grad_x], gradients(tensors))


def test_gru() -> None:
    net = GRU(W=drawn(3 * D, K), U=drawn(3 * D, D), b=drawn(3 * D), c=drawn(D))
    x, grad_h = drawn(T, K), drawn(T, D)
    theirs = nn.GRU(K, D, dtype=torch.float64)
    load(theirs.weight_ih_l0, net.W), load(theirs.weight_hh_l0, net.U), load(theirs.bias_ih_l0, net.b)
    load(theirs.bias_hh_l0, np.concatenate([np.zeros(2 * D), net.c]))
    [inputs] = wanting(x)
    h, _ = theirs(inputs)
    h.backward(torch.tensor(grad_h))
    states = gru.forward(net, x)
    back = gru.backward(net, x, states, grad_h)
    of_torch = gradients([theirs.weight_ih_l0, theirs.weight_hh_l0, theirs.bias_ih_l0])
    assert_same([states.h[1:], *back.grad, back.grad_x], [h, *of_torch, theirs.bias_hh_l0.grad[2 * D :], inputs.grad])


TREES = ["(X word)", "(X (X not) (X bad))", "(X (X (X a) (X b)) (X (X c) (X (X d) (X e))))"]


@pytest.mark.parametrize("text", TREES)
@pytest.mark.parametrize("f", ["tanh", "relu"])
def test_recursive(text: str, f: str) -> None:
    tree = parse_tree(text)
    net = Recursive(drawn(D, K), drawn(D, 2 * D), drawn(O, D), b_x=drawn(D), b=drawn(D), c=drawn(O))
    x, y = drawn(len(tree.words), K), DRAW.integers(0, O, len(tree))
    cell, head = RecursiveNetwork(K, D, f).double(), nn.Linear(D, O, dtype=torch.float64)
    theirs = [cell.words.weight, cell.pair.weight, head.weight, cell.words.bias, cell.pair.bias, head.bias]
    for parameter, values in zip(theirs, net, strict=True):
        load(parameter, values)
    forest, [inputs] = pack([tree]), wanting(x)
    [states] = forest.unpack(TreeEncoder(cell)(forest, inputs))
    F.cross_entropy(head(states), torch.tensor(y), reduction="sum").backward()
    h, z = recursive.forward(net, tree, x, ACTIVATIONS[f])
    back = recursive.backward(net, tree, x, h, softmax_loss.backward(z, y), ACTIVATIONS[f])
    assert_same([h, z, *back.grad, back.grad_x], [states, head(states), *gradients(theirs), inputs.grad])


@pytest.mark.parametrize("f", [TANH, RELU])
def test_elman_equals_recursive_on_left_branching_trees(f: Activation) -> None:
    net = Elman(U=drawn(D, D), W=drawn(D, D), V=drawn(O, D), b=drawn(D), c=drawn(O))
    x, grad_z = drawn(T, D), drawn(T, O)
    h, z = elman.forward(net, f(x), f)
    ours = Recursive(np.eye(D), np.hstack([net.W, net.U]), net.V, b_x=np.zeros(D), b=net.b, c=net.c)
    merges = tuple((T + k if k else 0, k + 1) for k in range(T))
    tree = Tree(tuple(f"w{t}" for t in range(T + 1)), merges)
    words = np.vstack([np.zeros(D), x])  # f(0) = 0 is h_0
    states, outputs = recursive.forward(ours, tree, words, f)
    np.testing.assert_allclose(states[T + 1 :], h[1:], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(outputs[T + 1 :], z, rtol=1e-12, atol=1e-12)
    grad_z_of_tree = np.vstack([np.zeros((T + 1, O)), grad_z])
    back, in_time = (
        recursive.backward(ours, tree, words, states, grad_z_of_tree, f),
        elman.backward(net, f(x), h, grad_z, f),
    )
    np.testing.assert_allclose(back.grad.W, np.hstack([in_time.grad.W, in_time.grad.U]), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(back.delta[T + 1 :], in_time.delta, rtol=1e-12, atol=1e-12)


def test_deep_trees_do_not_overflow_the_stack() -> None:
    n = 3_000
    tree = Tree(("w",) * n, tuple((n + k - 1 if k else 0, k + 1) for k in range(n - 1)))
    net = Recursive(drawn(1, 1), drawn(1, 2), drawn(1, 1), b_x=drawn(1), b=drawn(1), c=drawn(1))
    x = drawn(n, 1)
    h, z = recursive.forward(net, tree, x)
    assert np.isfinite(recursive.backward(net, tree, x, h, z).grad.W).all()


def load(parameter: Tensor, values: np.ndarray) -> None:
    with torch.no_grad():
        parameter.copy_(torch.tensor(values))


def in_order(values: np.ndarray, order: list[int]) -> np.ndarray:
    """Permute the gates: equal blocks of rows."""
    blocks = np.split(values, len(order))
    return np.concatenate([blocks[k] for k in order])
