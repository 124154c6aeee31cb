"""Tokenizers by name: words, sentences, and errors."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.datasets.tokenizers import load_tokenizer
from treenn.parsers.long_sentences import find_sentences
from treenn.trees import InputError


def words_of(name: str, text: str) -> list[str]:
    """The sentences of a text, each with its words joined by spaces."""
    return [" ".join(sentence.words) for sentence in load_tokenizer(name).sentences(text)]


def test_treebank_equals_default_of_commands() -> None:
    text = "Dull. It isn't funny."
    assert load_tokenizer("treebank").sentences(text) == find_sentences(text)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Who was Mr. T ?", ["Who was Mr. T ?"]),
        ("It is . '' \u00a0 Never !! again", ["It is . ''", "Never !! again"]),
        ("a .\n\nb c\r\nd", ["a .", "b c", "d"]),
        ("a . ) ! ” b", ["a . ) ! ”", "b"]),
        ("a ... b … c.", ["a ... b … c."]),  # an ellipsis continues a sentence
        (". a", [". a"]),  # a mark ends no sentence without a word
        ("不 好 。 好 ！", ["不 好 。", "好 ！"]),
    ],
)
def test_whitespace_splits_after_final_marks(text: str, sentences: list[str]) -> None:
    assert words_of("whitespace", text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("春眠，不覺。花落！」多少", ["春 眠 ， 不 覺 。", "花 落 ！ 」", "多 少"]),
        ("a\u0301 b\u3000\u200bc", ["a\u0301 b c"]),  # a cluster of two code points; blanks and zero width
        ("👩‍👧🇩🇪", ["👩‍👧 🇩🇪"]),
        ("約3.5元", ["約 3 . 5 元"]),
        ("白日依山盡\n黃河入海流", ["白 日 依 山 盡", "黃 河 入 海 流"]),
    ],
)
def test_characters_are_grapheme_clusters(text: str, sentences: list[str]) -> None:
    assert words_of("characters", text) == sentences


@pytest.mark.parametrize("name", ["treebank", "whitespace", "characters", "spacy:xx"])
@pytest.mark.parametrize("text", ["", " \t\n", "\u3000"])
def test_blank_texts_have_no_sentence(name: str, text: str) -> None:
    assert load_tokenizer(name).sentences(text) == []


@given(st.text())
def test_whitespace_and_characters_lose_nothing(text: str) -> None:
    assert [word for line in words_of("whitespace", text) for word in line.split()] == text.split()
    kept = "".join(word for line in words_of("characters", text) for word in line.split())
    assert "".join(char for char in text if char.isalnum()) == "".join(char for char in kept if char.isalnum())


def test_many_closing_marks_take_linear_time() -> None:
    assert words_of("whitespace", "a " + ". ) " * 100_000 + "b")[1:] == ["b"]


def test_blank_spacy_pipelines_need_no_model() -> None:
    pytest.importorskip("spacy")
    assert words_of("spacy:zh", "床前。 月光") == ["床 前 。", "月 光"]
    assert words_of("spacy:de", "Z.B. das. Ja!") == ["Z.B. das .", "Ja !"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("spacy:ja", "SudachiPy"),
        ("spacy:qq", "Can't import language qq"),
        ("spacy:../x", "must have the code of a language"),
        ("spacy:", "must have the code of a language"),
        ("spacy", "must be treebank, whitespace, characters or spacy:LANGUAGE"),
        ("nltk", "must be treebank"),
    ],
)
def test_unknown_tokenizers_are_one_line(name: str, message: str) -> None:
    pytest.importorskip("spacy")
    with pytest.raises(InputError, match=message) as raised:
        load_tokenizer(name)
    assert "\n" not in str(raised.value)


def test_missing_spacy_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(InputError, match=r"^tokenizer spacy:zh: spaCy is not installed; .*treenn\[spacy\]"):
        load_tokenizer("spacy:zh")
