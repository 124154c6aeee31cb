"""The setting `unknown_vector`: random words favour neither end of the scale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from toy import toy_treebank

from treebanks import Treebank
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.training.neutral_unknown import make_neutral, random_words
from treenn.trees import InputError

TOY = toy_treebank(train=60, dev=10, test=10)
SMALL = Settings(size=8, word_size=6, epochs=2, batch_size=10, spelling=256, word_dropout=1.0)


def share_above(network: Network, seed: int | None) -> float:
    """The share of training sentences, or of random ones, whose upper two classes are more probable than the lower."""
    trees = TOY.train if seed is None else random_words(TOY.train, seed)
    with torch.no_grad():
        p = network.eval()(list(trees), roots_only=True).softmax(dim=1)
    return float((p[:, 3] + p[:, 4] > p[:, 0] + p[:, 1]).double().mean())


def biased() -> Network:
    """A network that finds unknown words bad, and n-grams of random letters different."""
    network = build(SMALL, 5, Vocabulary.of(TOY.train))
    assert network.spelling is not None
    network.spelling.table.weight.data.normal_(generator=torch.Generator().manual_seed(0))
    network.head.linear.bias.data.copy_(torch.tensor([0.05, 0, 0, 0, 0]))
    return network


def test_random_words_get_the_share_of_sentences() -> None:
    network, before = biased(), biased()
    make_neutral(network, TOY.train, seed=1)
    wanted = share_above(before, None)
    assert abs(share_above(before, 1) - wanted) > 0.2
    assert share_above(network, 1) == pytest.approx(wanted, abs=0.05)
    for name, weight in network.state_dict().items():
        rows = slice(1, None) if name == "embedding.weight" else slice(None)
        assert torch.equal(weight[rows], before.state_dict()[name][rows])
    assert not torch.equal(network.embedding.weight[0], before.embedding.weight[0])


def test_random_words_are_lower_case_letters() -> None:
    trees = random_words(TOY.train, 3)
    assert [tree.words for tree in trees] == [tree.words for tree in random_words(TOY.train, 3)]
    words = {word for tree in trees for word in tree.words}
    assert all(word.isascii() and word.islower() and word.isalpha() for word in words)
    assert {len(word) for word in words} == set(range(3, 11))
    assert [tree.merges for tree in trees] == [tree.merges for tree in TOY.train]


def test_neutral_model_is_written(tmp_path: Path) -> None:
    settings = replace(SMALL, unknown_vector="neutral")
    run, trained = train(TOY, settings, out=tmp_path), train(TOY, SMALL)
    assert torch.equal(load_model(tmp_path).embedding.weight, run.model.embedding.weight)
    assert torch.equal(run.model.embedding.weight[1:], trained.model.embedding.weight[1:])
    assert not torch.equal(run.model.embedding.weight[0], trained.model.embedding.weight[0])
    again = train(TOY, settings, out=tmp_path, resume=True)
    assert torch.equal(again.model.embedding.weight, run.model.embedding.weight)


def test_classes_without_sides_are_refused() -> None:
    nominal = Treebank("toy", TOY.classes or (), TOY.splits, scale="nominal")
    with pytest.raises(InputError, match="unknown_vector neutral: needs constituency trees with ordinal classes"):
        train(nominal, replace(SMALL, unknown_vector="neutral"))
