import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from treebanks.parsing import ParsingTreebank
from treenn.models.vectors import WordVectors
from treenn.parsers.evalb import evaluate
from treenn.parsers.recursive import PAPER, RecursiveNetworkParser, RecursiveSettings, train
from treenn.trees import InputError, NaryTree, Tree

SMALL = RecursiveSettings(size=12, hidden=12, word_size=8, context_size=8, context_layers=1, epochs=6, batch_size=8)


def toy(size: int = 80, seed: int = 0) -> ParsingTreebank:
    draw = random.Random(seed)
    splits = {"train": size, "dev": size // 4, "test": size // 4}
    return ParsingTreebank("toy", {name: tuple(_tree(draw) for _ in range(n)) for name, n in splits.items()})


def _tree(draw: random.Random) -> Tree:
    """((noun phrase) (verb (noun phrase))) full stop, where a noun phrase is (the (adjective (adjective noun)))."""
    words: list[str] = []
    merges: list[tuple[str | int, str | int]] = []

    def word(*choice: str) -> int:
        words.append(draw.choice(choice))
        return -len(words)

    def joined(left: int, right: int) -> int:
        merges.append((left, right))
        return len(merges) - 1

    def phrase() -> int:
        parts = [word("the", "a"), *(word("big", "old", "red") for _ in range(draw.randrange(3))), word("cat", "dog")]
        right = parts.pop()
        while parts:
            right = joined(parts.pop(), right)
        return right

    subject = phrase()
    joined(joined(subject, joined(word("sees", "likes"), phrase())), word("."))
    n = len(words)
    return Tree(tuple(words), tuple(tuple(~part if part < 0 else n + part for part in pair) for pair in merges))


@pytest.mark.parametrize(
    "settings",
    [
        replace(SMALL, learning_rate=1e-2, epochs=8),
        replace(SMALL, learning_rate=5e-3, context="none", cell="tree-lstm", objective="margin", kappa=1.0),
        replace(
            PAPER, size=16, word_size=8, batch_size=8, epochs=8, learning_rate=1e-2, kappa=0.2, train_width=4, width=4
        ),
    ],
    ids=["steps", "margin", "paper, beam"],
)
def test_it_learns_a_small_grammar(settings: RecursiveSettings) -> None:
    bank = toy()
    parser, results = train(bank, settings)
    found = parser.parse_batch([tree.words for tree in bank.splits["test"]])
    assert evaluate(bank.splits["test"], found).with_punctuation.f1 > 0.97
    assert results["history"][-1]["loss"] < results["history"][0]["loss"]


def test_a_seed_fixes_every_bit(tmp_path: Path) -> None:
    bank, settings = toy(30), replace(SMALL, epochs=2)
    weights = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        state = torch.random.get_rng_state()
        train(bank, replace(settings, seed=seed), out=tmp_path / name)
        assert torch.equal(state, torch.random.get_rng_state())
        weights.append((tmp_path / name / "model.safetensors").read_bytes())
    assert weights[0] == weights[1] != weights[2]


def test_best_epoch_on_dev_is_saved(tmp_path: Path) -> None:
    bank, calls = toy(30), list[tuple[int, int, str]]()
    parser, results = train(
        bank, replace(SMALL, learning_rate=0.05), out=tmp_path, progress=lambda *call: calls.append(call)
    )
    scores = [entry["dev"]["f1"] for entry in results["history"]]
    assert results["best_epoch"] == 1 + scores.index(max(scores))
    dev = bank.splits["dev"]
    for each in (parser, RecursiveNetworkParser.load(tmp_path)):
        assert evaluate(dev, each.parse_batch([t.words for t in dev])).with_punctuation.f1 == max(scores)
    assert [call[0] for call in calls] == list(range(1, 6 * 4 + 1))
    assert {call[1] for call in calls} == {6 * 4}
    assert results["environment"]["torch"] == torch.__version__


def test_vectors_are_what_words_start_from() -> None:
    vectors = WordVectors({"cat": np.full(3, 5.0, dtype=np.float32), "unseen": np.ones(3, dtype=np.float32)})
    parser, results = train(toy(20), replace(SMALL, epochs=1, learning_rate=0.0), vectors=[vectors])
    network = parser.network
    assert network.embedding.weight[network.vocabulary.encode(["cat"])].tolist() == [[5.0] * 3]
    assert results["embedding_parameters"] == 3 * len(network.vocabulary)


def test_nary_trees_and_auxiliary_treebanks_train() -> None:
    flat = NaryTree(("a", "b", "c", "d"), ((1, 2, 3), (0, 4)), (None,) * 6)
    words = NaryTree(("a",), ((0,),), (None,) * 2)
    bank = ParsingTreebank("flat", {"train": (flat, words), "dev": (flat,), "test": (flat,)})
    parser, results = train(bank, replace(SMALL, epochs=25, learning_rate=0.03), auxiliary_treebanks=[toy(12)])
    assert parser.parse(flat.words).spans[-2] == (1, 4)
    assert results["auxiliary_treebanks"] == ["toy"]
    assert parser.network.vocabulary.encode(["sees", "the"]).min() > 0


def test_nothing_to_learn_from_is_said() -> None:
    word = Tree(("a",), ())
    with pytest.raises(InputError, match="must have trees of two words or more in train"):
        train(ParsingTreebank("none", {"train": (word,), "dev": (word,), "test": ()}), SMALL)
    with pytest.raises(InputError, match="the loss became nan in epoch 1; a lower learning_rate may help"):
        train(toy(40), replace(SMALL, learning_rate=1e18))
