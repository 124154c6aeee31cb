"""`check_cell`: tests of the requirements of encoders on a cell, for user-defined cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from treenn.cells import Cell
from treenn.cells.fused_form import FusedForm
from treenn.encoders import TreeEncoder, pack
from treenn.trees import parse_trees
from treenn.trees.arguments import Seed, Width, checked

ROWS = 5
"""The number of rows of the batches in tests of a cell's methods."""

TREES = tuple(
    parse_trees(
        "(0 a) (0 (0 b) (0 a)) (0 (0 (0 (0 a) (0 b)) (0 c)) (0 d)) (0 (0 b) (0 (0 c) (0 (0 b) (0 a)))) (0 (0 b) (0 a))",
        classes=1,
    )
)
"""The trees in tests of `TreeEncoder`: a single word, left- and right-branching trees, and repeated subtrees."""


class CellError(AssertionError):
    """A cell violates a requirement of encoders; the message has the requirement and a remedy."""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise CellError(message)


@checked
def check_cell(make: Callable[[], Cell], input_size: Width, *, seed: Seed = 0) -> None:
    """Test a cell in float64: shapes, independence of rows, gradients, and that all computations agree.

    The states of small trees are computed node by node, level by level and, if the cell has a fused form, by that, with
    and without deduplication. A cell that is stochastic in training is tested in evaluation mode.

    Args:
        make: a function that returns the cell. Small sizes test as much as large ones, and faster.
        input_size: width of the word vectors.
        seed: the seed of the weights and of the inputs (default: 0).

    Raises:
        CellError: at the first requirement that the cell violates.

    >>> from treenn.cells import TreeGRU
    >>> check_cell(lambda: TreeGRU(input_size=3, hidden_size=4), input_size=3)
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(seed)
        cell = _made(make)
        _check_widths(cell, input_size)
        left, right = (cell.leaf(_random(ROWS, input_size)).detach() for _ in range(2))
        _check_rows(f"{type(cell).__name__}.leaf", cell.leaf, _random(ROWS, input_size))
        _check_rows(f"{type(cell).__name__}.compose", cell.compose, left, right)
        _check_rows(f"{type(cell).__name__}.output", cell.output, left)
        _check_dependence([cell, *(_made(make) for _ in range(4))])
        _check_fused(cell, left, right)
        for dedup in (False, True):
            _check_sweep(cell, dedup)
        _check_gradients(cell)


def _made(make: Callable[[], Cell]) -> Cell:
    cell = make().double()
    return cell.eval() if cell.is_stochastic else cell


def _random(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def _check_widths(cell: Cell, input_size: int) -> None:
    name = type(cell).__name__
    message = f"{name}.input_size is {cell.input_size}, the word vectors are {input_size} wide"
    _require(cell.input_size == input_size, message)
    x = _random(ROWS, input_size)
    states = _try(f"{name}.leaf", cell.leaf, x)
    _expect_table(f"{name}.leaf", states, "state_size", cell.state_size)
    parents = _try(f"{name}.compose", cell.compose, states, states)
    _expect_table(f"{name}.compose", parents, "state_size", cell.state_size)
    _expect_table(f"{name}.output", _try(f"{name}.output", cell.output, parents), "output_size", cell.output_size)


def _try(where: str, method: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
    try:
        return method(*inputs)
    except Exception as error:
        shapes = " and ".join(f"{tuple(table.shape)} {table.dtype}" for table in inputs)
        raise CellError(f"{where} fails on {shapes}: {error}") from error


def _expect_table(where: str, table: Tensor, size_name: str, size: int) -> None:
    shape, expected = tuple(table.shape), (ROWS, size)
    _require(
        shape == expected,
        f"{where} returns shape {shape}: with {ROWS} rows and {size_name} {size} it must be {expected}",
    )
    _require(bool(table.isfinite().all()), f"{where} returns non-finite values for standard normal inputs")
    remedy = "create tensors like the inputs, as by x.new_zeros(...)"
    _require(table.dtype == torch.float64, f"{where} returns {table.dtype} for float64: {remedy}")


def _check_rows(where: str, method: Callable[..., Tensor], *inputs: Tensor) -> None:
    """Test that a result depends only on its own row of the inputs, and that the inputs are not modified."""
    given = [table.clone() for table in inputs]
    with torch.no_grad():
        together = method(*given)
        unchanged = all(torch.equal(*pair) for pair in zip(given, inputs, strict=True))
        _require(unchanged, f"{where} changes its input in place; the caller still needs it: return a new tensor")
        _require(
            torch.equal(together, method(*inputs)),
            f"{where} returns two results for one input: a cell that draws random numbers declares `is_stochastic`, "
            "which is True in training and False in evaluation mode",
        )
        alone = torch.cat([_try(where, method, *(table[i : i + 1] for table in inputs)) for i in range(ROWS)])
        flipped = method(*(table.flip(0) for table in inputs)).flip(0)
    _require(
        _close(alone, together) and _close(flipped, together),
        f"{where} mixes the rows of a batch: a row's result depends on other rows or on its index; "
        "operate along dim=1 only",
    )


def _check_dependence(cells: Iterable[Cell]) -> None:
    """Test that every input and parameter has a nonzero gradient in at least one of the cells."""
    unused = set.intersection(*(_without_gradient(cell) for cell in cells))
    _require(not unused, f"{', '.join(sorted(unused))}: the gradient is zero, whatever the weights")


def _without_gradient(cell: Cell) -> set[str]:
    """The inputs and parameters with zero gradients, which may be by chance in one cell: a ReLU may be off."""
    name, trained = type(cell).__name__, _trained(cell)
    x = _random(ROWS, cell.input_size).requires_grad_()
    left, right = (cell.leaf(_random(ROWS, cell.input_size)).detach().requires_grad_() for _ in range(2))
    nodes = _node_by_node(cell, _random(sum(len(tree.words) for tree in TREES), cell.input_size))
    gradients = {
        **_gradients(cell.leaf(x), {f"{name}.leaf ignores the word vector": x}),
        **_gradients(
            cell.compose(left, right),
            {f"{name}.compose ignores the left child": left, f"{name}.compose ignores the right child": right},
        ),
        **_gradients(nodes, {f"{name} ignores its parameter {key}": trained[key] for key in trained}),
    }
    return {what for what, gradient in gradients.items() if not gradient.any()}


def _check_fused(cell: Cell, left: Tensor, right: Tensor) -> None:
    """Test that `fused_form`, if any, has the states and gradients of `compose`."""
    fused, where = cell.fused_form(), f"{type(cell).__name__}.fused_form"
    if fused is None:
        return
    _check_fused_widths(where, cell, fused)
    inputs = {"left": left.requires_grad_(), "right": right.requires_grad_(), **_trained(cell)}
    parents = cell.compose(left, right)
    is_prefix = _close(cell.output(parents), parents[:, : cell.output_size])
    _require(is_prefix, f"{where} is for cells whose output is the first {cell.output_size} columns of a state")
    upstream = torch.randn_like(parents)
    states, gradients, again = _fused_results(fused, left, right, upstream, _trained(cell))
    _require(
        _close(states, parents), f"{where} returns states that differ from those of compose, which defines the cell"
    )
    for name, expected in _gradients(parents, inputs, upstream).items():
        _require(
            _close(gradients[name], expected),
            f"{where} has a gradient of {name} that differs from that of compose: see the backward of its gates; they "
            "have no parameters, which belong to weight and bias",
        )
        message = f"{where}: the gates' backward modifies the saved tensors; a second backward must return the same"
        _require(_close(again[name], expected), message)


def _check_fused_widths(where: str, cell: Cell, fused: FusedForm) -> None:
    n_z, d = len(fused.bias), cell.output_size
    _require(
        fused.weight.shape == (n_z, 2 * d),
        f"{where} has a weight {tuple(fused.weight.shape)} and a bias ({n_z},): with output_size {d} the weight, "
        f"which multiplies the h of both children, must be {(n_z, 2 * d)}",
    )


def _fused_results(
    fused: FusedForm, left: Tensor, right: Tensor, upstream: Tensor, trained: dict[str, Tensor]
) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
    """The parents' states, and their gradients from two backward passes, as `TreeEncoder` computes them."""
    d = fused.weight.shape[1] // 2
    with torch.no_grad():
        pairs = torch.cat([left[:, :d], right[:, :d]], dim=1)  # (ROWS, 2d)
        memories = torch.stack([left[:, d:], right[:, d:]], dim=1)  # (ROWS, 2, state_size - d)
        parents = torch.empty_like(upstream)
        kept = fused.gates.forward(pairs @ fused.weight.T + fused.bias, memories, parents[:, :d], parents[:, d:])

    def gradients() -> dict[str, Tensor]:
        given = upstream.clone()
        grad_z, grad_memories = pairs.new_empty(ROWS, len(fused.bias)), torch.empty_like(memories)
        with torch.no_grad():
            fused.gates.backward(kept, given[:, :d], given[:, d:], grad_z, grad_memories)
            grad_left, grad_right = torch.split(grad_z @ fused.weight, d, dim=1)  # (ROWS, d) each
        maps = torch.cat([fused.weight.flatten(), fused.bias])
        return {
            "left": torch.cat([grad_left, grad_memories[:, 0]], dim=1),
            "right": torch.cat([grad_right, grad_memories[:, 1]], dim=1),
            **_gradients(maps, trained, torch.cat([(grad_z.T @ pairs).flatten(), grad_z.sum(dim=0)])),
        }

    return parents, gradients(), gradients()


