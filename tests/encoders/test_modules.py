"""Conventions of torch modules: repr, reset, dtype, packed batches, second derivatives."""

import pytest
import torch
from torch import Tensor

from treenn.cells import BinaryTreeLSTM, TreeGRU
from treenn.encoders import DependencyEncoder, TreeEncoder, pack, pack_dependencies
from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS
from treenn.sequences import LSTM
from treenn.trees import DependencyTree, parse_trees

FACTORIES = ENCODERS | DEPENDENCY_ENCODERS
TREES = parse_trees("(3 (2 not) (1 bad)) (4 good)", classes=5)


def test_repr_shows_sizes_and_changed_options() -> None:
    encoder = TreeEncoder(BinaryTreeLSTM(4, 3, cell_dropout=0.2), initialization="xavier")
    assert str(encoder) == (
        "TreeEncoder(\n  input_size=4, hidden_size=3, initialization='xavier'\n"
        "  (cell): BinaryTreeLSTM(input_size=4, hidden_size=3, cell_dropout=0.2)\n)"
    )
    assert str(LSTM(4, 3, tbptt_steps=5)).startswith("LSTM(\n  input_size=4, hidden_size=3, tbptt_steps=5\n")


@pytest.mark.parametrize("name", FACTORIES)
def test_reset_parameters_draws_as_the_constructor(name: str) -> None:
    torch.manual_seed(0)
    encoder = FACTORIES[name](5, 6)
    initial = {key: tensor.clone() for key, tensor in encoder.state_dict().items()}
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.fill_(9.0)
    torch.manual_seed(0)
    encoder.reset_parameters()
    assert all(torch.equal(tensor, initial[key]) for key, tensor in encoder.state_dict().items())


def test_dtype_reaches_every_parameter() -> None:
    encoder = DependencyEncoder(4, 3, dtype=torch.float64, device="cpu", initialization="orthogonal")
    assert {parameter.dtype for parameter in encoder.parameters()} == {torch.float64}


def test_packed_batches_have_short_reprs() -> None:
    assert repr(pack(TREES)) == "PackedForest(2 trees, 4 nodes, 2 levels)"
    assert repr(pack([*TREES, *TREES], dedup=True)) == "PackedForest(4 trees, 8 nodes, 4 distinct, 2 levels)"
    dependencies = pack_dependencies([DependencyTree(("dogs", "bark"), (1, -1))])
    assert repr(dependencies) == "PackedDependencies(1 trees, 2 words, 2 levels)"


def test_packed_batches_move_and_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = pack(TREES).to("meta")
    assert (moved.roots.device.type, moved.inverse, moved.words) == ("meta", None, ("not", "bad", "good"))
    monkeypatch.setattr(Tensor, "pin_memory", lambda tensor: tensor + 1)
    assert torch.equal(pack(TREES).pin_memory().roots, pack(TREES).roots + 1)


@pytest.mark.parametrize("cell", [BinaryTreeLSTM(4, 3), TreeGRU(4, 3)])
@pytest.mark.parametrize("loss", [Tensor.sum, lambda states: states.square().sum()])
def test_second_derivatives_raise_one_sentence(cell: torch.nn.Module, loss: object) -> None:
    x = torch.randn(3, 4, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(TreeEncoder(cell)(pack(TREES), x)), x, create_graph=True)
    with pytest.raises(RuntimeError, match="backward passes are differentiable once: second derivatives"):
        gradient.square().sum().backward()
