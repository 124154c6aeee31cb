"""All networks, compared with their papers' equations in NumPy and with torch where it has them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, pad_packed_sequence

from treenn.sequences import (
    GRU,
    LSTM,
    Bidirectional,
    Convolution,
    DeepTransition,
    Elman,
    Feedforward,
    Jordan,
    PeepholeLSTM,
    SequenceNetwork,
    Stacked,
    Transformer,
    bidirectional,
)
from treenn.trees import InputError

LENGTHS = (3, 7, 1, 4, 7)
X, D = 3, 5


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def numbers(module: nn.Module) -> dict[str, np.ndarray]:
    return {name: parameter.detach().numpy() for name, parameter in module.named_parameters()}


def elman(p: dict[str, np.ndarray], x: np.ndarray, f: Callable[[np.ndarray], np.ndarray] = np.tanh) -> list[np.ndarray]:
    h, states = np.zeros(D), []
    for x_t in x:
        h = f(p["rnn.weight_ih_l0"] @ x_t + p["rnn.weight_hh_l0"] @ h + p["rnn.bias_ih_l0"] + p["rnn.bias_hh_l0"])
        states.append(h)
    return states


def elman_relu(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    return elman(p, x, lambda z: np.maximum(z, 0))


def jordan(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    y, outputs = np.zeros(D), []
    for x_t in x:
        h = np.tanh(p["W.weight"] @ x_t + p["U.weight"] @ y + p["W.bias"])
        y = np.tanh(p["V.weight"] @ h + p["V.bias"])
        outputs.append(y)
    return outputs


def lstm(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    W, U = (np.split(p[f"lstm.weight_{name}_l0"], 4) for name in ("ih", "hh"))
    b = np.split(p["lstm.bias_ih_l0"] + p["lstm.bias_hh_l0"], 4)
    h, c, states = np.zeros(D), np.zeros(D), []
    for x_t in x:
        i, f, g, o = (W[k] @ x_t + U[k] @ h + b[k] for k in range(4))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return states


def peephole(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    W, U, b = (np.split(p[name], 4) for name in "WUb")
    h, c, states = np.zeros(D), np.zeros(D), []
    for x_t in x:
        i = sigmoid(W[0] @ x_t + U[0] @ h + np.diag(p["p"][0]) @ c + b[0])
        f = sigmoid(W[1] @ x_t + U[1] @ h + np.diag(p["p"][1]) @ c + b[1])
        c = f * c + i * np.tanh(W[2] @ x_t + U[2] @ h + b[2])
        o = sigmoid(W[3] @ x_t + U[3] @ h + np.diag(p["p"][2]) @ c + b[3])
        h = o * np.tanh(c)
        states.append(h)
    return states


def gru(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    W, U = (np.split(p[f"gru.weight_{name}_l0"], 3) for name in ("ih", "hh"))
    b, d = (np.split(p[f"gru.bias_{name}_l0"], 3) for name in ("ih", "hh"))
    h, states = np.zeros(D), []
    for x_t in x:
        r = sigmoid(W[0] @ x_t + b[0] + U[0] @ h + d[0])
        z = sigmoid(W[1] @ x_t + b[1] + U[1] @ h + d[1])
        h = (1 - z) * np.tanh(W[2] @ x_t + b[2] + r * (U[2] @ h + d[2])) + z * h
        states.append(h)
    return states


def deep_transition(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    h, states = np.zeros(D), []
    for x_t in x:
        z = np.tanh(p["U.weight"] @ x_t + p["W_1.weight"] @ h + p["U.bias"])
        h = np.tanh(p["W_2.weight"] @ z + p["S.weight"] @ h + p["W_2.bias"])
        states.append(h)
    return states


def feedforward(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    z = [np.tanh(p["layers.0.weight"] @ x_t + p["layers.0.bias"]) for x_t in x]
    return [np.tanh(p["layers.2.weight"] @ z_t + p["layers.2.bias"]) for z_t in z]


def convolution(p: dict[str, np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    states = []
    for t in range(len(x)):
        features = []
        for number, width in enumerate((3, 4, 5)):
            for w, b in zip(p[f"filters.{number}.weight"], p[f"filters.{number}.bias"], strict=True):
                places = [t - (width - 1) // 2 + k for k in range(width)]
                seen = sum(w[:, k] @ x[at] for k, at in enumerate(places) if 0 <= at < len(x))
                features.append(max(0.0, float(seen + b)))
        states.append(np.array(features))
    return states


def norm(p: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-5) * p[f"{name}.weight"] + p[f"{name}.bias"]


def transformer(p: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    h = (x @ p["words.weight"].T + p["words.bias"]) * np.sqrt(D)
    for t in range(len(x)):
        for i in range(D):
            angle = t / 10000 ** ((i - i % 2) / D)
            h[t, i] += np.cos(angle) if i % 2 else np.sin(angle)
    for layer in ("encoder.layers.0", "encoder.layers.1"):
        z = norm(p, f"{layer}.norm1", h)
        q, k, v = (
            z @ W.T + b
            for W, b in zip(
                np.split(p[f"{layer}.self_attn.in_proj_weight"], 3),
                np.split(p[f"{layer}.self_attn.in_proj_bias"], 3),
                strict=True,
            )
        )
        weights = np.exp(q @ k.T / np.sqrt(D))  # one head, since 5 is a prime above the most there may be
        z = (weights / weights.sum(axis=1, keepdims=True)) @ v
        h = h + z @ p[f"{layer}.self_attn.out_proj.weight"].T + p[f"{layer}.self_attn.out_proj.bias"]
        z = norm(p, f"{layer}.norm2", h) @ p[f"{layer}.linear1.weight"].T + p[f"{layer}.linear1.bias"]
        h = h + np.maximum(z, 0) @ p[f"{layer}.linear2.weight"].T + p[f"{layer}.linear2.bias"]
    return norm(p, "encoder.norm", h)


def sequences() -> list[Tensor]:
    torch.manual_seed(1)
    return [torch.randn(length, X, dtype=torch.float64) for length in LENGTHS]


def by_itself(network: nn.Module, x: PackedSequence) -> list[Tensor]:
    """The states of each sequence, in the order in which they were packed."""
    states, lengths = pad_packed_sequence(network(x), batch_first=True)
    return [part[:length] for part, length in zip(states, lengths.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("network", "oracle"),
    [
        (lambda: Elman(X, D), elman),
        (lambda: Elman(X, D, "relu"), elman_relu),
        (lambda: Jordan(X, D, inner_size=4), jordan),
        (lambda: LSTM(X, D), lstm),
        (lambda: PeepholeLSTM(X, D), peephole),
        (lambda: GRU(X, D), gru),
        (lambda: DeepTransition(X, D), deep_transition),
        (lambda: Feedforward(X, D), feedforward),
        (lambda: Convolution(X, D), convolution),
        (lambda: Transformer(X, D), transformer),
    ],
    ids=[
        "elman",
        "elman-relu",
        "jordan",
        "lstm",
        "peephole",
        "gru",
        "deep",
        "feedforward",
        "convolution",
        "transformer",
    ],
)
@pytest.mark.parametrize("training", [False, True])
def test_a_network_is_its_equations(
    network: Callable[[], SequenceNetwork],
    oracle: Callable[[dict[str, np.ndarray], np.ndarray], list[np.ndarray]],
    training: bool,
) -> None:
    torch.manual_seed(0)
    made = network().double().train(training)
    with torch.set_grad_enabled(training):  # without gradients torch has other code for some of them
        packed = by_itself(made, pack_sequence(sequences(), enforce_sorted=False))
    for ours, x in zip(packed, sequences(), strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), oracle(numbers(made), x.numpy()), rtol=1e-9, atol=1e-12)


def test_two_heads_attend_each_for_itself() -> None:
    torch.manual_seed(0)
    network = Transformer(X, 6, layers=1).double()
    layer = network.encoder.layers[0]
    assert [Transformer(X, size).encoder.layers[0].self_attn.num_heads for size in (1, 2, 6, 7, 8)] == [1, 2, 3, 1, 4]
    assert layer.self_attn.num_heads == 3
    x = sequences()[1]
    plain = nn.TransformerEncoderLayer(6, 3, 24, 0.0, batch_first=True, norm_first=True).double()
    plain.load_state_dict(layer.state_dict())
    position = torch.tensor([[f(t / 10000 ** (k / 3)) for k in range(3) for f in (np.sin, np.cos)] for t in range(7)])
    expected = network.encoder.norm(plain((network.words(x) * 6**0.5 + position)[None]))[0]
    torch.testing.assert_close(by_itself(network, pack_sequence([x]))[0], expected)


def test_a_sequence_too_long_for_attention_is_refused() -> None:
    with pytest.raises(InputError, match="a sequence has 10,001 steps: a Transformer needs memory"):
        Transformer(1, 1)(pack_sequence([torch.zeros(10_001, 1)]))


def test_both_ways_is_torchs_bidirectional_lstm() -> None:
    torch.manual_seed(0)
    ours, theirs = bidirectional(LSTM, X, 6).double(), nn.LSTM(X, 3, bidirectional=True).double()
    weights = {f"{name}": value for name, value in ours.ahead.lstm.named_parameters()}
    weights |= {f"{name}_reverse": value for name, value in ours.behind.lstm.named_parameters()}
    theirs.load_state_dict(weights)
    x = pack_sequence(sequences(), enforce_sorted=False)
    torch.testing.assert_close(ours(x).data, theirs(x)[0].data)


def test_stacked_lstms_are_torchs_layers() -> None:
    torch.manual_seed(0)
    ours, theirs = Stacked(LSTM(X, D), LSTM(D, D)).double(), nn.LSTM(X, D, num_layers=2).double()
    pairs = zip(theirs.parameters(), ours.parameters(), strict=True)
    for their, our in pairs:
        their.data.copy_(our)
    x = pack_sequence(sequences(), enforce_sorted=False)
    torch.testing.assert_close(ours(x).data, theirs(x)[0].data)


def test_without_peepholes_it_is_the_lstm() -> None:
    ours, theirs = PeepholeLSTM(X, D).double(), nn.LSTM(X, D).double()
    with torch.no_grad():
        ours.p.zero_()
        ours.W.copy_(theirs.weight_ih_l0)
        ours.U.copy_(theirs.weight_hh_l0)
        ours.b.copy_(theirs.bias_ih_l0 + theirs.bias_hh_l0)
    x = pack_sequence(sequences(), enforce_sorted=False)
    torch.testing.assert_close(ours(x).data, theirs(x)[0].data)


def test_deep_transition_without_shortcut_equals_jordan() -> None:
    ours, jordans = DeepTransition(X, D).double(), Jordan(X, D).double()
    jordans.load_state_dict(
        {
            name.replace("U.", "W.").replace("W_1", "U").replace("W_2", "V"): value
            for name, value in ours.state_dict().items()
            if not name.startswith("S")
        }
    )
    torch.nn.init.zeros_(ours.S.weight)
    x = pack_sequence(sequences(), enforce_sorted=False)
    torch.testing.assert_close(ours(x).data, jordans(x).data)


def test_identity_initialized_relu_preserves_the_state() -> None:
    torch.manual_seed(0)
    network = Elman(50, 20, "relu", identity=True)
    x = torch.zeros(30, 50)
    x[0] = 1000 * torch.randn(50)
    states = by_itself(network, pack_sequence([x]))[0]
    assert float(states[0].detach().max()) > 1
    assert torch.equal(states[-1], states[0])
    assert 0.0008 < float(network.rnn.weight_ih_l0.detach().std()) < 0.0012


def test_stacked_is_causal_if_all_stochastic_if_any() -> None:
    assert Stacked(LSTM(X, D), Feedforward(D, 2)).causal
    assert not Stacked(LSTM(X, D), Convolution(D, 2)).causal
    dropped = Stacked(LSTM(X, D), Transformer(D, 4, dropout=0.1))
    assert dropped.is_stochastic
    assert not dropped.eval().is_stochastic
    assert not Stacked(LSTM(X, D), Transformer(D, 4)).is_stochastic


@pytest.mark.parametrize("pair", [(Convolution(X, D), LSTM(X, D)), (LSTM(X, D), bidirectional(LSTM, X, D))])
def test_a_direction_is_asked_of_both_parts(pair: tuple[SequenceNetwork, SequenceNetwork]) -> None:
    with pytest.raises(InputError, match="forward_net, backward_net: must be causal networks"):
        Bidirectional(*pair)
