"""`treenn explain`: a network's equations, and the network unrolled over a sentence or a tree."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import say
from treenn.models.settings import Settings
from treenn.trees import InputError, Tree, parse_tree
from treenn.trees.files import write_bytes

if TYPE_CHECKING:
    from treenn.parsers import Parser

_SENTENCE = "The movie was not bad."


def explain(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A network of `treenn cells`, or e.g. by-hand/elman.")],
    sentence: Annotated[
        str | None, typer.Option(metavar="TEXT", help=f'The sentence to unroll over (default: "{_SENTENCE}").')
    ] = None,
    tree: Annotated[
        str | None,
        typer.Option(metavar="BRACKETS", help="The tree to unroll over, such as (3 (2 not) (1 bad))."),
    ] = None,
    parser: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|DIR",
            help="The parser of the sentence, as in `treenn parse` (default: the shipped parser).",
        ),
    ] = None,
    size: options.Size = 150,
    word_size: options.WordSize = 300,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the drawing to this SVG file.")] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the drawing to this PNG file.")] = None,
) -> None:
    """Print the equations of a network, and draw it unrolled over a sentence or tree, with all shapes.

    Example: treenn explain tree-lstm --tree "(3 (2 not) (1 bad))"

    Example: treenn explain bilstm-attention --sentence "It's not bad." --svg bilstm.svg
    """
    from treenn.explain.explanation import explain as explained

    Settings(size=size, word_size=word_size)  # validates the sizes
    explanation = explained(name, _tree(name, sentence, tree, parser), input_size=word_size, size=size)
    if svg is None and png is None:
        print(explanation.text(get_terminal_size().columns))
        return
    from treenn.explain.picture import picture

    if svg is not None:
        write_bytes(svg, picture(explanation, "svg"))
        say(f"drawn: {svg}")
    if png is not None:
        write_bytes(png, picture(explanation, "png"))
        say(f"drawn: {png}")


def _tree(name: str, sentence: str | None, brackets: str | None, parser: str | None) -> Tree:
    from treenn.explain.explanation import reads_trees
    from treenn.parsers.loading import load_parser

    if brackets is not None:
        if sentence is not None or parser is not None:
            raise InputError("--tree: cannot be combined with --sentence or --parser")
        return parse_tree(brackets)
    if parser is None and not reads_trees(name):
        parser = "right"  # the network reads only the words
    finder = _shipped() if parser is None else load_parser(parser)
    return finder.parse_text(_SENTENCE if sentence is None else sentence)


def _shipped() -> Parser:
    from treenn.parsers.loading import SHIPPED, load_parser

    try:
        return load_parser(SHIPPED)
    except InputError:
        say("the shipped parser is missing; the tree is right-branching (--parser selects another parser)")
        return load_parser("right")