def _check_sweep(cell: Cell, dedup: bool) -> None:
    """Test that `TreeEncoder` has the outputs and gradients of plain recursion at every node."""
    where = f"{type(cell).__name__} in TreeEncoder{' with dedup=True' if dedup else ''}"
    forest = pack(TREES, dedup=dedup)
    x = _random(len(forest.words), cell.input_size).requires_grad_()
    plain = _node_by_node(cell, x if forest.inverse is None else x[forest.inverse[: forest.n_tokens]])
    swept = TreeEncoder(cell)(forest, x)[forest.unsorted_indices]
    _require(_close(swept, plain), f"{where} has other outputs than the cell node by node: keep no state between calls")
    inputs, upstream = {"x": x, **_trained(cell)}, torch.randn_like(plain)
    expected = _gradients(plain, inputs, upstream)
    for name, gradient in _gradients(swept, inputs, upstream).items():
        message = f"{where} has another gradient of {name} than the cell node by node"
        _require(_close(gradient, expected[name]), message)


def _check_gradients(cell: Cell) -> None:
    """Compare the gradients with finite differences."""
    x = _random(sum(len(tree.words) for tree in TREES), cell.input_size).requires_grad_()
    forest = pack(TREES)
    try:
        torch.autograd.gradcheck(
            lambda x, *_: TreeEncoder(cell)(forest, x), (x, *_trained(cell).values()), fast_mode=True
        )
    except RuntimeError as error:
        raise CellError(
            f"{type(cell).__name__}'s gradients differ from finite differences: check hand-written backward methods, "
            f"detach() and .data\n{error}"
        ) from error


