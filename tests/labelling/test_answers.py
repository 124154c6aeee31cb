"""Typed answers: class names against numbers, keys and beginnings of names."""

from __future__ import annotations

import pytest

from treenn.labelling.answers import KEYS, Answer, has_numbers, read_answer
from treenn.labelling.cursor import Refused
from treenn.labelling.session import ACTIONS

SENTIMENT = ("very negative", "negative", "neutral", "positive", "very positive")


@pytest.mark.parametrize(
    ("typed", "classes", "answer"),
    [
        ("", SENTIMENT, ("accept_rest", None)),
        ("  ", SENTIMENT, ("accept_rest", None)),
        ("3", SENTIMENT, ("label", 3)),
        ("Negative", SENTIMENT, ("label", 1)),
        ("p", SENTIMENT, ("label", 3)),
        ("very  n", SENTIMENT, ("label", 0)),
        ("n", SENTIMENT, ("forward", None)),  # a key precedes the beginning of a name
        ("neu", SENTIMENT, ("label", 2)),
        ("G 12", SENTIMENT, ("go_to", 11)),
        ("go12", SENTIMENT, ("go_to", 11)),
        ("Y", SENTIMENT, ("accept", None)),
        ("x", SENTIMENT, ("label", None)),
        ("<<", SENTIMENT, ("rotate_left", None)),
        ("rotate right", SENTIMENT, ("rotate_right", None)),
        ("s", ("s", "t"), ("label", 0)),  # a whole name precedes a key
        ("/s", ("s", "t"), ("skip", None)),
        ("/", ("s", "t"), ("accept_rest", None)),
        ("/x", ("a", "/x"), ("label", None)),
        ("/a", ("a", "/ab"), ("label", 1)),
        ("skip", ("s", "t"), ("skip", None)),
        ("2", ("1", "2", "3"), ("label", 1)),  # a name precedes a number
        ("0", ("0", "1", "2"), ("label", 0)),
        ("a", ("A", "a"), ("label", 1)),
        ("Ä", ("o", "ä"), ("label", 1)),
        ("A\u0308", ("o", "ä"), ("label", 1)),
        ("春", ("春天", "秋天"), ("label", 0)),
    ],
)
def test_answers(typed: str, classes: tuple[str, ...], answer: tuple[str, int | None]) -> None:
    assert read_answer(typed, classes) == Answer(*answer)


@pytest.mark.parametrize(
    ("typed", "classes", "message"),
    [
        ("ve", SENTIMENT, "“ve” is the beginning of very negative and of very positive"),
        ("5", SENTIMENT, "“5” is not an answer; ? lists the answers"),
        ("-1", SENTIMENT, "“-1” is not an answer"),
        ("²", SENTIMENT, "“²” is not an answer"),
        ("0", ("1", "2"), "“0” is not an answer"),
        ("999999999999999999999", SENTIMENT, "“999999999999999999999” is not an answer"),
        ("g", SENTIMENT, "g needs the number of a sentence, such as g 12"),
        ("\x1b[A", SENTIMENT, "“\\x1b[A” is not an answer"),
        ("A", ("ab", "ac"), "“A” is the beginning of ab and of ac"),
        ("/zz", SENTIMENT, "“/zz” is not an answer"),
    ],
)
def test_other_input_is_refused(typed: str, classes: tuple[str, ...], message: str) -> None:
    with pytest.raises(Refused) as error:
        read_answer(typed, classes)
    assert str(error.value).startswith(message)


def test_every_key_is_an_action_of_the_session() -> None:
    assert {key.action for key in KEYS} - set(ACTIONS) == {"help", "whole_tree", "stop"}
    assert set(ACTIONS) - {key.action for key in KEYS} == {"select"}
    assert len({name for key in KEYS for name in (key.key, key.word)}) == 2 * len(KEYS) - 1  # Enter has no word


def test_numbers_of_classes() -> None:
    assert has_numbers(("0", "one"))
    assert not has_numbers(("one", "0"))
