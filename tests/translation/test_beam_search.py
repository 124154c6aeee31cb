from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from translation.table_decoders import (
    END,
    START,
    TableDecoder,
    enumerate_outputs,
    greedy,
    log_probability,
    plain_beam_search,
)

from treenn.sequences.best_rows import best_rows
from treenn.translation.beam_search import BeamOptions, Hypothesis, beam_search, top_tokens
from treenn.translation.decoding import output_log_probabilities
from treenn.trees import InputError

ALPHAS = (0.0, 0.6, 1.0)


def search(decoder: TableDecoder, sentences: list[int], longest: list[int], **options) -> list[list[Hypothesis]]:
    return beam_search(decoder, sentences, longest, BeamOptions(**options), start=START, end=END)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("levels", [0, 2])
def test_width_1_is_greedy_decoding(alpha, levels):
    decoder, sentences = TableDecoder(6, levels=levels), list(range(30))
    longest = [3 + sentence % 5 for sentence in sentences]
    found = search(decoder, sentences, longest, width=1, alpha=alpha)
    expected = [greedy(decoder, *pair) for pair in zip(sentences, longest, strict=True)]
    assert [(one.tokens, one.log_p) for (one,) in found] == expected
    assert {len(tokens) for tokens, _ in expected} >= {0, 1, 2, 3}


@pytest.mark.parametrize("alpha", ALPHAS)
def test_wide_beams_equal_exhaustive_search(alpha):
    decoder, sentences, longest = TableDecoder(5), [3, 1, 4, 15], 4
    found = search(decoder, sentences, [longest] * 4, width=5**5, alpha=alpha, n_best=40)
    for sentence, outputs in zip(sentences, found, strict=True):
        expected = enumerate_outputs(decoder, sentence, longest, alpha)[:40]
        assert [output.tokens for output in outputs] == [tokens for _, tokens in expected]
        assert [output.score for output in outputs] == pytest.approx([score for score, _ in expected], abs=1e-12)
        assert [output.log_p for output in outputs] == [
            pytest.approx(log_probability(decoder, sentence, output.tokens), abs=1e-12) for output in outputs
        ]


@pytest.mark.parametrize("alpha", [*ALPHAS, 2.0])
@pytest.mark.parametrize("width", [1, 2, 3, 7])
def test_search_equals_plain_beam_search(alpha, width):
    decoder, sentences = TableDecoder(7, sharpness=2), list(range(40))
    longest = [sentence % 8 for sentence in sentences]
    found = search(decoder, sentences, longest, width=width, alpha=alpha, n_best=width)
    for sentence, outputs in zip(sentences, found, strict=True):
        expected = plain_beam_search(decoder, sentence, longest[sentence], width, alpha)
        assert [(output.score, output.tokens) for output in outputs] == expected[:width]


@pytest.mark.parametrize("alpha", ALPHAS)
def test_ties_are_ordered_as_in_plain_search(alpha):
    decoder, sentences = TableDecoder(9, levels=2), list(range(40))
    found = search(decoder, sentences, [5] * 40, width=4, alpha=alpha, n_best=2)
    for sentence, outputs in zip(sentences, found, strict=True):
        expected = plain_beam_search(decoder, sentence, 5, 4, alpha)
        assert [(output.score, output.tokens) for output in outputs] == expected[:2]


@pytest.mark.parametrize("levels", [0, 2])
def test_batches_do_not_change_outputs(levels):
    decoder, sentences = TableDecoder(8, levels=levels), list(range(20))
    longest = [2 + sentence % 6 for sentence in sentences]
    together = search(decoder, sentences, longest, width=3, n_best=3)
    apart = [search(decoder, [one], [longest[one]], width=3, n_best=3)[0] for one in sentences]
    assert together == apart
    assert search(decoder, sentences[::-1], longest[::-1], width=3, n_best=3) == together[::-1]


class Counted(TableDecoder):
    """A decoder that counts the rows of each step."""

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.rows: list[int] = []

    def step(self, tokens, state):
        self.rows.append(len(tokens))
        return super().step(tokens, state)


def test_search_stops_when_no_hypothesis_can_win():
    decoder = Counted(6, sharpness=3, ends=2.0)
    search(decoder, list(range(10)), [60] * 10, width=3, alpha=0.0)
    assert len(decoder.rows) < 30
    assert decoder.rows[0] == 10
    assert max(decoder.rows[1:]) <= 30


