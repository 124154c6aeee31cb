"""Explanations of all networks: text, layout of drawings, and dependencies between states."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from treenn.encoders import Encoder, SequenceEncoder
from treenn.explain.explanation import MOST_WORDS, explain, names, reads_trees
from treenn.explain.sequence_unrolling import UnrolledSequence
from treenn.explain.tree_unrolling import UnrolledTree
from treenn.models.names import ENCODERS
from treenn.sequences import Elman, MeanPooling, SequenceNetwork, Stacked, bidirectional
from treenn.trees import InputError, Tree, parse_tree

TREE = parse_tree("(3 (2 The) (3 (2 movie) (3 (2 was) (3 (2 not) (1 bad)))))")
N = len(TREE.words)


def sequence(name: str, tree: Tree = TREE) -> UnrolledSequence:
    drawing = explain(name, tree, input_size=8, size=12).drawing
    assert isinstance(drawing, UnrolledSequence)
    return drawing


def chain(number: int, below: int) -> tuple[frozenset, ...]:
    return tuple(frozenset({(below, t)} | ({(number, t - 1)} if t else set())) for t in range(N))


@pytest.mark.parametrize("name", names())
def test_every_network_is_explained_in_text(name: str) -> None:
    explanation = explain(name, TREE, input_size=8, size=12)
    text = explanation.text(100)
    assert text.startswith(f"{name}: {explanation.paper[:20]}")
    assert all(line in text for part in explanation.sections for line in _equation_lines(part))
    drawn = explanation.drawing.text(100)
    assert drawn in text and drawn.count("(8)") == N and all(word in drawn for word in TREE.words)
    assert reads_trees(name) == isinstance(explanation.drawing, UnrolledTree)


def _equation_lines(part) -> list[str]:
    return [line for block in part.blocks for line in block.equations.splitlines()]


@pytest.mark.parametrize("name", names())
def test_one_word_is_enough(name: str) -> None:
    assert "superb" in explain(name, Tree(("superb",), ()), input_size=8, size=12).text(100)


@pytest.mark.parametrize("name", ["elman", "elman-relu", "jordan", "lstm", "lstm-peephole", "gru", "deep-transition"])
def test_recurrent_networks_are_chains(name: str) -> None:
    drawing = sequence(name)
    assert [layer.reads for layer in drawing.layers[1:]] == [chain(1, 0)]
    assert drawing.result.reads == {(1, N - 1)}


def test_backward_network_reads_the_next_state() -> None:
    _, ahead, behind = sequence("bilstm").layers
    assert ahead.reads == chain(1, 0)
    assert behind.reads == tuple(frozenset({(0, t)} | ({(2, t + 1)} if t < N - 1 else set())) for t in range(N))
    assert sequence("bilstm").result.reads == {(1, N - 1), (2, 0)}


def test_stacked_and_feedforward_layers() -> None:
    assert [layer.reads for layer in sequence("stacked-lstm").layers[1:]] == [chain(1, 0), chain(2, 1)]
    feedforward = tuple(frozenset({(1, t)}) for t in range(N))
    assert [layer.reads for layer in sequence("deep-output").layers[1:]] == [chain(1, 0), feedforward]


def test_convolution_reads_windows_and_transformer_all_words() -> None:
    windows = [{s for _, s in reads} for reads in sequence("cnn-lstm").layers[1].reads]
    assert windows == [{0, 1}, {0, 1, 2}, {1, 2, 3}, {2, 3, 4}, {3, 4}]
    assert set(sequence("transformer").layers[1].reads) == {frozenset((0, s) for s in range(N))}


@pytest.mark.parametrize("name", ["lstm-mean", "lstm-max", "lstm-attention"])
def test_pooling_reads_every_state(name: str) -> None:
    assert sequence(name).result.reads == {(1, t) for t in range(N)}


def test_bidirectional_attention_reads_both_directions() -> None:
    assert sequence("bilstm-attention").result.reads == {(k, t) for k in (1, 2) for t in range(N)}


def test_user_defined_networks_are_unrolled(monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(input_size: int, size: int) -> Encoder:
        return SequenceEncoder(
            Stacked(bidirectional(Elman, input_size, size), bidirectional(Elman, size, size)), MeanPooling()
        )

    monkeypatch.setitem(ENCODERS, "mine", mine)
    layers = sequence("mine").layers
    assert [layer.below(number) for number, layer in enumerate(layers)] == [[], [0], [0], [1, 2], [1, 2]]
    both = {frozenset((k, t) for k in (3, 4) for t in range(N)) & layer.reads[2] for layer in layers[3:]}
    assert both == {frozenset({(3, 3)}), frozenset({(4, 1)})}  # the backward network runs first


class Doubled(SequenceNetwork):
    def __init__(self, inner: SequenceNetwork) -> None:
        super().__init__(inner.input_size, inner.output_size, causal=True)
        self.inner = inner

    def run(self, x: PackedSequence) -> PackedSequence:
        return self.inner(x._replace(data=2 * x.data))


class Constant(Encoder):
    def __init__(self, input_size: int, size: int) -> None:
        super().__init__(input_size, size)
        self.value = nn.Parameter(torch.ones(size))

    def forward(self, forest, x, *, roots_only: bool = False):
        return self.value.expand(len(forest.roots), -1)


@pytest.mark.parametrize("make", [lambda x, d: SequenceEncoder(Doubled(Elman(x, d))), Constant])
def test_untraceable_networks_are_rejected(make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENCODERS, "mine", make)
    with pytest.raises(InputError, match="cannot be drawn"):
        explain("mine", TREE, input_size=8, size=4)


@pytest.mark.parametrize(
    ("name", "word", "phrase", "legend"),
    [
        ("tree-lstm", "i o u → c h", "i f o u → c h", "gates and candidate → state; state (24) → output (12)"),
        ("tree-gru", "z c → h", "z r c → h", "gates and candidate → state; state (12)"),
        ("gated-recursive", "s", "g u → p", "gates and candidate → state; state (12)"),
        ("recursive-tanh", "s", "p", "state (12)"),
        ("average", "(9) → (12)", "(9) → (12)", "state → output"),
    ],
)
def test_tree_networks_show_names_and_shapes(name: str, word: str, phrase: str, legend: str) -> None:
    drawing = explain(name, TREE, input_size=8, size=12).drawing
    texts = (word,) * N + (phrase,) * (N - 1)
    assert drawing == UnrolledTree(Tree(TREE.words, TREE.merges), "(8)", texts, legend)


@pytest.mark.parametrize("name", [name for name in names() if reads_trees(name)])
def test_only_bidirectional_tree_networks_read_parents(name: str) -> None:
    assert explain(name, TREE, input_size=8, size=12).drawing.down == (name == "bidirectional-tree-lstm")


def test_drawing_is_right_of_equations_if_it_fits() -> None:
    explanation = explain("lstm", TREE, input_size=8, size=12)
    wide, narrow = explanation.text(200).splitlines(), explanation.text(80).splitlines()
    assert len(wide) < len(narrow)
    assert any("= σ(" in line and "(8)" in line for line in wide)
    assert not any("= σ(" in line and "(8)" in line for line in narrow)


def test_explanation_is_deterministic_and_keeps_global_random_state() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert explain("cnn", TREE, input_size=8, size=12) == explain("cnn", TREE, input_size=8, size=12)
    assert torch.equal(torch.get_rng_state(), before)


def test_unknown_names_and_long_sentences_are_rejected() -> None:
    with pytest.raises(InputError, match=r"^network tree-lstn: must be one of tree-lstm, .*by-hand/recursive"):
        explain("tree-lstn", TREE, input_size=8, size=12)
    words = ("w",) * (MOST_WORDS + 1)
    long = Tree(words, tuple((len(words) + k - 1 if k else 0, k + 1) for k in range(len(words) - 1)))
    with pytest.raises(InputError, match="101 words; the maximum is 100"):
        explain("lstm", long, input_size=8, size=12)
