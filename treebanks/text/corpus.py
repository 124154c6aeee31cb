"""`TextCorpus`: named splits of sentences, each a sequence of words or characters, for language models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from treebanks.own_data.spec import Origin, Scale
from treebanks.treebank import Splits
from treenn.trees.arguments import check_fields
from treenn.trees.display import quoted, splits_repr, table_html
from treenn.trees.errors import InputError, argument

Unit = Literal["word", "character"]
"""The tokens of a sentence: words, separated by single spaces, or characters."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of plain text, without labels.

    Args:
        text: the text, on one line; words are separated by single spaces.
        unit: its tokens (default: `"word"`).
        form: a symbol for the form of the whole text, such as `<7x4>`, which precedes the tokens (default: `""`, none).

    >>> Sentence("to be , or not").words, Sentence("床前", "character", "<5x4>").words
    (('to', 'be', ',', 'or', 'not'), ('<5x4>', '床', '前'))
    """

    text: str
    unit: Unit = "word"
    form: str = ""

    def __str__(self) -> str:
        """The form and the text. Equal strings and units imply equal sentences."""
        return f"{self.form} {self.text}" if self.form else self.text

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens, after the form if there is one."""
        tokens = tuple(self.text.split(" ")) if self.unit == "word" else tuple(self.text)
        return (self.form, *tokens) if self.form else tokens


@dataclass(frozen=True, repr=False)
class TextCorpus(Splits[Sentence]):
    """Sentences of plain text for training, development and test of language models.

    Args:
        name: the name in results.
        unit: the tokens of all sentences.
        splits: the sentences by split: `"train"`, `"dev"`, and any test set.
        synthetic: as in `Treebank` (default: `""`, for natural text).
        task: as in `Treebank` (default: None).
        origin: as in `Treebank` (default: None).
        classes: None: sentences have no labels (default: None).
        scale: None, as `classes` (default: None).
        score_range: None, as `classes` (default: None).

    Raises:
        InputError: if a sentence has another unit.

    >>> corpus = TextCorpus("two lines", "word", {"train": [Sentence("a b")], "dev": [Sentence("b")]})
    >>> corpus.default_task, sorted(corpus.words())
    ('word-lm', ['a', 'b'])
    """

    name: str
    unit: Unit
    splits: Mapping[str, Sequence[Sentence]]
    synthetic: str = ""
    task: str | None = None
    origin: Origin | None = None
    classes: Sequence[str] | None = None
    scale: Scale | None = None
    score_range: None = None

    __hash__ = Splits.__hash__

    def __post_init__(self) -> None:
        self._check(Sentence)
        check_fields(self)
        if self.classes is not None:
            raise InputError(f"{argument('classes')}: must be None, as sentences have no labels")
        for split, sentences in self.splits.items():
            if any(sentence.unit != self.unit for sentence in sentences):
                raise InputError(f"{argument('splits')}[{split!r}]: every sentence must have the unit {self.unit!r}")

    def __repr__(self) -> str:
        """The name, the unit, and the number of sentences per split."""
        return splits_repr(self, self.splits, quoted(self.name), quoted(self.unit))

    def _repr_html_(self) -> str:
        return table_html(["split", "sentences", f"{self.unit}s"], self._sizes(), self.name)

    def trees(self, split: str) -> tuple[Any, ...]:
        """The sentences of a split, which have `words` as trees do, but no nodes."""
        return self.examples(split)

    @property
    def default_task(self) -> str:
        """The task if `task` is None: a language model of words or of characters."""
        return "word-lm" if self.unit == "word" else "character-lm"

    def map_trees(self, change: Callable[[Sequence[Any]], Iterable[Any]]) -> TextCorpus:
        """Refuse: sentences have no trees.

        Raises:
            InputError: always.
        """
        raise InputError(f"{argument('treebank')} {self.name}: its sentences have no trees")
