"""Head-finding rules of Collins 1999, *Head-Driven Statistical Models*, appendix A."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

_Direction = Literal["left", "right"]

# The search direction and the categories in order of priority; by default the first (last) child is the head.
_RULES: dict[str, tuple[_Direction, str]] = {
    "ADJP": ("left", "NNS QP NN $ ADVP JJ VBN VBG ADJP JJR NP JJS DT FW RBR RBS SBAR RB"),
    "ADVP": ("right", "RB RBR RBS FW ADVP TO CD JJR JJ IN NP JJS NN"),
    "CONJP": ("right", "CC RB IN"),
    "FRAG": ("right", ""),
    "LST": ("right", "LS :"),
    "NAC": ("left", "NN NNS NNP NNPS NP NAC EX $ CD QP PRP VBG JJ JJS JJR ADJP FW"),
    "PP": ("right", "IN TO VBG VBN RP FW"),
    "PRT": ("right", "RP"),
    "QP": ("left", "$ IN NNS NN JJ RB DT CD QP JJR JJS"),
    "RRC": ("right", "VP NP ADVP ADJP PP"),
    "S": ("left", "TO IN VP S SBAR ADJP UCP NP"),
    "SBAR": ("left", "WHNP WHPP WHADVP WHADJP IN DT S SQ SINV SBAR FRAG"),
    "SBARQ": ("left", "SQ S SINV SBARQ FRAG"),
    "SINV": ("left", "VBZ VBD VBP VB MD VP S SINV ADJP NP"),
    "SQ": ("left", "VBZ VBD VBP VB MD VP SQ"),
    "UCP": ("right", ""),
    "VP": ("left", "TO VBD VBN MD VBZ VB VBG VBP VP ADJP NN NNS NP"),
    "WHADJP": ("left", "CC WRB JJ ADJP"),
    "WHADVP": ("right", "CC WRB"),
    "WHNP": ("left", "WDT WP WP$ WHADJP WHPP WHNP"),
    "WHPP": ("right", "IN TO FW"),
}

# Noun phrases: several searches, each for any of its categories (NML is a part of a noun phrase in CRAFT).
_NOUN_PHRASES = ("NP", "NML", "NX")
_NOUN_SEARCHES: tuple[tuple[_Direction, str], ...] = (
    ("right", "NN NNP NNPS NNS NX NML POS JJR"),
    ("left", "NP"),
    ("right", "$ ADJP PRN"),
    ("right", "CD"),
    ("right", "JJ JJS RB QP"),
)


def head(parent: str, children: Sequence[str]) -> int:
    """Return the index of the head among the children's categories; in a coordination, the first conjunct's.

    >>> head("VP", ["MD", "RB", "VP"]), head("NP", ["NP", "CC", "NN"])
    (0, 0)
    """
    index = _head_of_phrase(parent, children)
    return index - 2 if index >= 2 and children[index - 1] == "CC" else index


def _head_of_phrase(parent: str, children: Sequence[str]) -> int:
    """Return the head by the rules, regardless of coordination; the default of noun phrases is the last child."""
    from_left = range(len(children))
    if parent in _NOUN_PHRASES:
        default, searches = from_left[-1], [(way, names.split()) for way, names in _NOUN_SEARCHES]
        if children[-1] == "POS":
            return default
    else:
        way, names = _RULES.get(parent, ("left", ""))
        default, searches = (0 if way == "left" else from_left[-1]), [(way, [name]) for name in names.split()]
    for way, wanted in searches:
        for index in from_left if way == "left" else reversed(from_left):
            if children[index] in wanted:
                return index
    return default
