"""The dependency Tree-LSTM, compared with recursion, the paper's equations in NumPy, and `torch.nn.LSTM`."""

import numpy as np
import pytest
import torch
from dependencies import chain, dependency_trees, star
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from treenn.encoders import DependencyEncoder, PackedDependencies, pack_dependencies
from treenn.trees import DependencyTree

FORESTS = st.lists(dependency_trees(), min_size=1, max_size=5)
MIXED = [
    DependencyTree(("the", "old", "dog", "of", "mine", "barks"), (2, 2, 5, 2, 3, -1)),
    DependencyTree(("yes",), (-1,)),
    DependencyTree(("w",) * 5, (2, 3, -1, 0, 2)),  # non-projective
]


def make_encoder(input_size: int = 3, size: int = 4) -> DependencyEncoder:
    torch.manual_seed(0)
    encoder = DependencyEncoder(input_size, size, forget_bias=0.5).double()
    with torch.no_grad():
        encoder.cell.b += torch.randn(4 * size)
    return encoder


def make_x(forest: PackedDependencies, input_size: int = 3) -> Tensor:
    torch.manual_seed(1)
    return torch.randn(len(forest.words), input_size, dtype=torch.float64, requires_grad=True)


def word_by_word(encoder: DependencyEncoder, tree: DependencyTree, x: Tensor) -> Tensor:
    """Recursion under autograd: the state of a word depends on those of its dependents."""
    d, U, b = encoder.output_size, encoder.cell.U, encoder.cell.b
    W = torch.cat([encoder.cell.W, encoder.W_f])

    def state(word: int) -> tuple[Tensor, Tensor]:
        below = [state(child) for child in tree.children[word]]
        h_sum = sum((h for h, _ in below), start=x.new_zeros(d))
        i, o, u = (W[: 3 * d] @ x[word] + U[: 3 * d] @ h_sum + b[: 3 * d]).split(d)
        c = torch.sigmoid(i) * torch.tanh(u)
        for h, c_below in below:
            c = c + torch.sigmoid(W[3 * d :] @ x[word] + U[3 * d :] @ h + b[3 * d :]) * c_below
        states[word] = torch.sigmoid(o) * torch.tanh(c)
        return states[word], c

    states: dict[int, Tensor] = {}
    state(tree.root)
    return torch.stack([states[word] for word in range(len(tree))])


