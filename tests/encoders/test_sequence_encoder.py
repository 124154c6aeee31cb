"""Requirements of every sequence encoder, independent of its network and pooling."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import split_words
from strategies import left_chain, trees_in_any_order
from torch import Tensor
from torch.nn.utils.rnn import pack_sequence

from treenn.encoders import SequenceEncoder, pack
from treenn.models.names import ENCODERS
from treenn.sequences import LSTM, AttentionPooling, Bidirectional, Elman, LastPooling, MeanPooling, Stacked
from treenn.trees import InputError, Tree, parse_trees


def _is_sequential(name: str) -> bool:
    return isinstance(ENCODERS[name](3, 4), SequenceEncoder)


every_encoder = pytest.mark.parametrize("name", list(ENCODERS))
every_sequence_encoder = pytest.mark.parametrize("name", list(filter(_is_sequential, ENCODERS)))
TREES = parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 a) (0 b))))  (0 f)  (0 (0 g) (0 h))", classes=1)
REPEATED = "(0 (0 (0 (0 a) (0 b)) (0 b)) (0 a))"


def encoder_of(name: str, size: int = 4) -> SequenceEncoder:
    torch.manual_seed(0)
    encoder = ENCODERS[name](3, size).double().eval()
    if name == "elman-relu":  # whose word vectors start near 0, with a plain sum and ReLU units
        W, U, b, _ = encoder.network.rnn.parameters()
        torch.nn.init.uniform_(W, -0.3, 0.3)
        torch.nn.init.uniform_(U, 0, 0.3)
        torch.nn.init.ones_(b)
    return encoder


def phrase_by_phrase(encoder: SequenceEncoder, tree: Tree, x: Tensor) -> Tensor:
    """Run the network, or either direction of it, separately over the words of each node, and pool."""
    return torch.cat([_one_phrase(encoder, x[start:end]) for start, end in tree.spans])


def _one_phrase(encoder: SequenceEncoder, words: Tensor) -> Tensor:
    network = encoder.network
    if isinstance(network, Bidirectional) and isinstance(encoder.readout, LastPooling):
        ahead, behind = network.ahead(pack_sequence([words])), network.behind(pack_sequence([words.flip(0)]))
        return torch.cat([ahead.data[-1:], behind.data[-1:]], dim=1)
    return encoder.readout(network(pack_sequence([words])).data, torch.tensor([len(words)]))


@every_sequence_encoder
@pytest.mark.parametrize("share", [False, True])
@settings(max_examples=6)
@given(trees=st.lists(trees_in_any_order(max_words=9), min_size=1, max_size=4))
def test_phrase_states_equal_separate_runs(name: str, share: bool, trees: list[Tree]) -> None:
    encoder, forest = encoder_of(name), pack(trees, dedup=share)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)
    tokens = x if forest.inverse is None else x[forest.inverse[: forest.n_tokens]]
    states = torch.cat(forest.unpack(encoder(forest, x)))
    plain = torch.cat(
        [phrase_by_phrase(encoder, *pair) for pair in zip(trees, split_words(trees, tokens), strict=True)]
    )
    torch.testing.assert_close(states, plain, rtol=1e-10, atol=1e-12)
    upstream, inputs = torch.randn_like(plain), [x, *encoder.parameters()]
    for ours, theirs in zip(_gradients(states, inputs, upstream), _gradients(plain, inputs, upstream), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-8, atol=1e-10)


def _gradients(states: Tensor, inputs: list[Tensor], upstream: Tensor) -> tuple[Tensor, ...]:
    return torch.autograd.grad(states, inputs, upstream, allow_unused=True, materialize_grads=True)


@every_encoder
def test_states_are_independent_of_longer_sentences_in_batch(name: str) -> None:
    encoder = encoder_of(name)
    short = parse_trees("(0 (0 (0 a) (0 b)) (0 c))", classes=1)[0]
    batch = pack([left_chain(9), short, left_chain(20)])
    x = torch.randn(9 + 3 + 20, 3, dtype=torch.float64)
    alone = encoder(pack([short]), x[9:12])
    torch.testing.assert_close(batch.unpack(encoder(batch, x))[1], alone, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(encoder(batch, x, roots_only=True)[1], alone[-1], rtol=1e-12, atol=1e-12)


@every_sequence_encoder
def test_gradcheck(name: str) -> None:
    encoder, forest = encoder_of(name), pack(TREES, dedup=True)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64, requires_grad=True)

    def encode(x: Tensor, *parameters: Tensor) -> Tensor:
        return encoder(forest, x)

    assert torch.autograd.gradcheck(encode, (x, *encoder.parameters()), fast_mode=True)


@every_sequence_encoder
@pytest.mark.parametrize("share", [False, True])
def test_roots_only_equals_the_root_rows(name: str, share: bool) -> None:
    encoder, forest = encoder_of(name), pack(TREES, dedup=share)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64)
    torch.testing.assert_close(encoder(forest, x, roots_only=True), encoder(forest, x)[forest.roots])


@every_sequence_encoder
def test_any_size_works_and_parameters_grow_with_it(name: str) -> None:
    forest, counts = pack(TREES), []
    for size in (1, 2, 3, 4, 5, 6, 7):
        encoder = encoder_of(name, size)
        assert encoder(forest, torch.ones(8, 3, dtype=torch.float64)).shape == (len(forest.labels), size)
        counts.append(sum(parameter.numel() for parameter in encoder.parameters()))
    assert counts == sorted(set(counts))


@every_sequence_encoder
def test_each_word_counts_and_the_order_too(name: str) -> None:
    encoder, forest = encoder_of(name), pack(TREES[:1])
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    root = encoder(forest, x, roots_only=True)
    touched = torch.autograd.grad(root.sin().sum(), x)[0].abs().sum(dim=1)
    assert (touched > 0).tolist() == [name != "neural-ngram", True, True, True, True]  # which reads 4 words
    assert not torch.allclose(encoder(forest, x.flip(0), roots_only=True), root, rtol=1e-3)


def _steps(encoder: SequenceEncoder, share: bool, roots_only: bool = False) -> list[int]:
    """The number of steps of each run of a network, in the order of `modules`."""
    seen: dict[str, int] = {}
    for name, module in encoder.named_modules():
        if isinstance(module, LSTM | Elman):
            module.run = partial(_count, seen, name, module.run)  # type: ignore[method-assign]
            module.run_rows = partial(_count, seen, name, module.run_rows)  # type: ignore[method-assign]
    forest = pack(parse_trees(REPEATED, classes=5), dedup=share)
    encoder(forest, torch.randn(len(forest.words), 3, dtype=torch.float64), roots_only=roots_only)
    return list(seen.values())


def _count(seen: dict[str, int], name: str, run: Callable[..., Any], *arguments: Any) -> Any:
    [inputs, *rest] = arguments
    seen[name] = len(rest[0] if rest else inputs.data)
    return run(*arguments)


def test_one_run_a_word_not_one_a_phrase() -> None:
    # `a` starts phrases of 1, 2, 3 and 4 words: one run of 4 steps; the other words are runs of one step each.
    assert _steps(encoder_of("lstm"), share=False) == [7]
    assert _steps(encoder_of("lstm"), share=False, roots_only=True) == [4]
    # On the way back, words 1 to 4 end phrases of 1, 2, 3 and 4 words.
    assert _steps(encoder_of("bilstm"), share=False) == [7, 1 + 2 + 3 + 4]
    assert _steps(encoder_of("lstm-mean"), share=False) == [7]


@pytest.mark.parametrize("name", ["lstm", "bilstm", "lstm-peephole", "jordan", "deep-transition"])
def test_input_projection_is_computed_once_per_word(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, linear = list[int](), torch.nn.functional.linear
    monkeypatch.setattr(
        torch.nn.functional,
        "linear",
        lambda x, W, b=None: (W.shape[1] == 3 and rows.append(len(x)), linear(x, W, b))[1],
    )
    encoder = encoder_of(name, size=8)
    encoder(pack(parse_trees(REPEATED, classes=5), dedup=False), torch.randn(4, 3, dtype=torch.float64))
    assert rows == ([4, 4] if name == "bilstm" else [4])


def test_dedup_computes_each_distinct_phrase_once_if_noncausal() -> None:
    stacked = SequenceEncoder(Stacked(Bidirectional(LSTM(3, 2), LSTM(3, 2)), Elman(4, 4))).double()
    assert _steps(stacked, share=False) == [1 + 1 + 1 + 1 + 2 + 3 + 4] * 3
    assert _steps(stacked, share=True) == [1 + 1 + 2 + 3 + 4] * 3


@pytest.mark.parametrize("name", ["lstm", "bilstm", "lstm-max", "cnn"])
def test_too_many_phrase_steps_are_refused(name: str) -> None:
    n = 4000
    right = Tree(("a",) * n, ((n - 2, n - 1), *((n - 3 - k, n + k) for k in range(n - 2))))
    with pytest.raises(
        InputError, match=r"take 8,00\d,\d\d\d steps, at most 5,000,000 are permitted; use a smaller batch_size"
    ):
        encoder_of(name)(pack([right]), torch.randn(n, 3, dtype=torch.float64))


@every_sequence_encoder
def test_states_of_300_words_are_finite(name: str) -> None:
    n = 300
    encoder, forest = encoder_of(name, size=2), pack([left_chain(n)])
    x = torch.randn(n, 3, dtype=torch.float64, requires_grad=True)
    state = encoder(forest, x, roots_only=True)
    state.sum().backward()
    assert torch.isfinite(state).all()
    assert torch.isfinite(x.grad).all()


def test_subtrees_are_not_shared_under_dropout() -> None:
    class Dropped(Elman):
        @property
        def is_stochastic(self) -> bool:
            return self.training

    network = Stacked(Bidirectional(Dropped(3, 2), Elman(3, 2)), LSTM(4, 4))
    assert not SequenceEncoder(network).supports_dedup
    assert SequenceEncoder(network).eval().supports_dedup
    assert all(ENCODERS[name](3, 4).supports_dedup for name in ENCODERS if _is_sequential(name))


@pytest.mark.parametrize("name", ["lstm-attention", "bilstm-attention"])
@pytest.mark.parametrize("share", [False, True])
def test_attention_weights_recompute_the_root_states(name: str, share: bool) -> None:
    encoder, forest = encoder_of(name), pack(TREES, dedup=share)
    x = torch.randn(len(forest.words), 3, dtype=torch.float64)
    weights = [part.detach() for part in encoder.attention(forest, x)]
    assert [len(part) for part in weights] == [5, 1, 2]
    tokens = x if forest.inverse is None else x[forest.inverse[: forest.n_tokens]]
    roots = encoder(forest, x, roots_only=True)
    for part, words, root in zip(weights, split_words(TREES, tokens), roots, strict=True):
        assert float(part.sum()) == pytest.approx(1)
        states = encoder.network(pack_sequence([words])).data
        torch.testing.assert_close(part @ states, root)
        u = np.tanh(states.detach().numpy() @ encoder.readout.W.weight.detach().numpy().T + _bias(encoder))
        scores = np.exp(u @ encoder.readout.u.weight.detach().numpy()[0])
        np.testing.assert_allclose(part.numpy(), scores / scores.sum())


def _bias(encoder: SequenceEncoder) -> np.ndarray:
    assert isinstance(encoder.readout, AttentionPooling)
    return encoder.readout.W.bias.detach().numpy()


def test_a_readout_without_weights_has_none_to_give() -> None:
    encoder = SequenceEncoder(LSTM(3, 4), MeanPooling())
    with pytest.raises(InputError, match="no attention weights: its readout is MeanPooling"):
        encoder.attention(pack(TREES), torch.randn(8, 3))
