"""`treenn parse`: the trees of sentences, drawn or one per line."""

from __future__ import annotations

from functools import partial
from itertools import chain
from json import dumps
from shutil import get_terminal_size
from typing import Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.svg_files import SvgTarget
from treenn.commands.text_input import Line, Parsed, find_sentences_of, parse_lines, print_lines, read_input
from treenn.trees import InputError, Tree, draw_svg, draw_text

_ONE = "give one text, or --svg DIR/ for all"
_SPLIT = "--no-split makes a text one sentence, and --svg DIR/ draws all"


def parse(
    texts: options.Texts = None,
    file: options.TextFiles = [],  # noqa: B006 (typer wants a list)
    parser: options.ParserName = "chart",
    tokenized: options.Tokenized = False,
    no_split: options.NoSplit = False,
    brackets: Annotated[bool, typer.Option("--brackets", help="Print trees as (X (X The) (X movie)).")] = False,
    json: options.JsonLines = False,
    svg: options.Svg = None,
) -> None:
    """Parse sentences to binary trees and draw them. Without TEXT and --file, texts are read from standard input.

    --brackets prints one line per sentence, and an empty line for a line without words. With --no-split or
    --tokenized, it prints one line per line of input. A sentence over the parser's limit is divided at punctuation.
    With --no-split or --tokenized, the trees of its parts are joined.

    --json prints one line per line of input, with the keys `text`, `words`, `tree`, `merges`, `labels` and
    `sentences`. Each sentence has the first five of these keys. For several sentences and for a line without words,
    `tree` is null, and `merges` and `labels` are empty.

    Example: treenn parse "The movie was not nearly as good as its trailer."

    Example: treenn parse --file reviews.txt --brackets > trees.txt
    """
    from treenn.parsers.loading import load_parser

    if sum((brackets, json, svg is not None)) > 1:
        raise InputError("give at most one of --brackets, --json and --svg")
    target = None if svg is None else SvgTarget(svg)
    lines, total = read_input(texts, file)
    sentences = find_sentences_of(lines, tokenized=tokenized, split=not no_split)
    parsed = chain.from_iterable(parse_lines(load_parser(parser), sentences))
    one_line = tokenized or no_split
    if target is not None:
        trees = (tree for _, pairs in parsed for tree in _trees(pairs, one_line=one_line))
        target.write(map(draw_svg, trees), _ONE if one_line else _SPLIT)
        return
    show = partial(_bracketed, one_line) if brackets else _as_json if json else _drawn
    print_lines(((line, pairs or None) for line, pairs in parsed), show, total, bar=None if texts else "parsing")


def _bracketed(one_line: bool, _: Line, pairs: list[Parsed] | None) -> str:
    """Format a line's trees in brackets: one line per sentence, or one joined tree."""
    return "".join(f"{tree}\n" for tree in _trees(pairs or [], one_line=one_line)) or "\n"


def _trees(pairs: list[Parsed], *, one_line: bool) -> list[Tree]:
    """Return the trees of a line's sentences. If the line is one sentence, return the joined tree of its parts."""
    from treenn.parsers import join_trees

    trees = [tree for _, tree in pairs]
    return [join_trees(trees)] if one_line and trees else trees


def _as_json(line: Line, pairs: list[Parsed] | None) -> str:
    sentences = [_tree_as_dict(sentence.text, sentence.words, tree) for sentence, tree in pairs or ()]
    words = tuple(word for sentence, _ in pairs or () for word in sentence.words)
    tree = pairs[0][1] if pairs is not None and len(pairs) == 1 else None
    return dumps(_tree_as_dict(line.text, words, tree) | {"sentences": sentences}) + "\n"


def _tree_as_dict(text: str, words: tuple[str, ...], tree: Tree | None) -> dict[str, Any]:
    if tree is None:
        return {"text": text, "words": words, "tree": None, "merges": [], "labels": []}
    return {"text": text, "words": words, "tree": str(tree), "merges": tree.merges, "labels": tree.labels}


def _drawn(_: Line, pairs: list[Parsed] | None) -> str:
    width = get_terminal_size().columns
    return "".join(f"{draw_text(tree, width=width)}\n\n" for _, tree in pairs or ())
