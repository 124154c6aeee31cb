"""Dropout on the LSTM's candidate: torch's LSTM except for the mask."""

import pytest
import torch
from torch.nn.utils.rnn import pack_sequence

from treenn.encoders import SequenceEncoder
from treenn.sequences import LSTM


@pytest.fixture
def network() -> LSTM:
    torch.manual_seed(0)
    return LSTM(3, 4).double()


PACKED = pack_sequence([torch.randn(length, 3, dtype=torch.float64) for length in (6, 4, 1)])


def test_without_a_number_dropped_it_is_torchs_lstm(network: LSTM) -> None:
    expected = network(PACKED).data
    network.cell_dropout = 1e-15
    assert network.is_stochastic
    ours = network(PACKED).data
    torch.testing.assert_close(ours, expected, rtol=1e-12, atol=1e-14)
    gradients = [torch.autograd.grad(data.square().sum(), network.parameters()) for data in (ours, expected)]
    for our, their in zip(*gradients, strict=True):
        torch.testing.assert_close(our, their, rtol=1e-10, atol=1e-14)


def test_memory_is_kept_and_the_candidate_dropped(network: LSTM) -> None:
    network.cell_dropout = 0.5
    _, U, _, d = network.lstm.parameters()
    with torch.no_grad():
        U.zero_()
        d[4:8] = 100.0  # the forget gates are open: the memory stays
    many = pack_sequence([torch.ones(1, 3, dtype=torch.float64)] * 4000)
    first = network(many).data
    assert (first == 0).double().mean().item() == pytest.approx(0.5, abs=0.02)
    two = network(pack_sequence([torch.ones(2, 3, dtype=torch.float64)] * 4000)).data[4000:]
    assert (two == 0).double().mean().item() == pytest.approx(0.25, abs=0.02)


def test_evaluation_disables_dropout_and_training_disables_dedup(network: LSTM) -> None:
    expected = network(PACKED).data
    network.cell_dropout = 0.5
    encoder = SequenceEncoder(network)
    assert not encoder.supports_dedup
    assert not torch.equal(network(PACKED).data, expected)
    assert encoder.eval().supports_dedup
    assert torch.equal(network(PACKED).data, expected)
