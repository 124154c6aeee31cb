"""The decoder with attention against NumPy, its weights and masks, and gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from treenn.sequences.attention import ATTENTIONS
from treenn.sequences.attention_decoder import AttentionDecoder, LSTMStep, pad_rows
from treenn.sequences.repeated_product import RepeatedProduct

E, D, M = 3, 4, 5  # widths of symbols, of the decoder, of the encoder
LENGTHS = [4, 2, 1]


def made(name: str) -> AttentionDecoder:
    torch.manual_seed(1)
    return AttentionDecoder(E, D, ATTENTIONS[name](D, M)).double()


def memory(lengths: list[int] = LENGTHS) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(2)
    values = torch.randn(len(lengths), max(lengths), M, dtype=torch.float64)
    return values, torch.arange(max(lengths)) >= torch.tensor(lengths)[:, None]


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def scores_by_hand(name: str, p: dict[str, np.ndarray], values: np.ndarray, h: np.ndarray) -> np.ndarray:
    if name == "bilinear":
        return np.array([h @ p["attention.W.weight"] @ v for v in values])
    of_query = p["attention.U.weight"] @ h
    return np.array(
        [
            p["attention.u.weight"][0] @ np.tanh(p["attention.W.weight"] @ v + p["attention.W.bias"] + of_query)
            for v in values
        ]
    )


def by_hand(name: str, decoder: AttentionDecoder, values: np.ndarray, xs: np.ndarray) -> list[np.ndarray]:
    """The attentional states of one sentence, from the equations in the docstring."""
    p = {key: value.numpy() for key, value in decoder.state_dict().items()}
    h = np.tanh(p["initial.weight"] @ values.mean(axis=0) + p["initial.bias"])
    c, fed, states = np.zeros(D), np.zeros(D), []
    for x in xs:
        z = p["inputs.weight"] @ x + p["inputs.bias"] + p["recurrent.weight"] @ np.concatenate([fed, h])
        i, f, g, o = np.split(z, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        weights = np.exp(scores_by_hand(name, p, values, h))
        context = (weights / weights.sum()) @ values
        fed = np.tanh(p["combine.weight"] @ np.concatenate([context, h]))
        states.append(fed)
    return states


@pytest.mark.parametrize("name", ATTENTIONS)
def test_states_equal_the_equations(name: str) -> None:
    decoder, (values, padding) = made(name), memory()
    xs = torch.randn(3, 3, E, dtype=torch.float64)
    alive = [3, 2, 1]
    packed = torch.cat([xs[time, :n] for time, n in enumerate(alive)])
    found = torch.split(decoder(packed, alive, decoder.start(values, padding)), alive)
    for row, length in enumerate(LENGTHS):
        times = [time for time, n in enumerate(alive) if row < n]
        wanted = by_hand(name, decoder, values[row, :length].numpy(), xs[times, row].numpy())
        np.testing.assert_allclose([found[time][row].detach().numpy() for time in times], wanted, atol=1e-12)


@pytest.mark.parametrize("name", ATTENTIONS)
def test_a_step_equals_a_time(name: str) -> None:
    decoder, (values, padding) = made(name), memory()
    xs = torch.randn(2, 3, E, dtype=torch.float64)
    state = first = decoder.start(values, padding)
    for x in xs:
        state = decoder.advance(x, state)
    torch.testing.assert_close(state.fed, decoder(xs.flatten(0, 1), [3, 3], first)[-3:])


@pytest.mark.parametrize("name", ATTENTIONS)
def test_weights_sum_to_one_and_padding_has_none(name: str) -> None:
    decoder, (values, padding) = made(name), memory()
    weights = decoder.advance(torch.randn(3, E, dtype=torch.float64), decoder.start(values, padding)).weights
    assert weights is not None
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(3, dtype=torch.float64))
    assert not weights[padding].any()
    assert (weights[~padding] > 0).all()


@pytest.mark.parametrize("name", ATTENTIONS)
def test_sentences_do_not_see_each_other(name: str) -> None:
    decoder, (values, padding) = made(name), memory()
    xs = torch.randn(3, E, dtype=torch.float64)
    together = decoder.advance(xs, decoder.start(values, padding)).fed
    changed = torch.where(padding[:, :, None], 1e6, values)  # the padding is not read
    changed[0] = 7.0
    torch.testing.assert_close(decoder.advance(xs, decoder.start(changed, padding)).fed[1:], together[1:])
    for row, length in enumerate(LENGTHS):
        alone = decoder.start(values[row : row + 1, :length], padding[row : row + 1, :length])
        torch.testing.assert_close(decoder.advance(xs[row : row + 1], alone).fed, together[row : row + 1])


@pytest.mark.parametrize("name", ATTENTIONS)
def test_selected_rows_continue_alone(name: str) -> None:
    decoder, (values, padding) = made(name), memory()
    first, second = torch.randn(2, 3, E, dtype=torch.float64)
    state = decoder.advance(first, decoder.start(values, padding))
    rows = torch.tensor([2, 0, 0])
    after = decoder.advance(second[rows], state.select(rows).select(torch.tensor([0, 1, 2])))
    torch.testing.assert_close(after.fed, decoder.advance(second, state).fed[rows])
    torch.testing.assert_close(after.select(torch.tensor([1])).weights, after.weights[1:2])


@pytest.mark.parametrize("name", ATTENTIONS)
def test_gradients_equal_numerical_ones(name: str) -> None:
    decoder, (values, padding) = made(name), memory()

    class Started(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.decoder = decoder

        def forward(self, values: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
            return self.decoder(x, [3, 2], self.decoder.start(values, padding))

    started = Started()
    x = torch.randn(5, E, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(started, (values.requires_grad_(), x))
    names = [key for key, _ in started.named_parameters()]

    def of_weights(*weights: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(
            started, dict(zip(names, weights, strict=True)), (values.detach(), x.detach())
        )

    torch.autograd.gradcheck(of_weights, tuple(each for _, each in started.named_parameters()))


def test_lstm_step_equals_torch() -> None:
    cell = nn.LSTMCell(E, D).double()
    x, h, c = (torch.randn(3, size, dtype=torch.float64, requires_grad=True) for size in (E, D, D))
    z = x @ cell.weight_ih.t() + cell.bias_ih + h @ cell.weight_hh.t() + cell.bias_hh
    for found, wanted in zip(LSTMStep.apply(z, c), cell(x, (h, c)), strict=True):
        torch.testing.assert_close(found, wanted)
    torch.autograd.gradcheck(LSTMStep.apply, (z.detach().requires_grad_(), c))


@pytest.mark.parametrize("shape", [(3, 2), (4, 3, 2)])
def test_repeated_product_equals_a_product(shape: tuple[int, ...]) -> None:
    matrix = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    xs = [torch.randn(n, 3, dtype=torch.float64, requires_grad=True) for n in (4, 3, 1)]

    def plain(x: torch.Tensor) -> torch.Tensor:
        return x @ matrix if matrix.dim() == 2 else (x[:, None] @ matrix[: len(x)])[:, 0]

    repeated = RepeatedProduct(matrix)
    gradients = []
    for function in (plain, repeated):
        total = sum((function(x).sin().sum() for x in xs), torch.zeros(()))
        gradients.append(torch.autograd.grad(total, [matrix, *xs]))
    for found, wanted in zip(*gradients, strict=True):
        torch.testing.assert_close(found, wanted)


def test_rows_are_padded_to_the_longest() -> None:
    padded, padding = pad_rows(torch.tensor([3, 4, 5, 6]), [1, 3])
    assert padded.tolist() == [[3, 0, 0], [4, 5, 6]]
    assert padding.tolist() == [[False, True, True], [False, False, False]]