def test_finished_sentences_leave_the_batch():
    decoder = Counted(6)
    search(decoder, [0, 1, 2], [0, 9, 9], width=4, alpha=1.0)
    assert decoder.rows[0] == 3
    assert decoder.rows[1] <= 8


def test_maximum_length_of_0_is_the_empty_output():
    decoder = TableDecoder(4)
    ((output,),) = search(decoder, [7], [0], width=2)
    assert output == ((), float(decoder.row(7, (START,))[END]), output.log_p)


def test_no_sentence_has_no_output():
    assert search(TableDecoder(4), [], [], width=2) == []


def test_more_outputs_than_hypotheses_are_refused():
    with pytest.raises(InputError, match=r"n_best.* 3: must be at most .*width.*, 2"):
        BeamOptions(width=2, n_best=3)
    for alpha in (-1.0, 400.0):  # 400: T^α overflows
        with pytest.raises(InputError, match=r"alpha.* must be 0 to 10"):
            BeamOptions(alpha=alpha)


def test_nan_is_refused():
    class Broken(TableDecoder):
        def row(self, sentence, prefix):
            return torch.full((self.symbols,), torch.nan)

    with pytest.raises(InputError, match="a probability of this model is NaN"):
        search(Broken(4), [1], [3])


def test_output_log_probabilities_equal_sums_over_tokens():
    decoder, outputs = TableDecoder(6), [(2, 3, 4), (), (5,)]
    found = output_log_probabilities(decoder, [4, 5, 6], outputs, start=START, end=END)
    expected = [log_probability(decoder, 4 + index, tokens) for index, tokens in enumerate(outputs)]
    assert found.tolist() == expected
    assert len(output_log_probabilities(decoder, [], [], start=START, end=END)) == 0


@pytest.mark.parametrize("count", [1, 3, 8, 20])
@pytest.mark.parametrize("levels", [2, 3, 1000])
def test_top_tokens_equal_a_stable_sort(count, levels):
    log_p = torch.from_numpy(np.random.default_rng(count).integers(0, levels, (50, 12)).astype(np.float32))
    log_p[log_p == 0] = -torch.inf
    values, tokens = top_tokens(log_p, count)
    expected = log_p.sort(dim=1, descending=True, stable=True)
    assert torch.equal(values, expected.values[:, :count])
    assert torch.equal(tokens, expected.indices[:, :count])


def test_best_rows_equal_sorting_by_sentence():
    rng = np.random.default_rng(0)
    sentence, score = rng.integers(0, 5, 60), rng.integers(-4, 0, 60).astype(float)
    score[::7] = -np.inf
    expected = []
    for one in range(5):
        rows = [row for row in range(60) if sentence[row] == one and score[row] > -np.inf]
        expected += sorted(rows, key=lambda row: -score[row])[:3]
    assert best_rows(sentence, score, 3).tolist() == expected


class Recurrent(nn.Module):
    """A decoder with a network, whose batches change the last bits."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.cell, self.head = nn.Embedding(20, 8), nn.GRUCell(8, 8), nn.Linear(8, 20)

    class State(tuple):
        def select(self, rows):
            return Recurrent.State((self[0][rows],))

    def start(self, memory):
        return Recurrent.State((memory,))

    def step(self, tokens, state):
        h = self.cell(self.embedding(tokens), state[0])
        return self.head(3 * h).log_softmax(1), Recurrent.State((h,))


def test_networks_are_searched_in_batches():
    torch.manual_seed(1)
    decoder, memory = Recurrent().double(), torch.randn(12, 8).double()
    options = BeamOptions(width=4, n_best=4)
    together = beam_search(decoder, memory, [9] * 12, options, start=START, end=END)
    for index, outputs in enumerate(together):
        (alone,) = beam_search(decoder, memory[index, None], [9], options, start=START, end=END)
        assert [one.tokens for one in outputs] == [one.tokens for one in alone]
        assert [one.score for one in outputs] == pytest.approx([one.score for one in alone], abs=1e-12)
        log_p = output_log_probabilities(
            decoder, memory[index].expand(len(outputs), -1), [one.tokens for one in outputs], start=START, end=END
        )
        assert log_p.tolist() == pytest.approx([one.log_p for one in outputs], abs=1e-12)
