"""`treenn play`: trees of sentences in the browser, by one or several models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import progress_bar, say
from treenn.commands.play_export import export_page
from treenn.commands.serving import serve
from treenn.trees import InputError

if TYPE_CHECKING:
    from treenn.web.playground import Playground

MOST_MODELS = 4
"""The maximum number of models on the page."""


def play(
    model: Annotated[
        list[str],
        typer.Option(
            metavar="DIR",
            help="A folder of `treenn train`, or of `treenn compare` for all its networks; repeatable; sentiment is "
            "the shipped model.",
        ),
    ] = ["sentiment"],  # noqa: B006 (typer wants a list)
    parser: options.ParserOfModel = None,
    contextual: options.Contextual = [],  # noqa: B006
    trust_module: options.TrustModule = [],  # noqa: B006
    port: options.Port = 0,
    no_browser: options.NoBrowser = False,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write one HTML file that computes everything itself, and serve nothing."),
    ] = None,
    evaluate: Annotated[
        str | None,
        typer.Option(
            metavar="TREEBANK",
            help="With --export: evaluate the page's model and parser on the split dev, and write the result on the "
            "page; compare the page with Python by Node.js, if it is installed.",
        ),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --evaluate: also write the results to this JSON file.")
    ] = None,
) -> None:
    """Open a page in the browser that draws the tree of a sentence, and recomputes it after every edit.

    The page is served to this machine only, at an address with a random token, and loads nothing from the network.
    Ctrl-C ends the command.

    Trees are those of the first model's parser, with the parser's confidence for each bracket and its second-best tree.
    The models are next to each other, with a curve of their predictions after each word. A single model that reads
    trees is also applied from left to right.

    --export writes a page that needs neither a server nor Python: one file with a Tree-LSTM and a chart parser in 8
    bits. The shipped model and parser are reduced: word vectors of rank 75, and one network of the parser.

    Example: treenn play

    Example: treenn play --model comparison

    Example: treenn play --model sentiment --model my-lstm --port 8000

    Example: treenn play --export page.html
    """
    if export is not None:
        export_page(export, model, parser, trust_module, evaluate, record)
        return
    if evaluate is not None or record is not None:
        raise InputError(f"--{'evaluate' if evaluate is not None else 'record'}: needs --export")
    serve(_playground(model, parser, contextual, trust_module), "playground", port, opens_browser=not no_browser)


def _playground(model: list[str], parser: str | None, contextual: list[str], trust_module: list[str]) -> Playground:
    with progress_bar("loading") as progress:
        from treenn.sentiment.named_models import load_models
        from treenn.web.playground import Playground

        progress(0, None, ", ".join(model))
        models = load_models(model, parser, contextual, trust_module, say)
    if len(models) > MOST_MODELS:
        raise InputError(f"--model: {len(models)} models are selected; must be at most {MOST_MODELS}")
    return Playground(models)
