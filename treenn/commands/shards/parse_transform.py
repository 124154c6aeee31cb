"""The transform of `treenn parse --out`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from treenn.commands.shards.parquet_output import parse_schema
from treenn.commands.shards.transform import BLANK, Transform, count_divided, hash_of, json_row
from treenn.commands.text_input import Line, find_sentences_of, parse_lines
from treenn.commands.tree_rows import bracket_row, parse_object, sentence_trees

if TYPE_CHECKING:
    from treenn.parsers import Parser


@dataclass(frozen=True, kw_only=True)
class ParseTransform(Transform):
    """The transform of texts to trees.

    Args:
        parser: the value of --parser.
    """

    COMMAND: ClassVar = "parse"
    KEYS: ClassVar = ("text", "words", "tree", "merges", "labels", "sentences")

    parser: str

    def hashes(self) -> dict[str, str]:
        """As `Transform.hashes`."""
        return {"parser files": hash_of([self.parser])}

    def schema(self) -> Any:
        """As `Transform.schema`."""
        return parse_schema(self.keep)

    def rows(self, lines: Sequence[Line], notes: Counter[str]) -> Iterator[str]:
        """As `Transform.rows`."""
        parser, one_line = _parser(self.parser), self.tokenized or self.no_split
        sentences = find_sentences_of(lines, tokenized=self.tokenized, split=not self.no_split)
        divided = partial(count_divided, notes)
        for line, pairs in chain.from_iterable(parse_lines(parser, sentences, divided)):
            notes[BLANK] += not pairs
            if self.form == "text":
                yield bracket_row(sentence_trees(pairs, one_line=one_line))
            else:
                yield json_row(self.keep, line, parse_object(line, pairs))


@lru_cache(maxsize=1)
def _parser(name: str) -> Parser:
    from treenn.parsers.loading import load_parser

    return load_parser(name)
