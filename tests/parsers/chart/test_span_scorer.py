from __future__ import annotations

import pytest
import torch

from treenn.parsers.brackets import crossing
from treenn.parsers.chart import span_scorer as module
from treenn.parsers.chart.affixes import BUCKETS, COUNT
from treenn.parsers.chart.chart_settings import ChartSettings
from treenn.parsers.chart.examples import NO_LABEL, Batch, Inventory
from treenn.parsers.chart.margin_loss import compute_loss
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.parsers.chart.spans import row, starts_and_ends


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        settings = ChartSettings(size=3, layers=2, affix_size=2, span_size=4, split_size=2)
        inventory = Inventory(["A", "B"], ["", "S", "T"])
        return SpanNetwork(torch.randn(5, 3), torch.full((5,), 2.0), inventory, settings).double().eval()


def words_and_affixes(length, batch=2):
    generator = torch.Generator().manual_seed(length)
    return (
        torch.randint(5, (batch, length), generator=generator),
        torch.randint(BUCKETS, (batch, length, COUNT), generator=generator),
    )


@pytest.mark.parametrize("length", [1, 2, 6])
def test_some_spans_are_as_all_spans(network, length):
    fenceposts = network.encode(*words_and_affixes(length)).fenceposts
    starts, ends = (torch.tensor(column).expand(2, -1) for column in starts_and_ends(length))
    torch.testing.assert_close(network.some_spans(fenceposts, starts, ends), network.spans(fenceposts))


def test_split_score_formula(network):
    fenceposts = network.encode(*words_and_affixes(5)).fenceposts
    hidden = network.spans(fenceposts)
    scores = network.scores(hidden, fenceposts)
    torch.testing.assert_close(scores.nodes, hidden @ network.node.weight.T + network.node.bias)
    whole, left, right = network.parts(hidden).chunk(3, dim=-1)
    for start, split, end in [(0, 1, 2), (0, 2, 5), (1, 3, 4)]:
        children = (left[1, row(5, start, split)] * right[1, row(5, split, end)]).sum()
        parent = (whole[1, row(5, start, end)] * network.split(fenceposts[1, split])).sum()
        torch.testing.assert_close(scores.splits[1, start, split, end], children + parent)


def test_rows_of_distinct_words_are_encoded_as_words(network):
    words, affixes = torch.arange(5), words_and_affixes(5)[1][0]
    sentences = torch.tensor([[3, 1, 3], [0, 4, 2]])
    rows = torch.nn.functional.pad(sentences + 2, (1, 0))
    rows = torch.nn.functional.pad(rows, (0, 1), value=1)
    encoded = network.encode_rows(network.vector_table(words, affixes), rows)
    for states, expected in zip(encoded, network.encode(sentences, affixes[sentences]), strict=True):
        assert torch.equal(states, expected)


@pytest.mark.parametrize("length", [1, 2, 6])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@torch.inference_mode()
def test_predicted_factors_equal_differentiable_ones(network, length, dtype):
    network = network.to(dtype)
    fenceposts = network.encode(*words_and_affixes(length, batch=3)).fenceposts
    expected = network.factors(network.spans(fenceposts), fenceposts)
    for predicted, factor in zip(network.predict_factors(fenceposts), expected, strict=True):
        torch.testing.assert_close(predicted, factor)


def test_fenceposts_join_left_and_right_states(network):
    """Forward states are independent of later words, and backward states of earlier ones."""
    words, affixes = words_and_affixes(4)
    changed = words.clone()
    changed[:, 3] = (words[:, 3] + 1) % 5
    network.layers = network.layers[:1]  # a second layer reads both directions
    before, after = network.encode(words, affixes).fenceposts, network.encode(changed, affixes).fenceposts
    same = (before == after).all(dim=0)
    assert same[:4, :3].all() and same[4, 3:].all()
    assert not same[4, :3].any() and not same[:4, 3:].any()


def test_unknown_words_differ_by_their_affixes_alone(network):
    words, affixes = words_and_affixes(3)
    unknown = torch.zeros_like(words)
    assert not torch.equal(network.encode(unknown, affixes).fenceposts, network.encode(unknown, affixes + 1).fenceposts)


def test_word_dropout_takes_rare_words_more_often(network):
    network.unknown = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0])
    network.train().dropout.p = 0.0
    words, affixes = torch.tensor([[1, 2]]), words_and_affixes(2)[1][:1]
    forgotten = network.encode(torch.tensor([[0, 2]]), affixes).fenceposts
    torch.testing.assert_close(network.encode(words, affixes).fenceposts, forgotten)
    assert not torch.equal(network.eval().encode(words, affixes).fenceposts, forgotten)


def test_the_objectives_gradient_is_right(network):
    words, affixes = words_and_affixes(4)
    crosses = torch.from_numpy(crossing(4, [(1, 3)])[starts_and_ends(4)]).expand(2, -1)
    categories = torch.where(crosses, NO_LABEL, torch.arange(10) % 3)
    batch = Batch(words, affixes, torch.tensor([[0, 1, 0, NO_LABEL]] * 2), crosses, categories)
    names = ["words.weight", "outside", "start.weight", "norm.weight", "node.weight", "parts.weight", "split.weight"]
    names += ["tag.weight", "category.bias"]
    parameters = dict(network.named_parameters())

    def loss(*values):
        return torch.func.functional_call(_Objective(network), dict(zip(names, values, strict=True)), (batch,))

    names = [f"network.{name}" for name in names]
    assert torch.autograd.gradcheck(loss, [parameters[name.removeprefix("network.")] for name in names])


class _Objective(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, batch):
        return compute_loss(self.network, batch)


def test_dropout_mask_is_shared_within_sentence():
    dropout = module._SharedDropout(0.5).train()
    x = dropout(torch.ones(3, 4, 200))
    assert torch.equal(x, x[:, :1].expand_as(x))
    assert set(x.unique().tolist()) == {0.0, 2.0}
    assert 0.4 < float((x == 0).float().mean()) < 0.6