@settings(deadline=None, max_examples=60)
@given(FORESTS)
def test_states_and_gradients_equal_plain_recursion(trees: list[DependencyTree]) -> None:
    encoder, forest = make_encoder(), pack_dependencies(trees)
    x = make_x(forest)
    swept = forest.unpack(encoder(forest, x))
    plain = [word_by_word(encoder, tree, part) for tree, part in zip(trees, forest.unpack(x), strict=True)]
    inputs = [x, *encoder.parameters()]
    weights = [torch.randn_like(part) for part in plain]
    gradients = []
    for states in (swept, plain):
        loss = sum((part * weight).sum() for part, weight in zip(states, weights, strict=True))
        found = torch.autograd.grad(loss, inputs, materialize_grads=True, allow_unused=True)
        gradients.append(found)
    for ours, theirs in zip([*swept, *gradients[0]], [*plain, *gradients[1]], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def equations_2_to_8(tree: DependencyTree, x: np.ndarray, p: dict[str, np.ndarray]) -> np.ndarray:
    """The paper's equations in NumPy, word by word; `p` holds W_i, U_i, b_i etc."""

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    h, c = {}, {}
    for j in sorted(range(len(tree)), key=lambda word: tree.heights[word]):
        C_j = [k for k in range(len(tree)) if tree.heads[k] == j]
        h_tilde = np.sum([h[k] for k in C_j], axis=0) if C_j else np.zeros_like(p["b_i"])
        i = sigmoid(p["W_i"] @ x[j] + p["U_i"] @ h_tilde + p["b_i"])
        f = {k: sigmoid(p["W_f"] @ x[j] + p["U_f"] @ h[k] + p["b_f"]) for k in C_j}
        o = sigmoid(p["W_o"] @ x[j] + p["U_o"] @ h_tilde + p["b_o"])
        u = np.tanh(p["W_u"] @ x[j] + p["U_u"] @ h_tilde + p["b_u"])
        c[j] = i * u + sum(f[k] * c[k] for k in C_j)
        h[j] = o * np.tanh(c[j])
    return np.stack([h[j] for j in range(len(tree))])


def test_the_encoder_computes_the_papers_equations() -> None:
    encoder, forest = make_encoder(), pack_dependencies(MIXED)
    cell = encoder.cell
    named = {
        **{f"W_{g}": w for g, w in zip("iou", cell.W.chunk(3), strict=True)},
        **{f"U_{g}": w for g, w in zip("iouf", cell.U.chunk(4), strict=True)},
        **{f"b_{g}": w for g, w in zip("iouf", cell.b.chunk(4), strict=True)},
        "W_f": encoder.W_f,
    }
    p = {name: weight.detach().numpy() for name, weight in named.items()}
    x = make_x(forest)
    for tree, part, states in zip(MIXED, forest.unpack(x), forest.unpack(encoder(forest, x)), strict=True):
        np.testing.assert_allclose(states.detach(), equations_2_to_8(tree, part.detach().numpy(), p), rtol=1e-12)


def test_gradcheck_through_the_sweep() -> None:
    encoder, forest = make_encoder(), pack_dependencies(MIXED)

    def encode(x: Tensor, *parameters: Tensor) -> Tensor:
        return encoder(forest, x)

    assert torch.autograd.gradcheck(encode, (make_x(forest), *encoder.parameters()))


def test_a_chain_is_torchs_lstm() -> None:
    n, input_size, d = 12, 3, 4
    encoder, forest = make_encoder(input_size, d), pack_dependencies([chain(n)])
    lstm = nn.LSTM(input_size, d).double()
    W, U, b = (torch.cat([encoder.cell.W, encoder.W_f]), encoder.cell.U, encoder.cell.b)
    to_torch = torch.arange(4 * d).view(4, d)[[0, 3, 2, 1]].flatten()  # i, o, u, f becomes i, f, g, o
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(W[to_torch])
        lstm.weight_hh_l0.copy_(U[to_torch])
        lstm.bias_ih_l0.copy_(b[to_torch])
        lstm.bias_hh_l0.zero_()
    x = make_x(forest)
    ours, theirs = encoder(forest, x), lstm(x)[0]
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
    weights = torch.randn_like(ours)
    to_x, to_W, to_U, to_b, to_W_f = torch.autograd.grad(
        (ours * weights).sum(), [x, encoder.cell.W, encoder.cell.U, encoder.cell.b, encoder.W_f]
    )
    expected = torch.autograd.grad((theirs * weights).sum(), [x, lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0])
    found = to_x, torch.cat([to_W, to_W_f])[to_torch], to_U[to_torch], to_b[to_torch]
    for our, their in zip(found, expected, strict=True):
        torch.testing.assert_close(our, their, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_states_are_invariant_to_dependent_and_tree_order(dtype: torch.dtype) -> None:
    encoder = make_encoder().to(dtype)
    forest, turned = pack_dependencies(MIXED), pack_dependencies(MIXED[::-1])
    x = make_x(forest).to(dtype)
    x_turned = torch.empty_like(x)
    x_turned[turned.unsorted_indices] = torch.cat(forest.unpack(x)[::-1])
    for ours, theirs in zip(
        forest.unpack(encoder(forest, x)), turned.unpack(encoder(turned, x_turned))[::-1], strict=True
    ):
        torch.testing.assert_close(ours, theirs)
    together = pack_dependencies([star(7)])
    x = make_x(together).to(dtype)
    mixed = torch.cat([x[torch.randperm(6)], x[6:]])  # the head is the last row
    torch.testing.assert_close(encoder(together, x, roots_only=True), encoder(together, mixed, roots_only=True))


def test_roots_only_returns_roots_in_tree_order() -> None:
    encoder, forest = make_encoder(), pack_dependencies(MIXED)
    x = make_x(forest)
    states = torch.stack([part[tree.root] for tree, part in zip(MIXED, forest.unpack(encoder(forest, x)), strict=True)])
    torch.testing.assert_close(encoder(forest, x, roots_only=True), states, rtol=0, atol=0)


def test_backward_is_repeatable_and_leaves_inputs_unchanged() -> None:
    encoder, forest = make_encoder(), pack_dependencies(MIXED)
    x = make_x(forest)
    before = x.detach().clone()
    states = encoder(forest, x)
    kept = states.detach().clone()
    gradient = torch.randn_like(states)
    first = torch.autograd.grad(states, [x, encoder.cell.U], gradient, retain_graph=True)
    second = torch.autograd.grad(states, [x, encoder.cell.U], gradient)
    for a, b in zip([x, states, *first], [before, kept, *second], strict=True):
        assert torch.equal(a, b)


def test_frozen_parameters_have_no_gradient() -> None:
    encoder, forest = make_encoder(), pack_dependencies(MIXED)
    encoder.cell.U.requires_grad_(False)
    encoder(forest, make_x(forest)).sum().backward()
    assert encoder.cell.U.grad is None
    assert (encoder.W_f.grad != 0).all()
    with torch.no_grad():
        assert not encoder(forest, make_x(forest)).requires_grad


def test_float32_agrees_with_float64() -> None:
    torch.manual_seed(2)
    trees = [star(9), chain(6), *MIXED] * 11  # levels with more rows than one matrix product processes
    encoder, forest = make_encoder(), pack_dependencies(trees)
    results = []
    for dtype in (torch.float64, torch.float32):
        x = make_x(forest).detach().to(dtype).requires_grad_()
        states = encoder.to(dtype)(forest, x)
        gradients = torch.autograd.grad(states.square().sum() / len(x), [x, *encoder.parameters()])
        results.append([states, *gradients])
    for exact, ours in zip(*results, strict=True):
        torch.testing.assert_close(ours.double(), exact, rtol=1e-6, atol=1e-6)


def test_autocast_computes_in_bfloat16_and_learns_in_float32() -> None:
    encoder, forest = make_encoder().float(), pack_dependencies(MIXED)
    x = make_x(forest).detach().float()
    exact = encoder(forest, x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rough = encoder(forest, x)
        rough.sum().backward()
    assert not torch.equal(rough, exact)
    torch.testing.assert_close(rough, exact, rtol=0.05, atol=0.05)
    expected = torch.autograd.grad(exact.sum(), list(encoder.parameters()))
    for parameter, gradient in zip(encoder.parameters(), expected, strict=True):
        assert parameter.grad.dtype == torch.float32
        torch.testing.assert_close(parameter.grad, gradient, rtol=0.1, atol=0.1)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # torch's own, inside dynamo
def test_a_compiled_model_computes_the_same() -> None:
    encoder, forest = make_encoder(), pack_dependencies(MIXED)

    def model(x: Tensor) -> Tensor:
        return torch.relu(encoder(forest, torch.tanh(x)))

    x = make_x(forest)
    plain, compiled = model(x), torch.compile(model, backend="aot_eager")(x)
    torch.testing.assert_close(compiled, plain)
    for ours, theirs in zip(*(torch.autograd.grad(y.sum(), [x, encoder.W_f]) for y in (compiled, plain)), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_single_words_pass_without_an_edge() -> None:
    encoder, forest = make_encoder(), pack_dependencies([chain(1), chain(1)])
    x = make_x(forest)
    encoder(forest, x).sum().backward()
    assert (x.grad != 0).all()
    assert (encoder.cell.U.grad == 0).all()
    assert (encoder.W_f.grad == 0).all()


@pytest.mark.parametrize(
    ("make", "n"), [(chain, 3_000), (star, 3_000), pytest.param(chain, 100_000, marks=pytest.mark.slow)]
)
def test_deep_and_wide_trees_run_forward_and_backward(make: type, n: int) -> None:
    torch.manual_seed(0)
    encoder, forest = DependencyEncoder(3, 2), pack_dependencies([make(n)])
    x = torch.randn(n, 3, requires_grad=True)
    encoder(forest, x).sum().backward()
    assert torch.isfinite(x.grad).all()
    assert (x.grad.abs().sum(dim=1) > 0).all()


def test_parameters_start_as_documented() -> None:
    encoder = DependencyEncoder(input_size=3, hidden_size=4, forget_bias=1.0)
    assert encoder.cell.b.tolist() == [0.0] * 12 + [1.0] * 4
    assert encoder.W_f.abs().max() <= 3**-0.5
    assert sum(parameter.numel() for parameter in encoder.parameters()) == 4 * (4 * 3 + 4 * 4 + 4)
