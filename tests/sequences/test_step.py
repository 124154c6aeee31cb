"""One step at a time equals a run over whole sequences; the window of a neural n-gram."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from treenn import sequences

NETWORKS = {
    "lstm": lambda: sequences.LSTM(3, 4),
    "gru": lambda: sequences.GRU(3, 4),
    "elman": lambda: sequences.Elman(3, 4),
    "jordan": lambda: sequences.Jordan(3, 4),
    "peephole": lambda: sequences.PeepholeLSTM(3, 4),
    "window": lambda: sequences.Window(3, 4, width=3),
    "stacked": lambda: sequences.Stacked(sequences.LSTM(3, 5), sequences.GRU(5, 4)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_steps_equal_a_run(name):
    torch.manual_seed(0)
    network, x = NETWORKS[name](), torch.randn(6, 2, 3)
    wanted = network(pack_sequence([x[:, 0], x[:, 1]])).data.view(6, 2, 4)
    state, states = None, []
    for inputs in x:
        h, state = network.step(inputs, state)
        states.append(h)
    torch.testing.assert_close(torch.stack(states), wanted)


def test_window_reads_the_last_inputs():
    torch.manual_seed(0)
    network = sequences.Window(3, 4, width=3)
    sentences = [torch.randn(n, 3) for n in (5, 3, 1)]
    states, lengths = pad_packed_sequence(network(pack_sequence(sentences)))
    for number, (x, length) in enumerate(zip(sentences, lengths.tolist(), strict=True)):
        for time in range(length):
            window = [x[time - back] if time >= back else torch.zeros(3) for back in range(3)]
            wanted = torch.tanh(network.linear(torch.cat(window)))
            torch.testing.assert_close(states[time, number], wanted)
