"""Gradient flow in networks with a known solution, and compared with a backward pass per word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence
from toy import toy_treebank

from treebanks import Treebank
from treenn.analysis.gradient_flow import (
    GradientRange,
    TrainingGradientFlow,
    gradient_flow,
    gradient_flow_of_training,
    steps_to_end,
)
from treenn.cells import Cell
from treenn.encoders import Encoder, SequenceEncoder, TreeEncoder, pack
from treenn.experiment.run_record import RunResults
from treenn.models.building import build
from treenn.models.heads import Head
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.sequences import Elman, SequenceNetwork
from treenn.sequences.packed import over_time
from treenn.training import train
from treenn.training.run_results import TrainingResults
from treenn.trees import Tree
from treenn.trees.json_records import from_json, to_json

WORDS = [f"w{number}" for number in range(40)]
SHRINK = 0.5


def chain(words: list[str], label: int = 3) -> Tree:
    """The left-branching tree, equivalent to a recurrent network."""
    n = len(words)
    merges = ((0 if k == 0 else n + k - 1, k + 1) for k in range(n - 1))
    return Tree(tuple(words), tuple(merges), (*(None,) * (2 * n - 2), label))


class Fading(SequenceNetwork):
    """h_t = w h_{t-1} + x_t: the gradient at a word k steps back is w^k times that at the last word."""

    def run(self, x: PackedSequence) -> PackedSequence:
        return over_time(lambda step, h: (SHRINK * h + step,), x, (torch.zeros(len(x.data), self.output_size),))


class FadingCell(Cell):
    """h = w (h_l + h_r): the gradient at a word k edges below the root is w^k times that at the root."""

    def leaf(self, x: Tensor) -> Tensor:
        return x

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return SHRINK * (left + right)


class ElmanCell(Cell):
    """An Elman step: the left child is the previous state, the right child a word, whose state is its vector."""

    def __init__(self, elman: Elman) -> None:
        super().__init__(elman.input_size, elman.output_size)
        self.rnn = elman.rnn

    def leaf(self, x: Tensor) -> Tensor:
        return x

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        W, U, b, c = self.rnn.parameters()
        return torch.tanh(right @ W.T + left @ U.T + b + c)


def classifier(encoder: Encoder, words: list[str] | None = None) -> Network:
    torch.manual_seed(3)
    vocabulary = Vocabulary(words or WORDS)
    return Network(
        vocabulary,
        torch.randn(len(vocabulary), encoder.input_size),
        encoder,
        Head(4, 5),
        make_task("nodes", list("01234")),
    )


def means(bins: Sequence[GradientRange]) -> dict[int, float]:
    return {each.start: each.mean for each in bins}


def test_gradient_of_linear_sequence_network_is_a_power() -> None:
    found = gradient_flow(classifier(SequenceEncoder(Fading(4, 4, causal=True))), [chain(WORDS)])
    norms = means(found.steps)
    assert (found.path, found.sentences, found.words) == ("steps", 1, 40)
    for steps in range(16):
        assert norms[steps] == pytest.approx(norms[0] * SHRINK**steps, rel=1e-4)
    assert norms[16] == pytest.approx(norms[0] * SHRINK**16.5, rel=1e-4), (
        "16 and 17 are one range, their mean geometric"
    )


def test_gradient_of_linear_tree_network_is_a_power() -> None:
    model = classifier(TreeEncoder(FadingCell(4, 4)))
    balanced = Tree(tuple(WORDS[:4]), ((0, 1), (2, 3), (4, 5)), (None,) * 6 + (1,))
    assert list(means(gradient_flow(model, [balanced]).edges)) == [2], "in a balanced tree all words are equally far"
    found = gradient_flow(model, [chain(WORDS[:10])])
    norms = means(found.edges)
    assert found.path == "edges"
    for edges in range(1, 10):
        assert norms[edges] == pytest.approx(norms[1] * SHRINK ** (edges - 1), rel=1e-4)


def test_elman_cell_on_left_chain_matches_recurrent_network() -> None:
    """One edge is one step; the tree's first word is the zero vector, the network's initial state."""
    torch.manual_seed(0)
    elman = Elman(4, 4)
    recurrent, recursive = classifier(SequenceEncoder(elman)), classifier(TreeEncoder(ElmanCell(elman)), ["0", *WORDS])
    with torch.no_grad():
        recursive.embedding.weight[0] = recursive.embedding.weight[1] = 0
        recursive.embedding.weight[2:] = recurrent.embedding.weight[1:]
    recursive.head = recurrent.head
    by_step = means(gradient_flow(recurrent, [chain(WORDS[:9])]).steps)
    by_edge = means(gradient_flow(recursive, [chain(["0", *WORDS[:9]])]).edges)
    for steps in range(8):
        assert by_edge[steps + 1] == pytest.approx(by_step[steps], rel=1e-4)


@pytest.mark.parametrize("model", ["elman", "bilstm", "tree-lstm", "recursive-tanh", "lstm-max"])
def test_batches_give_what_each_sentence_alone_gives(model: str) -> None:
    """Repeated words, within a sentence or across sentences, have one gradient per occurrence."""
    trees = [*toy_treebank(train=12).train, chain(["good", "good", "film"])]
    network = build(Settings(model=model, size=4, word_size=3), 5, Vocabulary.of(trees))
    network.train()
    together, alone = gradient_flow(network, trees, batch_size=5), [gradient_flow(network, [tree]) for tree in trees]
    assert network.training, "the model stays as it was"
    norms = [norm for tree in trees for norm in one_by_one(network, tree)]
    assert together.words == len(norms) == sum(each.words for each in alone)
    places = [step for tree in trees for step in steps_to_end(len(tree.words), both_ends=model == "bilstm")]
    for each in together.steps:
        here = [norm for norm, place in zip(norms, places, strict=True) if each.start <= place <= each.end]
        seen = np.array([norm for norm in here if norm > 0])
        assert (each.words, each.zero) == (len(here), len(here) - len(seen))
        assert each.mean == pytest.approx(np.exp(np.log(seen).mean()), rel=1e-3)
        assert each.median == pytest.approx(np.median(seen), rel=1e-3)
        assert each.low <= each.median <= each.high


def one_by_one(model: Network, tree: Tree) -> list[float]:
    """Gradient norms of one sentence from a separate backward pass, given its word vectors."""
    forest = pack([tree])
    x = model.embedding.weight[model.vocabulary.encode(tree.words)].detach().requires_grad_()
    state = model.encoder(forest, x)[forest.roots]
    loss = -torch.log_softmax(model.head.linear(state), dim=1)[0, tree.label]
    loss.backward()
    return x.grad.norm(dim=1).tolist()


def test_what_has_no_gradient_is_counted() -> None:
    model = build(Settings(model="elman", size=4, word_size=3, tbptt_steps=4), 5, Vocabulary(WORDS))
    found = gradient_flow(model, [chain(WORDS[:10])]).steps
    cut = [each for each in found if each.zero]
    assert [each.start for each in cut] == [2, 3, 4, 5, 6, 7, 8, 9], "runs of four steps: the last has two words"
    assert all(each.mean is each.high is None for each in cut)


def test_sentences_without_a_label_are_left_out() -> None:
    model = build(Settings(size=4, word_size=3), 5, Vocabulary(WORDS))
    assert gradient_flow(model, [chain(WORDS[:3]), Tree(("w1", "w2"), ((0, 1),))]).words == 3


def test_ranges_hold_every_distance_once() -> None:
    words = WORDS * 10
    found = gradient_flow(classifier(SequenceEncoder(Fading(4, 4, causal=True))), [chain(words)]).steps
    assert [each.start for each in found[:18]] == [*range(16), 16, 18]
    for before, after in pairwise(found):
        assert after.start == before.end + 1
    assert sum(each.words for each in found) == len(words)
    assert found[-1].end >= 399


@dataclass(frozen=True)
class Trained:
    results: TrainingResults
    flow: TrainingGradientFlow
    settings: Settings
    treebank: Treebank


@pytest.fixture(scope="module")
def run() -> Trained:
    treebank = toy_treebank(train=60)
    settings = Settings(model="elman", size=6, word_size=5, epochs=2, clip_norm=0.5, seed=4)
    trained = train(treebank, settings)
    flow = gradient_flow_of_training(trained.model, trained.settings, treebank.test)
    return Trained(trained.results, flow, settings, treebank)


def test_flow_before_training_is_of_the_initial_network(run: Trained) -> None:
    vocabulary = Vocabulary.of(run.treebank.train)
    start = gradient_flow(build(run.settings, 5, vocabulary), run.treebank.test)
    assert run.flow.start == start
    assert run.flow.end != start
    assert from_json(TrainingGradientFlow, json.loads(json.dumps(to_json(run.flow))), "made up") == run.flow


def test_clipping_is_read_off_the_history(run: Trained) -> None:
    written = to_json(run.results)
    norms = from_json(RunResults, written, "made up").gradient_norms
    assert norms.clip_norm == 0.5
    assert len(norms.mean) == len(norms.max) == 2
    assert max(norms.max) > 0.5
    settings = {**run.results.settings, "clip_norm": None}
    assert from_json(RunResults, {**written, "settings": settings}, "made up").gradient_norms.clip_norm is None
