"""Sentences about journeys with a slot per word: synthetic data for sequence tagging.

The slot of a city depends on words before or after it: "arrive in Taipei", "leave Taipei", "Taipei is where I arrive".
"""

from __future__ import annotations

import random
from typing import NamedTuple

SLOTS = ("other", "departure", "destination", "time")
"""The slots, by index."""

CITIES = ("Taipei", "Boston", "Lagos", "Oslo", "Lima", "Delhi", "Cairo", "Perth", "Quito", "Kyoto")
MONTHS = ("January", "March", "May", "July", "September", "November")
DAYS = ("1st", "2nd", "3rd", "12th", "20th", "30th")

_OPENINGS = ("", "please", "I would like to know :", "hello ,", "my plan is this :", "for my sister :")
_CLAUSES = (
    ("I arrive in DESTINATION", "I leave DEPARTURE"),
    ("I arrive on TIME ; the city is DESTINATION", "I leave on TIME ; the city is DEPARTURE"),
    ("DESTINATION is where I arrive", "DEPARTURE is where I leave"),
)
_ENDINGS = ("", "on TIME", "with two friends", "if there is a train on TIME")


class Tagged(NamedTuple):
    """A sentence: its words, and the index in `SLOTS` of each word's slot."""

    words: tuple[str, ...]
    slots: tuple[int, ...]


def generate(count: int, seed: int = 0) -> list[Tagged]:
    """Generate random sentences.

    Args:
        count: the number of sentences.
        seed: the random seed (default: 0).

    >>> sentence = generate(count=3)[2]
    >>> print(" ".join(sentence.words))
    please I leave Taipei on November 12th
    >>> print(*(SLOTS[slot] for slot in sentence.slots))
    other other other departure other time time
    """
    draw = random.Random(seed)
    return [_sentence(draw) for _ in range(count)]


def _sentence(draw: random.Random) -> Tagged:
    clauses = [draw.choice(_CLAUSES)[side] for side in draw.sample((0, 1), k=draw.choice((1, 2)))]
    template = " ".join([draw.choice(_OPENINGS), " and ".join(clauses), draw.choice(_ENDINGS)])
    departure, destination = draw.sample(CITIES, k=2)
    pairs: list[tuple[str, int]] = []
    for part in template.split():
        filled = {
            "DEPARTURE": [(departure, 1)],
            "DESTINATION": [(destination, 2)],
            "TIME": [(draw.choice(MONTHS), 3), (draw.choice(DAYS), 3)],
        }
        pairs += filled.get(part, [(part, 0)])
    words, slots = zip(*pairs, strict=True)
    return Tagged(words, slots)
