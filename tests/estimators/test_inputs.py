"""Inputs of the estimators: tokenized texts, dependency trees, parsers, tokenizers and word vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from treebanks.catalogue import entry
from treenn.datasets import tree_cache
from treenn.estimators import TreeClassifier, TreeRegressor
from treenn.parsers.shapes import Right
from treenn.trees import DependencyTree, InputError

TEXTS = ["a good film", "a lovely good book", "a bad film", "an awful bad book"] * 3
Y = ["pos", "pos", "neg", "neg"] * 3


def small(kind: Any = TreeClassifier, **changed: Any) -> Any:
    wanted = {"size": 5, "word_size": 5, "epochs": 20, "learning_rate": 0.1, "dropout": 0, "batch_size": 8}
    return kind(**(wanted | {"min_steps": 0, "vectors": None, "parser": "right", "random_state": 0} | changed))


def test_token_lists_are_texts_of_these_words() -> None:
    expected = small().fit(TEXTS, Y).predict_proba(TEXTS)
    tokens: list[Any] = [text.split() for text in TEXTS]
    trees = [Right().parse(words) for words in tokens]
    arrays = np.empty(len(tokens), dtype=object)
    arrays[:] = tokens
    for X in (tokens, [tuple(words) for words in tokens], trees, [*TEXTS[:3], *tokens[3:8], *trees[8:]], arrays):
        np.testing.assert_array_equal(small().fit(X, Y).predict_proba(X), expected)
    parsed = small(parser=Right()).fit(tokens, Y)
    np.testing.assert_array_equal(parsed.predict_proba([*TEXTS[:6], *tokens[6:]]), expected)
    assert parsed.predict_proba([[], "", ["good"]])[:2].tolist() == [[0.5, 0.5]] * 2


def test_tokens_are_not_changed() -> None:
    fitted = small(epochs=1).fit([["Can't", "(buy", ")"], ["New_York/US", "."]] * 2, [0, 1] * 2)
    assert set(fitted.model_.vocabulary.words[1:]) == {"Can't", "(buy", ")", "New_York/US", "."}
    for word in ("New York", "\n", ""):
        with pytest.raises(InputError, match=r"X\[1\]\[0\] .*: must be a word without white space"):
            small().fit([["good"], [word, "."]], [0, 1])


@pytest.mark.parametrize("model", ["dependency-tree-lstm", "tree-lstm"])
def test_dependency_trees_are_learned(model: str) -> None:
    trees = [DependencyTree(("a", word, "film"), (2, 2, -1)) for word in ("good", "lovely", "bad", "awful")] * 3
    classifier = small(model=model).fit(trees, Y)
    assert classifier.predict(trees).tolist() == Y
    at_words = [tree.map_labels(lambda _: "pos") for tree in trees[:2]]
    assert small(model=model, epochs=1).fit([*trees, *at_words], [*Y, "pos", "pos"]).model_.task.name == "dependencies"
    scores = small(TreeRegressor, model=model).fit(trees, [1.0, 1.0, -1.0, -1.0] * 3)
    assert np.corrcoef(scores.predict(trees), [1, 1, -1, -1] * 3)[0, 1] > 0.9
    with pytest.raises(InputError, match="X: must be dependency trees, as in training"):
        classifier.predict(["good"])
    with pytest.raises(InputError, match="X: must be texts, tokenized texts or constituency trees, as in training"):
        small(epochs=1).fit(TEXTS, Y).predict(trees)
    with pytest.raises(InputError, match="X has dependency trees and other items: must have only one kind"):
        small().fit([*trees, "good"], [*Y, "pos"])


def test_tokenizer_and_language_are_parameters() -> None:
    lines = ["春眠不覺曉", "處處聞啼鳥"] * 3
    poems = small(tokenizer="characters", language="zh").fit(lines, [0, 1] * 3)
    assert poems.score(lines, [0, 1] * 3) == 1
    assert "眠" in poems.model_.vocabulary.words
    with pytest.raises(InputError, match=r"^X\[1\]: .*that the tokenizer treebank does not divide into words"):
        small().fit(["fine", *lines], [0, *[0, 1] * 3])


def test_trees_are_cached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path))
    small(epochs=1).fit(TEXTS, Y)
    assert not tree_cache.cache_home().exists()
    many = TEXTS * 9
    for _ in range(2):
        small(epochs=1).fit(many, Y * 9)
        small(epochs=1).fit([text.split() for text in many], Y * 9)
        assert len(list(tree_cache.cache_home().iterdir())) == 2


@pytest.fixture
def glove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files under the names of the default vectors; `superb` is in no training text."""
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    folder = tmp_path / entry("glove").folder
    folder.mkdir()
    for file in entry("glove").files:
        rows = ["film 0 1", "good 2 2", "bad -2 -2", "superb 2 2"]
        (folder / file.path).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_default_vectors_are_glove_of_english(glove: Path) -> None:
    english = small(vectors="auto").fit(TEXTS, Y)
    assert english.model_.embedding.weight.shape[1] == 4
    assert english.model_.vocabulary.unknown(["superb", "zebra"]) == ("zebra",)
    assert english.predict(["superb"]).tolist() == ["pos"]
    german = small(vectors="auto", language="de").fit(TEXTS, Y)
    assert german.model_.embedding.weight.shape[1] == 5
    next(glove.iterdir()).unlink()
    assert small(vectors="auto").fit(TEXTS, Y).model_.embedding.weight.shape[1] == 5


def test_vectors_are_one_file_or_several(tmp_path: Path) -> None:
    random = small().fit(TEXTS, Y).predict_proba(TEXTS)
    (file := tmp_path / "vectors.txt").write_text("good 1 2\nbad -1 3\nfilm 0 1\n", encoding="utf-8")
    found = [small(vectors=vectors).fit(TEXTS, Y).predict_proba(TEXTS) for vectors in (file, str(file), [file])]
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert not np.array_equal(found[0], random)
    np.testing.assert_array_equal(small(vectors=[]).fit(TEXTS, Y).predict_proba(TEXTS), random)
