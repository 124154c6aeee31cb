"""Each kind of sequence task on a small example: training clearly exceeds the baseline."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_sequence

from treebanks import slots
from treebanks.series import noisy_series
from treenn.sequences import (
    GRU,
    LSTM,
    Elman,
    Jordan,
    LastPooling,
    PeepholeLSTM,
    SequenceNetwork,
    Stacked,
    Transformer,
    Window,
    bidirectional,
)
from treenn.sequences.decoder import Decoder
from treenn.sequences.packed import by_sequence
from treenn.translation.beam_search import BeamOptions, beam_search
from treenn.trees import InputError


def fit(modules: list[nn.Module], loss: Callable[[], Tensor], steps: int, rate: float) -> None:
    optimizer = torch.optim.Adam([parameter for module in modules for parameter in module.parameters()], lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()


def last_states(network: SequenceNetwork, sequences: list[Tensor]) -> Tensor:
    """Of sequences of one length."""
    states = network(pack_sequence(sequences))
    rows, lengths = by_sequence(states.batch_sizes)
    return LastPooling()(states.data[rows], lengths)


def test_many_to_one_predicts_a_noisy_series() -> None:
    torch.manual_seed(0)
    series = torch.from_numpy(noisy_series(count=300, steps=26)).float()
    train, test = series[:200], series[200:]
    network, head = Elman(1, 50), nn.Linear(50, 1)

    def foretold(rows: Tensor) -> Tensor:
        return head(last_states(network, list(rows[:, :-1, None])))[:, 0]

    def loss() -> Tensor:
        return F.mse_loss(foretold(train), train[:, -1])

    fit([network, head], loss, steps=120, rate=0.005)
    error = float(F.mse_loss(foretold(test), test[:, -1]).detach())
    naive = float(F.mse_loss(test[:, -2], test[:, -1]))  # the last value again
    line = float(F.mse_loss(2 * test[:, -2] - test[:, -3], test[:, -1]))  # on along a straight line
    assert 0.05**2 < error < min(naive, line) / 2


def test_many_to_many_in_step_fills_the_slots() -> None:
    torch.manual_seed(0)
    train, test = slots.generate(1000, seed=0), slots.generate(200, seed=1)
    numbers: dict[str, int] = {}
    for word in itertools.chain.from_iterable(sentence.words for sentence in train):
        numbers.setdefault(word, len(numbers))
    words, network, head = nn.Embedding(len(numbers), 24), bidirectional(GRU, 24, 32), nn.Linear(32, len(slots.SLOTS))

    def scored(split: list[slots.Tagged]) -> tuple[Tensor, Tensor, Tensor]:
        """Each word with the scores of its slots and the gold slot."""
        read, gold = (
            pack_sequence([torch.tensor(row) for row in rows], enforce_sorted=False)
            for rows in ([[numbers[word] for word in s.words] for s in split], [s.slots for s in split])
        )
        return read.data, head(network(read._replace(data=words(read.data))).data), gold.data

    def loss() -> Tensor:
        _, scores, gold = scored(random.sample(train, k=50))
        return F.cross_entropy(scores, gold)

    random.seed(0)
    fit([words, network, head], loss, steps=200, rate=0.02)
    read, scores, gold = scored(test)
    right, is_city = (
        scores.argmax(dim=1) == gold,
        torch.isin(read, torch.tensor([numbers[city] for city in slots.CITIES])),
    )
    assert float(right.float().mean()) > 0.99
    assert float(right[is_city].float().mean()) > 0.95
    assert _commonest_slot_of_each_word(train, test) < 0.6, "a city's slot cannot be told from the city"


def _commonest_slot_of_each_word(train: list[slots.Tagged], test: list[slots.Tagged]) -> float:
    """Accuracy of this baseline on the cities."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for word, slot in itertools.chain.from_iterable(zip(*sentence, strict=True) for sentence in train):
        counts[word][slot] += 1
    pairs = [pair for sentence in test for pair in zip(*sentence, strict=True) if pair[0] in slots.CITIES]
    return float(np.mean([counts[word].most_common(1)[0][0] == slot for word, slot in pairs]))


TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def test_one_to_many_spells_held_out_numbers() -> None:
    torch.manual_seed(0)
    numbers = list(itertools.product(range(8), range(9)))
    random.Random(0).shuffle(numbers)
    train, test = numbers[:56], numbers[56:]
    codes = {pair: torch.cat([torch.eye(8)[pair[0]], torch.eye(9)[pair[1]]]) for pair in numbers}
    texts = {(ten, unit): f"{TENS[ten]} {UNITS[unit]}" for ten, unit in numbers}
    letters = ["", *sorted(set("".join(texts.values())))]
    spelled = [torch.tensor([letters.index(letter) for letter in texts[pair]]) for pair in train]
    decoder = Decoder(LSTM, code_size=17, symbols=len(letters), hidden_size=48)
    given = torch.stack([codes[pair] for pair in train])
    fit([decoder], lambda: decoder.loss(given, spelled), steps=150, rate=0.02)
    written = decoder.write(torch.stack([codes[pair] for pair in test]), longest=20)
    right = [
        "".join(letters[symbol] for symbol in text) == texts[pair] for text, pair in zip(written, test, strict=True)
    ]
    # All texts differ, so repeating a training text is never right.
    assert np.mean(right) > 0.8


