"""The treebank that ships: reviews in English, generated, with a label at every node that follows from rules.

A grammar draws sentences about films, books, meals, hotels and gadgets, each as a binary tree. Labels, 0 (very
negative) to 4 (very positive), are then computed from the words up; nothing of how a sentence was drawn is used.

Every word and phrase has a value, -2 to 2; its label is that value plus 2. A word, and a fixed phrase ("over the
moon", "a waste of time"), means what the lexicon says, or is plain content of value 0. Any other phrase follows from
its two parts:

=============  =======================================  ==============================================================
kind           for example                              what it makes of the phrase beside it
=============  =======================================  ==============================================================
content        good, film, hated                        the two values add up, and stay within -2 to 2
function word  the, was, that, and, because             the phrase beside it stays as it is
negation       not, n't, no, without, less, doubt,      the other sign, and mild: 2 and 1 become -1, -1 and -2 become
               wrong, far from, could have been         1
denial         nobody, never, anything but              the other sign; to deny the mild is strong: 1 and -1 become -2
                                                        and 2, but 2 and -2 become -1 and 1
intensifier    very, utterly, far (better)              strong: 2 or -2
diminisher     slightly, rather, a bit                  mild: 1 or -1
canceller      barely, whether, expected, wanted        0: what was expected or is asked is no verdict
concession     although, despite, unlike, than, who     set aside: with it, it is no more than a function word
contrast       but, yet                                 wins: "A but B" has the value of B
scale          long, tiny, low, fell                    on a measure, see there; of anything else it says nothing
measure        queue, price, discount, battery life     with a scale: good where there is much of the welcome or
                                                        little of the unwelcome; huge, tiny and endless are strong
=============  =======================================  ==============================================================

Whatever has nothing to act on yet ("not", "was n't", "very long") shows 0, label 2. An intensifier, a diminisher or a
negation acts on a scale as on content: a queue that is not long is a good thing.

>>> from treebanks.reviews.labels import label
>>> from treenn.trees import parse_tree
>>> print(label(parse_tree("(X (X (X slow) (X (X but) (X good))) (X soup))")))
(3 (3 (1 slow) (3 (2 but) (3 good))) (2 soup))
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from random import Random

from treebanks.catalogue import synthetic
from treebanks.reviews.labels import label
from treebanks.reviews.lexicon import DOMAINS, SAID_ONCE
from treebanks.reviews.sampling import choices, draw
from treebanks.sentiment import FIVE_CLASSES
from treebanks.treebank import Treebank
from treenn.trees import InputError, Tree
from treenn.trees.arguments import Natural, check

__all__ = ["SIZES", "generate"]

SIZES = {"train": 3000, "dev": 500, "test": 1000, "deep": 500}

# The heights of the trees in `deep`, and in every other split: nothing in between, so that deep is deeper for sure.
_DEEP, _PLAIN = range(14, 19), range(13)


def generate(sizes: Mapping[str, int] = SIZES, seed: int = 0) -> Treebank:
    """The treebank; the same sizes and seed give the same trees, byte for byte, on any machine.

    Args:
        sizes: how many trees each split has; the splits are those of `SIZES`, and one left out is not there.
        seed: another seed draws other sentences.

    Raises:
        InputError: where a split is not one of `SIZES`.

    >>> reviews = generate({"train": 2, "deep": 1})
    >>> {split: len(trees) for split, trees in reviews.splits.items()}
    {'train': 2, 'deep': 1}
    """
    check("sizes", sizes, Mapping)
    check("seed", seed, int)
    for split, size in sizes.items():
        if split not in SIZES:
            raise InputError(f"reviews has no split {split!r}; its splits are {', '.join(SIZES)}")
        check(f"sizes[{split!r}]", size, Natural)
    random, seen = Random(seed), set[str]()
    plain = _sentences(random, seen, nesting=1, heights=_PLAIN)
    deep = _sentences(random, seen, nesting=3, heights=_DEEP)
    splits = {split: tuple(islice(deep if split == "deep" else plain, size)) for split, size in sizes.items()}
    return Treebank("reviews", FIVE_CLASSES, splits, synthetic("reviews"))


def _sentences(random: Random, seen: set[str], *, nesting: int, heights: range) -> Iterator[Tree]:
    """Labelled trees without end, no sentence that was `seen` before among them."""
    domains = [choices(domain, nesting) for domain in DOMAINS]
    while True:
        tree = draw(domains[int(random.random() * len(domains))], random)
        if tree is None or tree.heights[tree.root] not in heights or _repeats_itself(tree.words):
            continue
        sentence = " ".join(tree.words).lower()
        if sentence not in seen:
            seen.add(sentence)
            yield label(tree)


def _repeats_itself(words: tuple[str, ...]) -> bool:
    said = [word for word in words if word in SAID_ONCE]
    return len(set(said)) < len(said)
