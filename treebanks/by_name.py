"""`treebanks.load`: loading of treebanks by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from treebanks.listops import load_fresh_listops, load_listops
from treebanks.logic import load_fresh_logic, load_logic
from treebanks.pairs import PairTreebank
from treebanks.sentiment import Neutral, binary, load_reviews, load_sst
from treebanks.sick import load_entailment, load_relatedness
from treebanks.text.corpus import TextCorpus
from treebanks.text.reading import CORPORA, load_corpus
from treebanks.translation.corpus import ParallelCorpus
from treebanks.translation.reading import PARALLEL, load_parallel
from treebanks.treebank import Treebank
from treenn.trees import InputError, OnError
from treenn.trees.arguments import check


def load(
    name: str, *, neutral: Neutral = "third", on_error: OnError | None = None
) -> Treebank | PairTreebank | TextCorpus | ParallelCorpus:
    """Load a treebank by its name, one of `names()`.

    - `"sst"` and `"reviews"` have five classes of sentiment; `"sst-binary"` and `"reviews-binary"` are the binary
      tasks: see `treebanks.sentiment.binary`.
    - `"listops"` has nested operations on digits, labelled at the roots; the training split of `"listops-100"` has
      expressions of at most 100 tokens: see `treebanks.listops.load_listops`.
    - `"logic"`, `"sick-entailment"` and `"sick-relatedness"` are `PairTreebank`s: see `treebanks.logic` and
      `treebanks.sick`.
    - `"listops-fresh"` and `"logic-fresh"` have train and dev of `"listops-100"` and `"logic"`, and other test sets,
      generated with another seed.
    - `"corpus"`, `"corpus-characters"` and `"poems"` are `TextCorpus`es, for language models: see
      `treebanks.text.reading.load_corpus`.
    - `"multi30k"`, `"multi30k-5000"` and `"tatoeba"` are `ParallelCorpus`es, for translation, without trees: see
      `treebanks.translation.load_parallel`.

    Args:
        name: the name.
        neutral: the treatment of neutral phrases inside a sentence in binary tasks (default: `"third"`, a third class).
        on_error: called with the error of each skipped sentence or pair (default: None, the first error is raised).

    Raises:
        InputError: if no treebank has this name, or its files are missing (the message describes how to get them) or
            malformed.

    >>> load("reviews-binary").classes
    ('negative', 'neutral', 'positive')
    """
    check("name", name, str)
    if name in CORPORA:
        return load_corpus(name, on_error=on_error)
    if name in PARALLEL:
        return load_parallel(name, on_error=on_error)
    return _PAIRS[name](on_error=on_error) if name in _PAIRS else load_trees(name, neutral=neutral, on_error=on_error)


def load_trees(name: str, *, neutral: Neutral = "third", on_error: OnError | None = None) -> Treebank:
    """Load a treebank of single trees, with the arguments of `load`.

    Raises:
        InputError: as `load`, and if this is a treebank of pairs or a corpus without trees.
    """
    if name in _PAIRS or name in CORPORA or name in PARALLEL:
        instead = "pairs" if name in _PAIRS else "sentences without trees"
        raise InputError(f"treebank {name}: must be a treebank of single trees, not of {instead}")
    if name in _TREES:
        return _TREES[name](on_error=on_error)
    if name not in names():
        raise InputError(f"no treebank is called {name!r}; it must be {', '.join(names())}")
    return binary(_SENTIMENT[name.removesuffix(_BINARY)](on_error=on_error), neutral=neutral)


def names() -> tuple[str, ...]:
    """The names that `load` accepts."""
    return tuple(sorted([*_TREES, *_PAIRS, *CORPORA, *PARALLEL, *(name + _BINARY for name in _SENTIMENT)]))


_BINARY = "-binary"
_SENTIMENT: Mapping[str, Callable[..., Treebank]] = {"reviews": load_reviews, "sst": load_sst}
_TREES: Mapping[str, Callable[..., Treebank]] = {
    **_SENTIMENT,
    "listops": load_listops,
    "listops-100": partial(load_listops, longest=100),
    "listops-fresh": load_fresh_listops,
}

_PAIRS: Mapping[str, Callable[..., PairTreebank]] = {
    "logic": load_logic,
    "logic-fresh": load_fresh_logic,
    "sick-entailment": load_entailment,
    "sick-relatedness": load_relatedness,
}
