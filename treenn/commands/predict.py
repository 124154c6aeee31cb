"""`treenn predict`: the sentiment of texts, of their sentences and of every phrase in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from json import dumps
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from treenn.commands import options
from treenn.commands.output import check_target, say, shows_colour, write_svg
from treenn.commands.text_input import Line, Parsed, find_sentences_of, parse_lines, print_lines, read_input
from treenn.trees import InputError
from treenn.trees.files import write_text

if TYPE_CHECKING:
    from treenn.sentiment.document import Document
    from treenn.sentiment.model import SentimentModel

LinePrediction: TypeAlias = "tuple[Line, Document | None]"
"""A line and its prediction, `None` if it has no words."""


def predict(
    texts: options.Texts = None,
    file: options.TextFiles = [],  # noqa: B006 (typer wants a list)
    model: options.ModelName = "sentiment",
    parser: options.ParserName = "chart",
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    tokenized: options.Tokenized = False,
    no_split: options.NoSplit = False,
    json: options.JsonLines = False,
    svg: options.Svg = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all texts to this HTML page.")] = None,
) -> None:
    """Parse each sentence of a text and draw its tree with the class of every phrase; 0 is the most negative one.

    The probabilities of a text are the mean of those of its sentences, each weighted by 1 - P(neutral), so that
    sentences without an opinion count little. A sentence over the parser's limit is divided at punctuation.

    Without TEXT and --file, texts are read from standard input. --json prints exactly one line per line of input, with
    the keys `text`, `label`, `probabilities`, `tree` and `sentences`. Each sentence has the first four of these keys.
    `label` is the number of the most probable class. A text without words is neutral, or has the label null if there
    is no middle class. `tree` is null unless the text is one sentence.

    Example: treenn predict "It's not a great movie, but the last ten minutes are wonderful."

    Example: treenn predict --file reviews.txt --html reviews.html
    """
    if sum((json, svg is not None, html is not None)) > 1:
        raise InputError("give at most one of --json, --svg and --html")
    check_target("--svg", svg)
    check_target("--html", html)
    lines, total = read_input(texts, file)

    from treenn.sentiment.model import load_sentiment

    sentiment = load_sentiment(model, parser, contextual, trust_module)
    parsed = parse_lines(sentiment.parser, find_sentences_of(lines, tokenized=tokenized, split=not no_split))
    documents = _predicted(sentiment, parsed)
    if svg is not None:
        trees = (each.tree for _, document in documents if document is not None for each in document.sentences)
        remedy = _one_sentence(sentiment.parser.max_words, one_line=tokenized or no_split)
        write_svg(svg, trees, remedy, len(sentiment.classes))
    elif html is not None:
        _write_page(html, [document for _, document in documents if document is not None])
    else:
        show = partial(_as_json, sentiment.classes) if json else _drawer()
        print_lines(documents, show, total, bar=None if texts else "predicting")


def _one_sentence(max_words: int | None, *, one_line: bool) -> str:
    """Advice in the error message if there are several sentences."""
    within = "" if max_words is None else f" of at most {max_words} words"
    if one_line:
        return f"give one text{within}, or draw all with --html"
    return f"--no-split makes a text{within} one sentence, and --html draws all"


def _predicted(model: SentimentModel, parsed: Iterator[list[tuple[Line, list[Parsed]]]]) -> Iterator[LinePrediction]:
    for batch in parsed:
        sentences = [[(sentence.text, tree) for sentence, tree in pairs] for _, pairs in batch]
        lines = [line for line, _ in batch]
        documents = model.predict_parsed([line.text for line in lines], sentences)
        yield from ((line, each if each.sentences else None) for line, each in zip(lines, documents, strict=True))


def _as_json(classes: tuple[str, ...], line: Line, document: Document | None) -> str:
    from treenn.sentiment.document import Document
    from treenn.sentiment.json_objects import document_object

    return dumps(document_object(document or Document.of(line.text, [], classes))) + "\n"


def _drawer() -> Callable[[Line, Document | None], str]:
    """Return a function that formats a line and its prediction for this terminal."""
    from treenn.sentiment.phrase_drawing import draw_sentiment

    color, width = shows_colour(), get_terminal_size().columns
    return lambda _, document: "" if document is None else draw_sentiment(document, color=color, width=width) + "\n\n"


def _write_page(path: Path, documents: list[Document]) -> None:
    from treenn.sentiment.page import render

    if not documents:
        raise InputError(f"--html {path}: the input has no words; it must have a text per line")
    write_text(path, render(documents))
    say(f"written: {path}")