def test_encoder_decoder_reverses_a_sequence() -> None:
    torch.manual_seed(0)
    draw = random.Random(0)
    rows = [torch.tensor(row) for length in (2, 3, 4) for row in itertools.product(range(1, 6), repeat=length)]
    draw.shuffle(rows)
    train, test = rows[:-100], rows[-100:]
    letters, reader = nn.Embedding(6, 24), GRU(24, 64)
    writer = Decoder(GRU, code_size=64, symbols=6, hidden_size=64)

    def codes(part: list[Tensor]) -> Tensor:
        packed = pack_sequence(part, enforce_sorted=False)
        states = reader(packed._replace(data=letters(packed.data)))
        rows, lengths = by_sequence(states.batch_sizes)
        return LastPooling()(states.data[rows], lengths)[states.unsorted_indices]

    def loss() -> Tensor:
        part = draw.sample(train, k=60)
        return writer.loss(codes(part), [row.flip(0) for row in part])

    fit([letters, reader, writer], loss, steps=200, rate=0.01)
    written = writer.write(codes(test), longest=5)
    right = [text == row.flip(0).tolist() for text, row in zip(written, test, strict=True)]
    palindromes = [row.tolist() == row.flip(0).tolist() for row in test]  # accuracy of copying
    assert np.mean(right) > 0.8
    assert np.mean(palindromes) < 0.2


def test_decoder_loss_is_independent_of_the_batch() -> None:
    torch.manual_seed(0)
    decoder = Decoder(GRU, code_size=3, symbols=4, hidden_size=5).double()
    codes = torch.randn(3, 3, dtype=torch.float64)
    texts = [torch.tensor(text, dtype=torch.int64) for text in ([1, 2], [], [3, 3, 1, 2])]
    alone = [decoder.loss(code[None], [text]) * (len(text) + 1) for code, text in zip(codes, texts, strict=True)]
    torch.testing.assert_close(decoder.loss(codes, texts), sum(alone) / (3 + 1 + 5))


def test_decoding_stops_at_end_symbol_or_maximum_length() -> None:
    decoder = Decoder(GRU, code_size=3, symbols=4, hidden_size=5)
    torch.nn.init.zeros_(decoder.head.weight)
    for favourite, text in ((0, []), (2, [2] * 7)):
        decoder.head.bias.data = torch.eye(4)[favourite]
        assert decoder.write(torch.randn(2, 3), longest=7) == [text, text]


def test_a_decoder_that_looks_ahead_is_refused() -> None:
    with pytest.raises(InputError, match="a decoder's network must be causal"):
        Decoder(Transformer, code_size=3, symbols=4, hidden_size=5)


def stacked(input_size: int, hidden_size: int) -> SequenceNetwork:
    return Stacked(LSTM(input_size, hidden_size), GRU(hidden_size, hidden_size))


@pytest.mark.parametrize("network", [Elman, GRU, LSTM, Jordan, PeepholeLSTM, stacked, Window])
def test_steps_of_a_decoder_equal_its_scores(network: Callable[[int, int], SequenceNetwork]) -> None:
    torch.manual_seed(0)
    decoder = Decoder(network, code_size=3, symbols=4, hidden_size=5).double()
    codes, text = torch.randn(3, 3, dtype=torch.float64), [2, 1, 3]
    state, losses = decoder.start(codes), []
    rows = torch.tensor([2, 0, 0])  # a search reorders and repeats its outputs
    for time, (read, target) in enumerate(zip([0, *text], [*text, 0], strict=True)):
        log_p, state = decoder.step(torch.full((3,), read), state)
        losses.append(log_p[:, target])
        if time == 1:
            state, losses = state.select(rows), [each[rows] for each in losses]
    wanted = [decoder.loss(code[None], [torch.tensor(text)]) for code in codes[rows]]
    torch.testing.assert_close(-torch.stack(losses).mean(dim=0), torch.stack(wanted))


def test_a_search_of_width_one_writes_greedily() -> None:
    torch.manual_seed(2)
    decoder = Decoder(LSTM, code_size=3, symbols=6, hidden_size=8)
    decoder.embedding.weight.data *= 3  # small weights never end a text
    decoder.head.weight.data *= 8
    decoder.network.lstm.weight_hh_l0.data *= 4
    codes = 4 * torch.randn(20, 3)
    options = BeamOptions(width=1, alpha=0.0)
    found = beam_search(decoder, codes, [7] * 20, options, start=0, end=0)
    written = decoder.write(codes, longest=7)
    assert [list(outputs[0].tokens) for outputs in found] == written
    assert len({len(text) for text in written}) > 1
