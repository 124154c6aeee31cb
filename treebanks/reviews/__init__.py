"""The treebank `reviews`: generated English reviews, labelled at every node by composition rules.

A grammar generates binary trees of sentences about films, books, meals, hotels and gadgets. Labels, 0 (very negative)
to 4 (very positive), are computed bottom-up from the words, independently of the grammar.

Every word and phrase has a value from -2 to 2; its label is the value plus 2. The lexicon defines the values of words
and of fixed phrases ("over the moon", "a waste of time"); words that it does not list are content of value 0. The value
of any other phrase is composed from its two children:

=============  =======================================  ==============================================================
kind           examples                                 effect on the sibling
=============  =======================================  ==============================================================
content        good, film, hated                        values are added and clipped to -2 to 2
function word  the, was, that, and, because             none
negation       not, n't, no, without, less, doubt,      inverts the sign and weakens: 2 and 1 become -1, -1 and -2
               wrong, far from, could have been         become 1
denial         nobody, never, anything but              inverts the sign and strengthens mild values: 1 and -1 become
                                                        -2 and 2, but 2 and -2 become -1 and 1
intensifier    very, utterly, far (better)              strengthens to 2 or -2
diminisher     slightly, rather, a bit                  weakens to 1 or -1
canceller      barely, whether, expected, wanted        0: an expectation or a question is no opinion
concession     although, despite, unlike, than, who     the two together act as a function word
contrast       but, yet                                 wins: "A but B" has the value of B
scale          long, tiny, low, fell                    see measure; none on any other phrase
measure        queue, price, discount, battery life     with a scale: positive for much of a welcome or little of an
                                                        unwelcome quantity; 2 or -2 for huge, tiny and endless
=============  =======================================  ==============================================================

An operator without an operand ("not", "was n't", "very long") has the value 0, label 2. Intensifiers, diminishers and
negations act on a scale as on content: a queue that is not long is positive.

>>> from treebanks.reviews import label
>>> from treenn.trees import parse_tree
>>> print(label(parse_tree("(X (X (X slow) (X (X but) (X good))) (X soup))")))
(3 (3 (1 slow) (3 (2 but) (3 good))) (2 soup))
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from random import Random

from treebanks.catalogue import synthetic
from treebanks.reviews.composition import Kind, Sense, compose
from treebanks.reviews.sentence_sampling import choices, draw
from treebanks.reviews.word_senses import DOMAINS, LONGEST, SAID_ONCE, SENSES
from treebanks.sentiment import FIVE_CLASSES
from treebanks.treebank import Treebank
from treenn.trees import InputError, Tree
from treenn.trees.arguments import Natural, check

__all__ = ["SIZES", "generate", "label", "senses"]

SIZES = {"train": 3000, "dev": 500, "test": 1000, "deep": 500}

# The tree heights of `deep` and of all other splits, with a gap between the two ranges.
_DEEP, _PLAIN = range(14, 19), range(13)


def generate(sizes: Mapping[str, int] = SIZES, seed: int = 0) -> Treebank:
    """Generate the treebank. The result for given sizes and seed is the same on every machine.

    Args:
        sizes: the number of trees per split, a subset of the splits of `SIZES` (default: `SIZES`).
        seed: the random seed (default: 0).

    Raises:
        InputError: if a split is not one of `SIZES`.

    >>> reviews = generate({"train": 2, "deep": 1})
    >>> {split: len(trees) for split, trees in reviews.splits.items()}
    {'train': 2, 'deep': 1}
    """
    check("sizes", sizes, Mapping)
    check("seed", seed, int)
    for split, size in sizes.items():
        if split not in SIZES:
            raise InputError(f"sizes has the split {split!r}; splits must be {', '.join(SIZES)}")
        check(f"sizes[{split!r}]", size, Natural)
    random, seen = Random(seed), set[str]()
    plain = _sentences(random, seen, nesting=1, heights=_PLAIN)
    deep = _sentences(random, seen, nesting=3, heights=_DEEP)
    splits = {split: tuple(islice(deep if split == "deep" else plain, size)) for split, size in sizes.items()}
    return Treebank("reviews", FIVE_CLASSES, splits, synthetic("reviews"))


def label(tree: Tree) -> Tree:
    """Label every node from 0 to 4 by the composition rules. Returns a new tree.

    >>> from treenn.trees import parse_tree
    >>> print(label(parse_tree("(X (X (X it) (X (X was) (X (X not) (X dull)))) (X .))")))
    (3 (3 (2 it) (3 (2 was) (3 (2 not) (1 dull)))) (2 .))
    """
    return tree.with_labels(sense.feeling + 2 for sense in senses(tree))


def senses(tree: Tree) -> list[Sense]:
    """The sense of every node, in node order."""
    words = [word.lower() for word in tree.words]
    senses = [SENSES.get(word, Sense(Kind.CONTENT)) for word in words]
    for (left, right), (start, end) in zip(tree.merges, tree.spans[len(words) :], strict=True):
        fixed = SENSES.get(" ".join(words[start:end])) if end - start <= LONGEST else None
        senses.append(fixed or compose(senses[left], senses[right]))
    return senses


def _sentences(random: Random, seen: set[str], *, nesting: int, heights: range) -> Iterator[Tree]:
    """An infinite iterator over labelled trees of sentences that are not in `seen`, which it updates."""
    domains = [choices(domain, nesting) for domain in DOMAINS]
    while True:
        tree = draw(domains[int(random.random() * len(domains))], random)
        if tree is None or tree.heights[tree.root] not in heights or _has_repetition(tree.words):
            continue
        sentence = " ".join(tree.words).lower()
        if sentence not in seen:
            seen.add(sentence)
            yield label(tree)


def _has_repetition(words: tuple[str, ...]) -> bool:
    content = [word for word in words if word in SAID_ONCE]
    return len(set(content)) < len(content)
