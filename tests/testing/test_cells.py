"""`check_cell` accepts a correct cell and rejects each wrong one with a specific message."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import treenn.testing.cells
from treenn.cells import Cell
from treenn.cells.fused_form import AutogradGates, FusedForm, GateFunction
from treenn.encoders import TreeEncoder
from treenn.testing import CellError, check_cell


class Good(Cell):
    """A correct user-defined cell; each cell below breaks one requirement."""

    def __init__(self) -> None:
        super().__init__(input_size=3, state_size=4)
        self.word, self.pair = nn.Linear(3, 4), nn.Linear(8, 4)

    def leaf(self, x: Tensor) -> Tensor:
        return torch.tanh(self.word(x))

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.tanh(self.pair(torch.cat([left, right], dim=1)))


class GoodFusedForm(Good):
    def fused_form(self) -> FusedForm:
        return FusedForm(self.pair.weight, self.pair.bias, AutogradGates(lambda z, c: (z.tanh(), c[:, 0])))


class NoParameters(Cell):
    def leaf(self, x: Tensor) -> Tensor:
        return x

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return (left + right) / 2


class HonestDropout(Good):
    @property
    def is_stochastic(self) -> bool:
        return self.training

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return F.dropout(super().compose(left, right), 0.5, self.training)


@pytest.mark.parametrize("make", [Good, GoodFusedForm, HonestDropout, lambda: NoParameters(3, 3)])
def test_a_good_cell_passes(make: Callable[[], Cell]) -> None:
    check_cell(make, input_size=3)


class WrongStateSize(Good):
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return super().compose(left, right)[:, :3]


class WrongOutputSize(Good):
    def output(self, state: Tensor) -> Tensor:
        return state[:, :2]


class FailsOnOneRow(Good):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(4)

    def leaf(self, x: Tensor) -> Tensor:
        return self.norm(super().leaf(x))


class OwnType(Good):
    def leaf(self, x: Tensor) -> Tensor:
        return torch.zeros(len(x), 4) + x.float().sum()


class NotFinite(Good):
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return (left + right) / 0


class MixesRows(Good):
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return super().compose(left - left.mean(dim=0), right)


class KnowsItsPlace(Good):
    def leaf(self, x: Tensor) -> Tensor:
        return super().leaf(x + torch.arange(len(x)).unsqueeze(1))


class ChangesItsInput(Good):
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.tanh(left.add_(right))


class HiddenDropout(Good):
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return F.dropout(super().compose(left, right), 0.5, self.training)


class ForgetsAChild(Good):
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return super().compose(left, left)


class ForgetsTheWord(Good):
    def leaf(self, x: Tensor) -> Tensor:
        return super().leaf(x.detach())


class ForgetsAParameter(Good):
    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(4))


class FusedFormOfAnotherSize(Good):
    def fused_form(self) -> FusedForm:
        return FusedForm(self.pair.weight[:, :6], self.pair.bias, AutogradGates(lambda z, c: (z, c[:, 0])))


class FusedFormWithAnOutput(GoodFusedForm):
    def output(self, state: Tensor) -> Tensor:
        return 2 * state


class FusedFormUnlikeCompose(Good):
    def fused_form(self) -> FusedForm:
        return FusedForm(
            self.pair.weight, self.pair.bias, AutogradGates(lambda z, memories: (z.sigmoid(), memories[:, 0]))
        )


class HidesAParameter(Good):
    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(4))

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return self.gain * super().compose(left, right)

    def fused_form(self) -> FusedForm:
        function = AutogradGates(lambda z, memories: (self.gain * z.tanh(), memories[:, 0]))
        return FusedForm(self.pair.weight, self.pair.bias, function)


class _Spoils(GateFunction):
    def forward(self, z: Tensor, memories: Tensor, h: Tensor, memory: Tensor) -> Tensor:
        h.copy_(z.tanh_())
        return z

    def backward(self, kept: Any, grad_h: Tensor, grad_memory: Tensor, grad_z: Tensor, grad_memories: Tensor) -> None:
        grad_z.copy_(grad_h * kept.square_().neg_().add_(1))


class SpoilsWhatItKept(Good):
    def fused_form(self) -> FusedForm:
        return FusedForm(self.pair.weight, self.pair.bias, _Spoils())


class _WrongDerivative(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, z: Tensor) -> Tensor:
        return torch.tanh(z)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


class WrongDerivative(Good):
    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return _WrongDerivative.apply(self.pair(torch.cat([left, right], dim=1)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (WrongStateSize, r"compose returns shape \(5, 3\): with 5 rows and state_size 4 it must be \(5, 4\)"),
        (WrongOutputSize, r"output returns shape \(5, 2\): with 5 rows and output_size 4 it must be \(5, 4\)"),
        (FailsOnOneRow, r"leaf fails on \(1, 3\) torch.float64: Expected more than 1 value"),
        (OwnType, "leaf returns torch.float32 for float64: create tensors like the inputs"),
        (NotFinite, "compose returns non-finite values"),
        (MixesRows, "compose mixes the rows of a batch"),
        (KnowsItsPlace, "leaf mixes the rows of a batch"),
        (ChangesItsInput, "compose changes its input in place"),
        (HiddenDropout, "compose returns two results for one input: .* declares `is_stochastic`"),
        (ForgetsAChild, "^ForgetsAChild.compose ignores the right child: the gradient is zero"),
        (ForgetsTheWord, "leaf ignores the word vector: the gradient is zero"),
        (ForgetsAParameter, "ForgetsAParameter ignores its parameter gain: the gradient is zero"),
        (FusedFormOfAnotherSize, r"fused_form has a weight \(4, 6\) and a bias \(4,\): .* must be \(4, 8\)"),
        (FusedFormWithAnOutput, "fused_form is for cells whose output is the first 4 columns of a state"),
        (FusedFormUnlikeCompose, "fused_form returns states that differ from those of compose"),
        (HidesAParameter, "fused_form has a gradient of gain that differs from that of compose: .* have no parameters"),
        (SpoilsWhatItKept, "fused_form: the gates' backward modifies the saved tensors"),
        (WrongDerivative, "WrongDerivative's gradients differ from finite differences"),
    ],
)
def test_a_bad_cell_is_caught(make: Callable[[], Cell], message: str) -> None:
    with pytest.raises(CellError, match=message):
        check_cell(make, input_size=3)


def test_cell_of_another_input_size_is_refused() -> None:
    with pytest.raises(CellError, match=r"Good.input_size is 3, the word vectors are 5 wide"):
        check_cell(Good, input_size=5)


@pytest.mark.parametrize(("factor", "message"), [(2, "has other outputs"), (None, "has another gradient of x")])
def test_an_encoder_that_computes_something_else_is_caught(
    monkeypatch: pytest.MonkeyPatch, factor: float | None, message: str
) -> None:
    class Encoder(TreeEncoder):
        def forward(self, forest: Any, x: Tensor, *, roots_only: bool = False) -> Tensor:
            return super().forward(forest, x.detach()) if factor is None else factor * super().forward(forest, x)

    monkeypatch.setattr(treenn.testing.cells, "TreeEncoder", Encoder)
    with pytest.raises(CellError, match=f"Good in TreeEncoder {message}"):
        check_cell(Good, input_size=3)


def test_seed_fixes_inputs_and_preserves_global_rng() -> None:
    drawn = []

    class Watched(Good):
        def leaf(self, x: Tensor) -> Tensor:
            drawn.append(x.detach().clone())
            return super().leaf(x)

    before = torch.get_rng_state()
    for seed in (0, 0, 1):
        check_cell(Watched, input_size=3, seed=seed)
    assert torch.equal(torch.get_rng_state(), before)
    first, second, other = torch.tensor([float(x.sum()) for x in drawn]).view(3, -1)
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
