"""`TranslationVocabulary`: the units of source and target, byte-pair units of `tokenizers` among them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from treenn.models.text_vocabulary import END, END_ID, TextVocabulary
from treenn.models.vocabulary import UNKNOWN
from treenn.trees.arguments import refusal
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_records import from_json, to_json
from treenn.trees.json_values import dump_json, read_object

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SourceUnits = Literal["subwords", "words"]
TargetUnits = Literal["subwords", "characters"]

SPACE = "▁"
"""The symbol for the space before a word, as in SentencePiece."""

_CACHED = 100_000  # words and texts whose units are kept


@dataclass(frozen=True)
class Segmentation:
    """The definition of the units: the content of `vocabulary.json`.

    Args:
        languages: the codes of source and target.
        source_units: the units of the source.
        target_units: the units of the target.
        symbols: the units except the unknown one and the end; those of the target come first.
        targets: the number of units of the target.
        merges: the pairs of units that are merged, in this order (Sennrich, Haddow and Birch 2016).
    """

    languages: tuple[str, str]
    source_units: SourceUnits
    target_units: TargetUnits
    symbols: tuple[str, ...]
    targets: int
    merges: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if not 1 <= self.targets <= len(self.symbols):
            raise InputError(f"'targets' is {self.targets}; it must be 1 to {len(self.symbols)}, the number of symbols")


class TranslationVocabulary(TextVocabulary):
    """The units of a translation model: one table for source and target, which share units of equal spelling.

    - Subwords are byte-pair units (Sennrich, Haddow and Birch, ACL 2016, "Neural machine translation of rare words with
      subword units"), learned on train: on source and target together if both sides have them. A space belongs to the
      unit that follows it, so that texts are joined without rules.
    - Words of the source are the words of its tree that occur twice or more in train; others are unknown.
    - Characters of the target are those that occur twice or more in train.

    Args:
        segmentation: the definition of the units.

    Raises:
        InputError: if a symbol is repeated, or a merge has a unit that is no symbol.
    """

    def __init__(self, segmentation: Segmentation) -> None:
        super().__init__([END, *segmentation.symbols])
        self.segmentation = segmentation
        subwords = self._tokenizer(segmentation.merges)
        characters = self._tokenizer(()) if segmentation.target_units == "characters" else subwords
        self._of_source: Any = lru_cache(_CACHED)(lambda word: subwords.encode(word).ids)
        self._of_target: Any = lru_cache(_CACHED)(lambda text: characters.encode(text).ids)

    @classmethod
    def learn(
        cls,
        sources: Sequence[Sequence[str]],
        targets: Sequence[str],
        languages: tuple[str, str],
        *,
        size: int,
        source_units: SourceUnits = "subwords",
        target_units: TargetUnits = "subwords",
    ) -> Self:
        """Learn the units of training pairs.

        Args:
            sources: the words of each source.
            targets: the target texts.
            languages: the codes of source and target.
            size: the number of byte-pair units.
            source_units: the units of the source (default: `"subwords"`).
            target_units: the units of the target (default: `"subwords"`).

        Raises:
            InputError: if `tokenizers` is not installed.
        """
        texts = [" ".join(words) for words in sources] if source_units == "subwords" else []
        texts += targets if target_units == "subwords" else []
        pieces, merges = learn_merges(texts, size) if texts else ([], ())
        plain = Segmentation(languages, source_units, target_units, (*pieces, SPACE), 1, merges)
        used = _used(targets, target_units, pieces, plain)
        words = Counter(word for words in sources for word in words) if source_units == "words" else {}
        more = [*pieces, *(f"{SPACE}{word}" for word, count in words.items() if count > 1)]
        symbols = tuple(dict.fromkeys([*used, *more]))
        return cls(Segmentation(languages, source_units, target_units, symbols, len(used), merges))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the vocabulary of a model's folder.

        Raises:
            InputError: if the file contains anything else.
        """
        try:
            return cls(from_json(Segmentation, read_object(path), path))
        except InputError as error:
            raise InputError(error.message, source=path, line=error.line, column=error.column) from error

    def write(self, path: Path) -> None:
        """Write the vocabulary, for `read`."""
        write_text(path, dump_json(to_json(self.segmentation)) + "\n")

    @property
    def target_size(self) -> int:
        """The number of units that a target may have, unknown and end included; they are the first."""
        return END_ID + 1 + self.segmentation.targets

    def source_units(self, words: Sequence[str]) -> list[list[int]]:
        """The units of each word of a source, at least one per word."""
        if isinstance(words, str):
            raise refusal("words", words, "a list of texts")
        if self.segmentation.source_units == "words":
            return [[unit] for unit in self._encoded([f"{SPACE}{word}" for word in words])]
        return [self._of_source(f"{SPACE}{word}") or [0] for word in words]

    def target_units(self, text: str) -> list[int]:
        """The units of a target, without its end; those that no training target has are unknown."""
        marked = text.replace(" ", SPACE)
        joined = marked if self.segmentation.target_units == "characters" else SPACE + marked
        return [unit if unit < self.target_size else 0 for unit in self._of_target(joined)]

    def text(self, units: Iterable[int]) -> str:
        """The text of target units; unknown ones are omitted."""
        joined = "".join(self.words[unit] for unit in units if unit > END_ID)
        return " ".join(joined.replace(SPACE, " ").split())

    def _tokenizer(self, merges: Sequence[tuple[str, str]]) -> Tokenizer:
        numbers = {word: number for word, number in self._numbers.items() if word != END}
        return new_tokenizer(numbers, merges)


def _used(targets: Sequence[str], units: TargetUnits, pieces: Sequence[str], plain: Segmentation) -> list[str]:
    """The units of training targets, the most frequent first."""
    if units == "characters":
        counts = Counter(character for text in targets for character in text.replace(" ", SPACE))
        return [character for character, count in counts.most_common() if count > 1] or list(counts)
    vocabulary = {UNKNOWN: 0} | {piece: number for number, piece in enumerate(pieces, start=1)}
    tokenizer = new_tokenizer(vocabulary, plain.merges)
    found = Counter(piece for text in targets for piece in tokenizer.encode(SPACE + text.replace(" ", SPACE)).tokens)
    found.pop(UNKNOWN, None)
    order = {piece: number for number, piece in enumerate(pieces)}
    return sorted(found, key=lambda piece: (-found[piece], order[piece]))


def learn_merges(texts: Iterable[str], size: int) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Learn byte-pair units.

    Args:
        texts: the texts.
        size: the number of units, single characters included.

    Returns:
        The units, and the pairs that are merged.

    Raises:
        InputError: if `tokenizers` is not installed.
    """
    from tokenizers.trainers import BpeTrainer

    tokenizer = new_tokenizer({UNKNOWN: 0}, ())
    trainer = BpeTrainer(vocab_size=size, min_frequency=2, show_progress=False, special_tokens=[UNKNOWN])
    tokenizer.train_from_iterator((SPACE + text.replace(" ", SPACE) for text in texts), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    ordered = sorted(model["vocab"], key=lambda piece: (model["vocab"][piece], piece))
    reserved = {UNKNOWN, END}
    merges = tuple((left, right) for left, right in model["merges"])
    return [piece for piece in ordered if piece not in reserved], merges


def new_tokenizer(numbers: dict[str, int], merges: Sequence[tuple[str, str]]) -> Tokenizer:
    """A tokenizer of texts in which `SPACE` is written for spaces.

    Words are segmented one by one, each with the space before it; punctuation is never merged with letters.

    Args:
        numbers: the units with their indices, `UNKNOWN` among them.
        merges: the pairs that are merged.

    Raises:
        InputError: if `tokenizers` is not installed, or a merge has a unit that is missing.
    """
    try:
        from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    except ImportError as error:
        remedy = "install it by python -m pip install 'treenn[translation]'"
        raise InputError(f"byte-pair units need tokenizers; {remedy}") from error
    try:
        tokenizer = Tokenizer(models.BPE(vocab=numbers, merges=list(merges), unk_token=UNKNOWN))
    except Exception as error:  # tokenizers raises no narrower class
        raise InputError(f"'merges' does not fit 'symbols': {error}") from error
    words = pre_tokenizers.Split(Regex(SPACE), "merged_with_next")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, pre_tokenizers.Punctuation("isolated")])
    return tokenizer
