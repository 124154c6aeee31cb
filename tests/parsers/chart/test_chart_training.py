from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from treebanks.parsing import ParsingTreebank
from treenn.models.vectors import WordVectors
from treenn.parsers.chart import ChartParser, ChartSettings, train
from treenn.parsers.chart.chart_parser import MAX_WORDS
from treenn.trees import InputError, Tree, parse_nary, unbinarize

QUESTIONS = tuple(
    parse_nary(
        "".join(
            f"(SBARQ (WHNP (WP {who})) (SQ (VBZ {verb}) (NP (DT the) (JJ {what}) (NN {name}))) (. ?))"
            f"(S (NP (DT The) (NN {name})) (VP (VBZ {verb}) (NP (NN {what}))) (. .))"
            for who, verb, what, name in [
                ("Who", "is", "old", "king"),
                ("What", "makes", "new", "cat"),
                ("Who", "sees", "red", "film"),
            ]
        )
    )
)


def test_training_finds_the_trees_of_a_simple_language(trained, reviews):
    parser, results = trained
    assert results["dev"]["f1"] > 0.85  # right-branching reaches 0.53
    history = results["history"]
    assert [entry["epoch"] for entry in history] == [1, 2, 3, 4, 5, 6]
    assert history[-1]["loss"] < history[0]["loss"]
    assert history[results["best_epoch"] - 1]["dev"]["f1"] == max(entry["dev"]["f1"] for entry in history)
    assert (results["treebank"], results["auxiliary_treebanks"], parser.labels) == ("reviews", [], False)


def test_training_is_reproducible_and_preserves_rng(reviews, tiny):
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:30], "dev": reviews.splits["dev"][:5]})
    helper = ParsingTreebank("questions", {"train": QUESTIONS})
    runs = []
    for outside in (1, 2):
        torch.manual_seed(outside)
        np.random.seed(outside)  # noqa: NPY002
        state = torch.get_rng_state()
        runs.append(train(few, replace(tiny, epochs=2), auxiliary_treebanks=[helper])[0].network.state_dict())
        assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(tensor, runs[1][name]) for name, tensor in runs[0].items())
    other = train(few, replace(tiny, epochs=2, seed=1), auxiliary_treebanks=[helper])[0].network.state_dict()
    assert not torch.equal(other["node.weight"], runs[0]["node.weight"])


def test_labelled_treebank_gives_labelled_parser(tiny):
    treebank = ParsingTreebank("toy", {"train": QUESTIONS * 8, "dev": QUESTIONS})
    parser, results = train(treebank, replace(tiny, epochs=25, dropout=0.0))
    assert results["dev"]["labelled_f1"] == 1
    trees = parser.parse_batch([tree.words for tree in QUESTIONS])
    assert [str(unbinarize(tree)) for tree in trees] == [str(tree) for tree in QUESTIONS]


def test_auxiliary_labels_are_learned_but_not_predicted(reviews, tiny):
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:30], "dev": reviews.splits["dev"][:5]})
    helper = ParsingTreebank("questions", {"train": QUESTIONS})
    parser, results = train(few, replace(tiny, epochs=2), auxiliary_treebanks=[helper])
    assert results["auxiliary_treebanks"] == ["questions"]
    assert "VBZ" in parser.network.inventory.tags
    assert set(parser.parse(["Who", "is", "king", "?"]).labels) == {None}


def test_auxiliary_words_with_vectors_are_kept(reviews, tiny):
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:30], "dev": reviews.splits["dev"][:5]})
    vectors = WordVectors({word: np.ones(5, dtype=np.float32) for word in ("king", "soup")})
    helper = ParsingTreebank("questions", {"train": QUESTIONS})
    parser, _ = train(few, replace(tiny, epochs=1), auxiliary_treebanks=[helper], vectors=[vectors])
    own = {word.lower() for tree in few.splits["train"] for word in tree.words}
    assert set(parser.vocabulary.words[1:]) - own == {"king"}
    assert parser.network.words.num_embeddings == len(parser.vocabulary)


def test_pretrained_vectors_are_fine_tuned(reviews, tiny):
    words = {word.lower() for tree in reviews.splits["train"] for word in tree.words}
    vectors = WordVectors({word: np.full(5, 0.5, dtype=np.float32) for word in words})
    parser, _ = train(reviews, replace(tiny, epochs=1, learning_rate=1e-4), vectors=[vectors])
    weights = parser.network.words.weight[1:]
    torch.testing.assert_close(weights, torch.full_like(weights, 0.5), atol=0.02, rtol=0)
    assert not torch.equal(weights, torch.full_like(weights, 0.5))


def test_the_parser_is_written_and_progress_told(reviews, tiny, tmp_path):
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:20], "dev": reviews.splits["dev"][:5]})
    helper = ParsingTreebank("more", {"train": reviews.splits["train"][20:60]})
    told: list[tuple[int, int]] = []
    parser, _ = train(
        few,
        replace(tiny, epochs=2),
        auxiliary_treebanks=[helper],
        out=tmp_path / "out",
        progress=lambda done, total, text: told.append((done, total)),
    )
    written = ChartParser.load(tmp_path / "out").network.state_dict()
    assert all(torch.equal(tensor, written[name]) for name, tensor in parser.network.state_dict().items())
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    # Two phrases a tree, and 1.6 trees of the helper for each of the 20; in the second epoch half of that.
    assert {total for _, total in told} == {told[-1][0]} == {2 * 20 + (40 + 32) + (20 + 16)}


def test_a_split_without_trees_is_refused(reviews, tiny):
    with pytest.raises(InputError, match="split 'dev' of treebank none has no tree"):
        train(ParsingTreebank("none", {"train": reviews.splits["train"][:1]}), tiny)


def test_training_without_short_trees_is_refused(reviews, tiny):
    with pytest.raises(InputError, match="split 'train' of treebank reviews has no tree of at most 2 words"):
        train(reviews, replace(tiny, longest=2))


def test_a_dev_tree_over_the_limit_is_refused(reviews, tiny):
    n = MAX_WORDS + 1
    long = Tree(("a",) * n, tuple((node if node == 0 else n + node - 1, node + 1) for node in range(n - 1)))
    with pytest.raises(InputError, match=rf"{n} words; the chart parser takes at most {MAX_WORDS}"):
        train(ParsingTreebank("long", {"train": reviews.splits["train"], "dev": (long,)}), tiny)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("size", 0),
        ("epochs", 0),
        ("dropout", 1.0),
        ("learning_rate", float("nan")),
        ("warmup", -1),
        ("distill_weight", 1.5),
    ],
)
def test_settings_out_of_range_are_refused(option, value):
    with pytest.raises(InputError, match=rf"^{option} {value}: must be"):
        ChartSettings(**{option: value})
