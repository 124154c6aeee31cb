"""`treenn explain`: a network's equations, and the network unrolled over a sentence or a tree."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated

import typer

from treenn.commands import options
from treenn.commands.explain_page import Networks, write_flow_page
from treenn.commands.output import say
from treenn.models.settings import Settings
from treenn.trees import InputError, Tree, parse_tree
from treenn.trees.atomic_writing import write_bytes

_SENTENCE = "The movie was not bad."


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A network of `treenn cells`, or e.g. by-hand/elman.", show_default=False
        ),
    ] = None,
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
            help="The parser of the sentence, as in `treenn parse` (default: the model's or the shipped parser).",
        ),
    ] = None,
    size: options.Size = 150,
    word_size: options.WordSize = 300,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the drawing to this SVG file.")] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the drawing to this PNG file.")] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page with the numbers of the sentence, step by step, to this file."),
    ] = None,
    model: Annotated[
        list[str],
        typer.Option(
            metavar="DIR",
            help="With --html: a folder of `treenn train`, or sentiment, the shipped model; repeatable.",
        ),
    ] = [],  # noqa: B006 (typer wants a list)
    beside: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="With --html: another network of `treenn cells`, with random weights; repeatable (default: lstm, next "
            "to a network of trees; a single model of trees is also applied from left to right).",
        ),
    ] = [],  # noqa: B006
    contextual: options.Contextual = [],  # noqa: B006
    trust_module: options.TrustModule = [],  # noqa: B006
) -> None:
    """Print the equations of a network, and draw it unrolled over a sentence or tree, with gates and shapes.

    With --html, write a page instead: states and gates level by level up to the prediction, the gradients back down to
    the words, and a recurrent network on the same sentence next to it. The page is one file and opens offline.

    Example: treenn explain tree-lstm --tree "(3 (2 not) (1 bad))"

    Example: treenn explain bilstm-attention --sentence "It's not bad." --svg bilstm.svg

    Example: treenn explain tree-lstm --sentence "It's not bad." --html numbers.html

    Example: treenn explain --model sentiment --html numbers.html
    """
    if tree is not None and (sentence is not None or parser is not None):
        raise InputError("--tree: cannot be combined with --sentence or --parser")
    if html is None and (model or beside):
        raise InputError("--model, --beside: need --html FILE, the page to write")
    if html is not None:
        if svg is not None or png is not None:
            raise InputError("--html: cannot be combined with --svg or --png")
        networks = Networks(name, model, beside, word_size, size, parser, contextual, trust_module)
        write_flow_page(networks, _SENTENCE if sentence is None else sentence, tree, html)
        return
    if name is None:
        raise InputError("NAME is missing; must be a network of `treenn cells`, or --model DIR with --html FILE")
    _draw(name, _tree(name, sentence, tree, parser), word_size, size, svg, png)


def _draw(name: str, tree: Tree, word_size: int, size: int, svg: Path | None, png: Path | None) -> None:
    """Print the explanation, or write its pictures."""
    from treenn.explain.explanation import explain as explained

    Settings(size=size, word_size=word_size)  # validates the sizes
    explanation = explained(name, tree, input_size=word_size, size=size)
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
    from treenn.commands.shipped_parser import parser_or_right_branching
    from treenn.explain.explanation import reads_trees

    if brackets is not None:
        return parse_tree(brackets)
    if parser is None and not reads_trees(name):
        parser = "right"  # the network reads only the words
    return parser_or_right_branching(parser).parse_text(_SENTENCE if sentence is None else sentence)
