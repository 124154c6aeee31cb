"""`treenn parse`: the trees of sentences, drawn or one a line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, TypeAlias

import typer

from treenn.commands.options import ParserName

if TYPE_CHECKING:
    from treenn.commands.sentences import Line
    from treenn.parsers import Parser
    from treenn.trees import Tree

Parsed: TypeAlias = "tuple[Line, Tree | None]"
"""A line and its tree, `None` where it has no words."""

BATCH = 512
"""How many lines are parsed at once: parsers put together those of equal lengths."""


def parse(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="One sentence.", show_default=False)] = None,
    file: Annotated[
        list[str],
        typer.Option(metavar="FILE", help="Sentences, one a line, UTF-8; - is standard input. Give it again for more."),
    ] = [],  # noqa: B006 (typer wants a list)
    parser: ParserName = "chart",
    tokenized: Annotated[bool, typer.Option("--tokenized", help="The words are split by spaces already.")] = False,
    brackets: Annotated[bool, typer.Option("--brackets", help="Print trees as (X (X The) (X movie)).")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print trees as JSON, one a line.")] = False,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the one sentence into this file.")] = None,
) -> None:
    """Find the binary tree of a sentence and draw it. Without TEXT and --file, sentences come from standard input.

    With --brackets or --json each line of input makes exactly one line of output; for a line without words that is an
    empty one, or one whose tree is null.

    Example: treenn parse "The movie was not nearly as good as its trailer."

    Example: treenn parse --file reviews.txt --brackets > trees.txt
    """
    from treenn.commands.sentences import STANDARD_INPUT, Line, count_lines, read_lines
    from treenn.parsers.loading import load_parser
    from treenn.trees import InputError

    if (text is not None and file) or sum((brackets, json, svg is not None)) > 1:
        raise InputError("give TEXT or --file, not both, and at most one of --brackets, --json and --svg")
    files = file or [STANDARD_INPUT]
    lines, total = (iter([Line(text)]), 1) if text is not None else (read_lines(files), count_lines(files))
    found = _parsed(load_parser(parser), lines, tokenized)
    if svg is not None:
        _write_svg(svg, found)
        return
    show, out = _in_brackets if brackets else _as_json if json else _drawn, sys.stdout
    with _bar(shown=text is None and not out.isatty()) as progress:
        _print(found, show, out, lambda done: progress(done, total, ""))


def _parsed(parser: Parser, lines: Iterator[Line], tokenized: bool) -> Iterator[Parsed]:
    at_once = 1 if sys.stdin.isatty() else BATCH  # who types wants to see a tree after each line
    while batch := list(islice(lines, at_once)):
        words = [line.words(tokenized) for line in batch]
        trees = _trees(parser, [pair for pair in zip(batch, words, strict=True) if pair[1]])
        for line, some in zip(batch, words, strict=True):
            yield line, next(trees) if some else None


def _trees(parser: Parser, sentences: list[tuple[Line, list[str]]]) -> Iterator[Tree]:
    """The trees of a batch; where the parser refuses it, of one line after the other, so that the error names one."""
    from treenn.trees import InputError

    try:
        yield from parser.parse_batch([words for _, words in sentences])
    except InputError:
        for line, words in sentences:
            try:
                tree = parser.parse(words)
            except InputError as error:
                raise InputError(error.message, source=line.source, line=line.number) from None
            yield tree


def _print(
    found: Iterator[Parsed], show: Callable[[Tree | None], str], out: TextIO, progress: Callable[[int], None]
) -> None:
    """Print trees as they come. Lines without words wait for the next tree: all input without words is an error."""
    from treenn.commands.show import say
    from treenn.trees import InputError

    waiting: list[str] = []
    blank: list[Line] = []
    trees = 0
    for line, tree in found:
        waiting.append(show(tree))
        if tree is None:
            blank.append(line)
        else:
            trees += 1
            out.writelines(waiting)
            waiting.clear()
        progress(trees + len(blank))
    if not trees:
        raise InputError("there is no word to parse", source=blank[0].source if blank else None)
    out.writelines(waiting)
    if blank:
        say(f"{blank[0].source}:{blank[0].number}: no words here; lines without words: {len(blank)}")


def _in_brackets(tree: Tree | None) -> str:
    return "\n" if tree is None else f"{tree}\n"


def _as_json(tree: Tree | None) -> str:
    from json import dumps

    if tree is None:
        return dumps({"words": [], "tree": None, "merges": [], "labels": []}) + "\n"
    return dumps({"words": tree.words, "tree": str(tree), "merges": tree.merges, "labels": tree.labels}) + "\n"


def _drawn(tree: Tree | None) -> str:
    from shutil import get_terminal_size

    from treenn.trees import draw_text

    return "" if tree is None else draw_text(tree, width=get_terminal_size().columns) + "\n\n"


def _write_svg(path: Path, found: Iterator[Parsed]) -> None:
    from treenn.commands.show import say
    from treenn.trees import InputError, draw_svg
    from treenn.trees.files import write_text

    trees = list(islice((tree for _, tree in found if tree is not None), 2))
    if len(trees) != 1:
        raise InputError(f"--svg {path}: one sentence is drawn, {'more are' if trees else 'none is'} given")
    write_text(path, draw_svg(trees[0]))
    say(f"drawn: {path}")


def _bar(*, shown: bool) -> AbstractContextManager[Callable[[int, int | None, str], None]]:
    from treenn.commands.show import progress_bar

    return progress_bar("parsing") if shown else nullcontext(lambda done, total, text: None)
