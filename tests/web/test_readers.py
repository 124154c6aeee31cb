"""States of phrases and prefixes equal the network's predictions for them."""

from __future__ import annotations

import pytest
from strategies import left_chain
from web.conftest import make_model

from treenn.sentiment.model import SentimentModel
from treenn.trees import Tree, parse_tree
from treenn.web.readers import LeftToRightReader, TreeReader, left_branching, make_readers, prefix_trees

TREE = parse_tree("(X (X this) (X (X (X is) (X not)) (X (X good) (X film))))")


def root_of(model: SentimentModel, tree: Tree) -> tuple[float, ...]:
    return model.predict_tree(tree).probabilities


def test_prefixes_lose_later_words_only() -> None:
    assert [str(tree) for tree in prefix_trees(TREE)] == [
        "(X this)",
        "(X (X this) (X is))",
        "(X (X this) (X (X is) (X not)))",
        "(X (X this) (X (X (X is) (X not)) (X good)))",
        str(TREE),
    ]


@pytest.mark.parametrize("kind", ["tree-lstm", "lstm"])
def test_prefix_states_are_those_of_prefix_trees(kind: str) -> None:
    model = make_model(kind)
    found = TreeReader("a", model).prefixes(TREE)
    for state, tree in zip(found, prefix_trees(TREE), strict=True):
        assert state.probabilities == pytest.approx(root_of(model, tree), abs=2e-6)
        assert state.label == model.predict_tree(tree).label


def test_sequence_states_ignore_the_tree() -> None:
    reader = TreeReader("a", make_model("lstm"))
    by_tree, by_chain = reader.prefixes(TREE), reader.prefixes(left_branching(TREE.words))
    assert [state.probabilities for state in by_tree] == [pytest.approx(state.probabilities) for state in by_chain]


def test_left_to_right_states_are_those_of_chains() -> None:
    model = make_model()
    reader = LeftToRightReader("a", model)
    for state, (start, end) in zip(reader.states(TREE), TREE.spans, strict=True):
        chain = left_branching(TREE.words[start:end])
        assert state.probabilities == pytest.approx(root_of(model, chain), abs=2e-6)
    assert reader.prefixes(TREE)[-1] == reader.states(TREE)[-1]


def test_left_branching_equals_the_strategy() -> None:
    for n in (1, 2, 5):
        assert left_branching(left_chain(n).words) == left_chain(n).unlabelled


def test_one_tree_model_reads_left_to_right() -> None:
    tree, sequence = make_model(), make_model("lstm")
    assert [reader.name for reader in make_readers([("a", tree)])] == ["a", "a, left to right"]
    assert len(make_readers([("a", sequence)])) == 1
    assert len(make_readers([("a", tree), ("b", sequence)])) == 2


def test_models_with_context_are_not_local() -> None:
    assert TreeReader("a", make_model()).is_local
    assert not TreeReader("a", make_model("bidirectional-tree-lstm")).is_local


def test_unknown_words_have_positions() -> None:
    assert TreeReader("a", make_model()).unknown(("not", "bloviate", "Good", "bloviate")) == [1, 3]
