"""Recipes: the rows of the output for a chunk of records, computed in any process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import chain
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from treenn.commands.shards.parquet_output import parse_schema, prediction_schema
from treenn.commands.text_input import Line, find_sentences_of, parse_lines
from treenn.commands.tree_rows import bracket_row, parse_object, sentence_trees
from treenn.trees.errors import InputError, argument
from treenn.trees.files import hash_files

if TYPE_CHECKING:
    from treenn.commands.prediction_stream import Documents
    from treenn.parsers import Parser
    from treenn.sentiment.model import SentimentModel

Form = Literal["text", "jsonl", "parquet"]
"""The form of an output file: trees in brackets, JSON Lines, or Parquet."""

BLANK, DIVIDED = "without words", "with sentences divided at punctuation"
"""The notes on records without words and with sentences over the parser's limit."""

_CONFIGURED = ("config.json", "vocabulary.json", "model.safetensors", "grammar.json")


class Recipe(Protocol):
    """The computation of rows from records. It is a frozen dataclass of a module, which worker processes can import."""

    @property
    def form(self) -> Form:
        """The form of the output."""

    @property
    def keep(self) -> tuple[str, ...]:
        """The columns that are copied."""

    @property
    def command(self) -> str:
        """The command, `parse` or `predict`."""

    @property
    def options(self) -> dict[str, Any]:
        """The options that decide the rows, as JSON values."""

    def hashes(self) -> Mapping[str, str]:
        """The hashes of the files of models and parsers, by a noun."""

    def schema(self) -> Any:
        """The schema of the output in Parquet."""

    def rows(self, lines: Sequence[Line], notes: Counter[str]) -> Iterator[str]:
        """Yield the row of each record with its line break, of forms other than text as JSON, and count notes."""


@dataclass(frozen=True)
class ParseRecipe:
    """The recipe of `treenn parse --out`; see its options."""

    KEYS: ClassVar = ("text", "words", "tree", "merges", "labels", "sentences")

    parser: str
    tokenized: bool = False
    no_split: bool = False
    form: Form = "jsonl"
    keep: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """As `Recipe.command`."""
        return "parse"

    @property
    def options(self) -> dict[str, Any]:
        """As `Recipe.options`."""
        return asdict(self) | {"keep": list(self.keep)}

    def hashes(self) -> dict[str, str]:
        """As `Recipe.hashes`."""
        return {"parser files": _hash_of([self.parser])}

    def schema(self) -> Any:
        """As `Recipe.schema`."""
        return parse_schema(self.keep)

    def rows(self, lines: Sequence[Line], notes: Counter[str]) -> Iterator[str]:
        """As `Recipe.rows`."""
        parser, one_line = _parser(self.parser), self.tokenized or self.no_split
        sentences = find_sentences_of(lines, tokenized=self.tokenized, split=not self.no_split)
        divided = partial(_count_divided, notes)
        for line, pairs in chain.from_iterable(parse_lines(parser, sentences, divided)):
            notes[BLANK] += not pairs
            if self.form == "text":
                yield bracket_row(sentence_trees(pairs, one_line=one_line))
            else:
                yield _json_row(self.keep, line, parse_object(line, pairs))


@dataclass(frozen=True)
class PredictRecipe:
    """The recipe of `treenn predict --out`; see its options."""

    KEYS: ClassVar = (
        *("text", "label", "probabilities", "tree", "sentences"),
        *("class", "unknown_words", "unknown_share", "warning", "models"),
    )

    model: tuple[str, ...]
    parser: str | None = None
    contextual: tuple[str, ...] = ()
    trust_module: tuple[str, ...] = ()
    tokenized: bool = False
    no_split: bool = False
    form: Form = "jsonl"
    keep: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """As `Recipe.command`."""
        return "predict"

    @property
    def options(self) -> dict[str, Any]:
        """As `Recipe.options`."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value for name, value in values.items() if name not in ("contextual", "trust_module")}

    def hashes(self) -> dict[str, str]:
        """As `Recipe.hashes`."""
        from treenn.sentiment.named_models import find_models

        found = find_models(self.model, lambda message: None)
        parsers = [self.parser] if self.parser is not None else [model.parser or "chart" for model in found]
        return {"model files": _hash_of([model.folder for model in found]), "parser files": _hash_of(parsers)}

    def schema(self) -> Any:
        """As `Recipe.schema`."""
        models = self.models()
        return prediction_schema(self.keep, [not model.classes for model in models.values()], list(models))

    def models(self) -> dict[str, SentimentModel]:
        """The models by name, loaded once per process."""
        return _models(self.model, self.parser, self.contextual, self.trust_module)

    def rows(self, lines: Sequence[Line], notes: Counter[str]) -> Iterator[str]:
        """As `Recipe.rows`."""
        from treenn.commands.prediction_stream import blank_documents, predict_lines
        from treenn.sentiment.json_objects import comparison_object, document_object

        models, split = self.models(), not self.no_split
        divided = partial(_count_divided, notes)
        if self.form == "text":
            _check_one(models)
        for line, documents in predict_lines(models, lines, tokenized=self.tokenized, split=split, divided=divided):
            notes[BLANK] += documents is None
            notes.update(_warnings(documents))
            found = documents or blank_documents(models, line.text)
            if self.form == "text":
                trees = [sentence.tree for document in found.values() for sentence in document.sentences]
                yield bracket_row(trees)
            else:
                several = len(found) > 1
                objects = comparison_object(found) if several else document_object(*found.values())
                yield _json_row(self.keep, line, objects)


def _check_one(models: Mapping[str, SentimentModel]) -> None:
    if len(models) > 1:
        raise InputError(f"{argument('out')}: a .txt file has the trees of one model; the suffix must be another")


def _warnings(documents: Documents | None) -> set[str]:
    return {each.warning for each in (documents or {}).values() if each.warning is not None}


def _count_divided(notes: Counter[str], line: Line) -> None:
    notes[DIVIDED] += 1


def _json_row(keep: tuple[str, ...], line: Line, value: Mapping[str, Any]) -> str:
    return dumps(dict(zip(keep, line.cells, strict=True)) | dict(value)) + "\n"


@lru_cache(maxsize=1)
def _parser(name: str) -> Parser:
    from treenn.parsers.loading import load_parser

    return load_parser(name)


@lru_cache(maxsize=1)
def _models(
    names: tuple[str, ...], parser: str | None, contextual: tuple[str, ...], trust: tuple[str, ...]
) -> dict[str, SentimentModel]:
    from treenn.sentiment.named_models import load_models

    return load_models(names, parser, contextual, trust)


def _hash_of(names: Sequence[str]) -> str:
    """The hash of the files of models or parsers in folders; of others, such as `right`, the hash of no file."""
    from treenn.models.saving import SHIPPED, model_folder
    from treenn.parsers.loading import parser_folder

    folders = [model_folder(name) if name == SHIPPED else parser_folder(name) for name in names]
    files = [Path(folder) / file for folder in folders if folder is not None for file in _CONFIGURED]
    return hash_files(file for file in files if file.is_file())
