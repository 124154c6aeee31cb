"""Scripts and languages that tokenizers and the shipped parser do not handle."""

from __future__ import annotations

import logging

import pytest

from treenn.datasets.language_check import unknown_share
from treenn.datasets.script_check import check_language, check_script
from treenn.datasets.text_error import TextError
from treenn.datasets.text_trees import trees_of_texts
from treenn.trees import InputError

CHINESE, JAPANESE, THAI = "床前明月光，疑是地上霜。", "私はとてもカメラが好きです。", "ภาพยนตร์เรื่องนี้ดีมาก"
ARABIC, RUSSIAN, ENGLISH = "هذا الفيلم جيد جدا", "Это хороший фильм", "A good film"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        *((CHINESE, "Han"), (JAPANESE, "Hiragana"), (THAI, "Thai"), (ARABIC, "Arabic"), (RUSSIAN, "Cyrillic")),
        ("ਇਹ ਫ਼ਿਲਮ", "Gurmukhi"),
        ("𐌰𐌱𐌲", "another script"),
    ],
)
def test_default_handles_latin_only(text: str, script: str) -> None:
    with pytest.raises(TextError, match=rf"^texts\[1\]: '.*': \d\d% of the letters .*\({script}\)") as raised:
        check_script(["I.", text], "chart", "treebank")
    assert raised.value.index == 1


def test_message_has_remedies_as_options() -> None:
    with pytest.raises(TextError) as raised:
        check_script([CHINESE * 9], "chart", "treebank")
    assert raised.value.for_command_line() == (
        "--texts[0]: '床前明月光，疑是地上霜。床前明月光，疑是…': 100% of the letters of these texts are in a "
        "script (Han) that the tokenizer treebank does not divide into words; pass --tokenizer characters or "
        "--tokenizer spacy:zh, with "
        "--trees right (right-branching trees, no syntax)"
    )


@pytest.mark.parametrize("tokenizer", ["treebank", "spacy:xx"])
@pytest.mark.parametrize("text", [CHINESE, JAPANESE, THAI])
def test_scripts_without_spaces_need_their_tokenizer(text: str, tokenizer: str) -> None:
    with pytest.raises(TextError, match=r"tokenizer .* does not divide into words"):
        check_script([text], "right", tokenizer)
    check_script([text], "right", "characters")
    check_script([text], "right", f"spacy:{({CHINESE: 'zh', JAPANESE: 'ja', THAI: 'th'})[text]}")


@pytest.mark.parametrize("text", [ARABIC, RUSSIAN, ENGLISH])
@pytest.mark.parametrize("tokenizer", ["treebank", "whitespace", "characters", "spacy:ar"])
def test_scripts_with_spaces_need_no_tokenizer(text: str, tokenizer: str) -> None:
    check_script([text], "right", tokenizer)


def test_whitespace_takes_segmented_texts_only() -> None:
    check_script(["床 前 明 月光 ， 疑 是 地上 霜 。"], "right", "whitespace")
    with pytest.raises(TextError, match="tokenizer whitespace does not divide"):
        check_script([CHINESE], "right", "whitespace")
    with pytest.raises(TextError, match="parser chart does not handle; pass trees='right'"):
        check_script(["床 前 明 月光 ， 疑 是 地上 霜 。"], "chart", "whitespace")


def test_a_minority_of_letters_is_accepted() -> None:
    check_script([CHINESE, ENGLISH * 2], "chart", "treebank")
    check_script(["1 + 1 = 2, «!»"], "chart", "treebank")


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "en_US", None])
def test_shipped_parser_is_for_english(language: str | None) -> None:
    check_language("chart", "treebank", language)
    check_language("right", "treebank", "de")
    with pytest.raises(InputError, match=r"^trees chart: parses English, not 'de'; must be right \(right-branching"):
        check_language("chart", "treebank", "de")


def test_shipped_parser_needs_words() -> None:
    with pytest.raises(InputError, match="trees chart: parses words, not characters; must be right"):
        trees_of_texts(["a"], tokenizer="characters")


def test_unknown_words_are_counted_without_marks() -> None:
    [tree] = trees_of_texts(["The Qwertz , , 1999 is Good"], trees="right", tokenizer="whitespace")
    assert unknown_share([tree]) == 1 / 4
    assert unknown_share([]) == 0


def test_another_language_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        trees_of_texts(["It is a good film"])
        assert not caplog.messages
        for _ in range(2):  # the second time from the cache
            trees_of_texts(["Das ist ein sehr guter Film", "Schlecht"])
        trees_of_texts(["Das ist ein sehr guter Film", "Schlecht"], trees="right")
    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith("warning: 71% of the words are unknown to the parser chart for English;")
