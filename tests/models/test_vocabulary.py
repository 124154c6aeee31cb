import pytest

from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError, parse_trees

TRAIN = parse_trees("(0 (0 good) (0 film))  (0 (0 good) (0 soup))", classes=5)
TEST = parse_trees("(0 (0 bad) (0 soup))", classes=5)


def test_words_seen_once_share_number_0() -> None:
    vocabulary = Vocabulary.of(TRAIN)
    assert vocabulary.words == ("<unknown>", "good")
    assert vocabulary.encode(["good", "film", "never seen"]).tolist() == [1, 0, 0]


def test_rare_words_are_kept_where_they_are_wanted() -> None:
    vocabulary = Vocabulary.of(TRAIN, TEST, rare=True)
    assert vocabulary.words == ("<unknown>", "good", "film", "soup")
    assert vocabulary.encode(["film", "bad"]).tolist() == [2, 0]


def test_unknown_words_fall_back_to_lower_case() -> None:
    vocabulary = Vocabulary(["rock", "Rock", "good"])
    assert vocabulary.encode(["Rock", "ROCK", "GOOD", "Bad"]).tolist() == [2, 1, 3, 0]


def test_rare_words_are_dropped_more_often() -> None:
    """Kiperwasser and Goldberg 2016: α / (α + c)."""
    vocabulary = Vocabulary.of(TRAIN, TEST, known={"bad"}.__contains__, rare=True)
    assert vocabulary.words == ("<unknown>", "good", "film", "soup", "bad")
    assert vocabulary.dropout(0.5).tolist() == pytest.approx([1, 0.5 / 2.5, 0.5 / 1.5, 0.5 / 1.5, 1])
    assert vocabulary.dropout(0.0).tolist() == [0, 0, 0, 0, 0]
    assert Vocabulary(vocabulary.words[1:]).dropout(0.5).tolist() == [0, 0, 0, 0, 0], "nobody counted"


def test_known_words_of_any_split_are_kept() -> None:
    vocabulary = Vocabulary.of(TRAIN, TEST, known={"soup", "bad", "elsewhere"}.__contains__)
    assert vocabulary.words == ("<unknown>", "good", "soup", "bad")
    assert len(vocabulary) == 4


def test_a_word_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="'film' twice; each word must occur once"):
        Vocabulary(["film", "soup", "film"])
