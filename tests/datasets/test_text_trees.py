"""Trees of texts: one per text, over all of its sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from treenn import load_parser
from treenn.datasets import tree_cache
from treenn.datasets.text_error import TextError
from treenn.datasets.text_trees import trees_of_texts, trees_of_tokens
from treenn.parsers import join_trees
from treenn.parsers.shapes import Right
from treenn.trees import InputError

TEXTS = ["Dull. It isn't funny.", "A good film", "Dull.", "A good film"]


def test_trees_equal_those_of_the_parser() -> None:
    parser = load_parser("chart")
    assert trees_of_texts(TEXTS) == [join_trees(parser.parse_sentences(text)) for text in TEXTS]


def test_tokenizer_and_parser_are_names() -> None:
    [tree] = trees_of_texts(["春眠。不覺曉"], trees="left", tokenizer="characters")
    assert str(tree) == "(X (X (X (X 春) (X 眠)) (X 。)) (X (X (X 不) (X 覺)) (X 曉)))"


def test_long_sentences_are_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Right, "max_words", 4)
    [tree] = trees_of_texts(["a b c d e"], trees="right", tokenizer="whitespace")
    assert str(tree) == "(X (X (X a) (X (X b) (X (X c) (X d)))) (X e))"


def test_a_text_without_words_is_named() -> None:
    with pytest.raises(TextError, match=r"^texts\[2\]: this text has no words") as raised:
        trees_of_texts(["a", "b", " "])
    assert (raised.value.index, raised.value.problem) == (2, "this text has no words; must have at least one")


def test_progress_counts_texts_then_distinct_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path))
    monkeypatch.setattr("treenn.datasets.text_trees._BATCH", 2)
    calls: list[tuple[int, int]] = []
    trees_of_texts(TEXTS, trees="right", progress=lambda done, total, text: calls.append((done, total)))
    assert calls == [(2, 4), (4, 4), (2, 3), (3, 3)]


def test_no_texts_have_no_trees() -> None:
    assert trees_of_texts([]) == []


@pytest.mark.parametrize(("name", "value"), [("trees", "nothing"), ("tokenizer", "nothing")])
def test_unknown_names_are_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match="nothing: must be"):
        trees_of_texts(["a"], **{name: value})  # type: ignore[arg-type]


def test_token_lists_are_parsed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TREENN_CACHE", str(tmp_path))
    tokens = [["Mr.", "T", "."], ["(", "a/b", ")"]]
    trees = trees_of_tokens(tokens, trees="right")
    assert [list(tree.words) for tree in trees] == tokens
    assert trees == [load_parser("right").parse(words) for words in tokens]
    assert trees_of_tokens(tokens, trees="right") == trees
    assert len(list(tree_cache.cache_home().iterdir())) == 1
    assert trees_of_tokens([["Mr.T."], ["(", "a/b", ")"]], trees="right") != trees
    with pytest.raises(TextError, match=r"texts\[1\]: this text has no words"):
        trees_of_tokens([["a"], []], trees="right")