def _node_by_node(cell: Cell, x: Tensor) -> Tensor:
    """The outputs of all nodes of TREES by plain autograd, in the node order of the trees."""
    outputs: list[Tensor] = []
    for tree, words in zip(TREES, torch.split(x, [len(tree.words) for tree in TREES]), strict=True):
        states = [cell.leaf(word) for word in torch.split(words, 1)]
        for left, right in tree.merges:
            states.append(cell.compose(states[left], states[right]))
        outputs += [cell.output(state) for state in states]
    return torch.cat(outputs)


def _trained(cell: Cell) -> dict[str, Tensor]:
    return {name: parameter for name, parameter in cell.named_parameters() if parameter.requires_grad}


def _gradients(result: Tensor, inputs: dict[str, Tensor], upstream: Tensor | None = None) -> dict[str, Tensor]:
    """The gradients w.r.t. the inputs, by name; zeros for an input on which the result does not depend."""
    if not (result.requires_grad and inputs):
        return {name: torch.zeros_like(tensor) for name, tensor in inputs.items()}
    upstream = torch.randn_like(result) if upstream is None else upstream
    gradients = torch.autograd.grad(
        result, [*inputs.values()], upstream, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    return dict(zip(inputs, gradients, strict=True))


def _close(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a, b, rtol=1e-9, atol=1e-11)
