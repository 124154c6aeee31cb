"""What a cell inherits: the default output, and options in repr and as dropout."""

from __future__ import annotations

import torch
from torch import Tensor

from treenn.cells import Cell
from treenn.encoders import TreeEncoder


class Noisy(Cell):
    options = ("word_dropout", "rank")

    def __init__(self, word_dropout: float = 0.0, rank: int = 0) -> None:
        super().__init__(input_size=2, state_size=3, output_size=2)
        self.word_dropout, self.rank = word_dropout, rank

    def leaf(self, x: Tensor) -> Tensor:
        return torch.cat([x, x[:, :1]], dim=1)

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return left + right


def test_output_is_the_first_columns() -> None:
    assert Noisy().output(torch.tensor([[1.0, 2.0, 3.0]])).tolist() == [[1.0, 2.0]]


def test_repr_shows_options_that_are_set() -> None:
    assert str(Noisy(rank=4)) == "Noisy(input_size=2, hidden_size=2, rank=4)"
    assert str(Noisy(word_dropout=0.5)) == "Noisy(input_size=2, hidden_size=2, word_dropout=0.5)"


def test_dropout_option_makes_cell_and_encoder_stochastic() -> None:
    cell = Noisy(word_dropout=0.5)
    encoder = TreeEncoder(cell)
    assert cell.is_stochastic and encoder.is_stochastic and not encoder.supports_dedup
    encoder.eval()
    assert not cell.is_stochastic and encoder.supports_dedup
    assert not Noisy(rank=4).is_stochastic
