"""Input of `treenn label`: the sentences, the classes, and the model or parser that proposes trees and labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from treenn.commands.dataset_options import class_names
from treenn.commands.table_input import form_of, read_tables
from treenn.commands.text_input import STANDARD_INPUT, FindSentences, Line, divide_long, find_sentences_of
from treenn.trees import InputError
from treenn.trees.arguments import check_fields
from treenn.trees.class_comment import ClassScale
from treenn.trees.errors import argument
from treenn.trees.files import read_text, split_lines

if TYPE_CHECKING:
    from treenn.labelling.proposals import Source
    from treenn.parsers import Parser
    from treenn.sentiment.model import SentimentModel

NONE = "none"
"""The value of --model for no proposals."""

Form = Literal["lines", "brackets", "csv", "tsv", "jsonl"]


@dataclass(frozen=True)
class InputFormat:
    """The options for the file with the sentences.

    Args:
        form: the format; None if it is determined by the suffix and the contents.
        text_column: the column of the texts of tables.
        tokenizer: the name of the tokenizer; None for the model's.
        tokenized: whether a text is one sentence of words separated by spaces.
        split: whether to split texts into sentences.
        binarize: the direction in which n-ary nodes of brackets are binarized; None if they are errors.
        untagged: whether words in brackets without a tag are permitted.
        encoding: the encoding.
    """

    form: Form | None = None
    text_column: str = "text"
    tokenizer: str | None = None
    tokenized: bool = False
    split: bool = True
    binarize: Literal["left", "right"] | None = None
    untagged: bool = False
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Proposer:
    """The classes, the parser, and the model; None for no proposals."""

    classes: tuple[str, ...]
    parser: Parser
    model: SentimentModel | None

    @property
    def scale(self) -> ClassScale | None:
        """The scale of the model's classes; None without a model."""
        return None if self.model is None else "nominal" if self.model.network.scale == "nominal" else "ordinal"


def read_sources(path: Path, how: InputFormat, proposer: Proposer) -> list[Source]:
    """Read the sentences of a file, with their trees if it is a bracketed treebank.

    Raises:
        InputError: if the file cannot be read or has no words, or a tree is malformed or has a label that is not a
            class.
    """
    from treenn.labelling.bracketed_input import is_bracketed, read_bracketed

    if str(path) == STANDARD_INPUT:
        raise InputError("FILE -: must be a file, since answers are read from standard input")
    form = how.form or form_of(str(path))
    if form in ("csv", "tsv", "jsonl"):
        lines = read_tables([str(path)], how.text_column, form=form, encoding=how.encoding).lines
    else:
        text = read_text(path, how.encoding)
        if form == "brackets" or (form is None and is_bracketed(text)):
            return read_bracketed(path, text, proposer.classes, factor=how.binarize, untagged=how.untagged)
        lines = (Line(line, str(path), number) for number, line in enumerate(split_lines(text), start=1))
    sources = list(_read_texts(lines, how, proposer))
    if not sources:
        raise InputError("no words; must have one text per line", source=path)
    return sources


def _read_texts(lines: Iterator[Line], how: InputFormat, proposer: Proposer) -> Iterator[Source]:
    from treenn.labelling.proposals import Source

    sentences = find_sentences_of(lines, tokenized=how.tokenized, split=how.split, find=_splitter(how, proposer))
    for line, parts in divide_long(sentences, proposer.parser.max_words):
        for sentence in parts:
            yield Source(sentence.text, sentence.words, None, line.source, line.number)


def _splitter(how: InputFormat, proposer: Proposer) -> FindSentences | None:
    """The function that splits texts, by the tokenizer of the options or of the model; None for the default."""
    if how.tokenizer is None:
        return proposer.model.find_sentences if proposer.model is not None else None
    from treenn.datasets.tokenizers import load_tokenizer
    from treenn.parsers.long_sentences import Sentence, find_sentences

    if how.tokenizer == "treebank":
        return find_sentences
    tokenizer = load_tokenizer(how.tokenizer)

    def find(text: str, *, split: bool = True) -> list[Sentence]:
        sentences = tokenizer.sentences(text)
        if split or not sentences:
            return sentences
        return [Sentence(text.strip(), tuple(word for sentence in sentences for word in sentence.words))]

    return find


def load_proposer(
    model: str | None, classes: str | None, parser: str | None, contextual: Sequence[str], trust: Sequence[str]
) -> Proposer:
    """Load the model and the parser, and determine the classes.

    Args:
        model: the value of --model; None for no model if there are classes, else for the shipped model.
        classes: the value of --classes; None if it is not given.
        parser: the name of the parser; None for the model's, or without a model for the shipped one.
        contextual: the contextual encoders that the model may name.
        trust: the modules that the model may name.

    Raises:
        InputError: if there is no such model or parser, if the model has no classes, or if the classes are missing,
            malformed or not those of the model.
    """
    names = None if classes is None else class_names(classes)
    if model == NONE or (model is None and names is not None):
        from treenn.parsers.loading import SHIPPED, load_parser

        if names is None:
            needed = f"needs {argument('classes')}, such as {argument('classes', repr('neg,neu,pos'))}"
            raise InputError(f"{argument('model')} {NONE}: {needed}")
        return Proposer(names, load_parser(parser or SHIPPED), None)
    from treenn.sentiment.model import load_sentiment

    sentiment = load_sentiment("sentiment" if model is None else model, parser, contextual, trust)
    if not sentiment.classes:
        raise InputError(f"{argument('model')} {model}: has no classes; must be a model that predicts classes")
    if names is not None and names != sentiment.classes:
        known = f"the classes of the model are {','.join(sentiment.classes)}; must be equal"
        raise InputError(f"{argument('classes')} {','.join(names)}: {known}")
    return Proposer(sentiment.classes, sentiment.parser, sentiment)
