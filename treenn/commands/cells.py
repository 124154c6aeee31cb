"""`treenn cells`: the networks of `treenn train` and `treenn compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from treenn.commands.options import Json


def cells(
    word_size: Annotated[int, typer.Option(help="The width of word vectors.")] = 300,
    size: Annotated[int, typer.Option(help="The width of hidden states.")] = 150,
    json: Json = False,
) -> None:
    """List the networks by name, with their papers and numbers of parameters, without word vectors.

    Example: treenn cells --size 100
    """
    from treenn.commands.progress_bars import print_json
    from treenn.models.names import architectures
    from treenn.models.settings import Settings

    Settings(size=size, word_size=word_size)  # validates the sizes
    found = architectures(word_size, size)
    if json:
        print_json([{"name": each.name, "paper": each.paper, "parameters": each.parameters} for each in found])
        return
    from treenn.runtime.terminal import Grid, console

    table = Grid("name", "from", "parameters", prose=("from",))
    for each in found:
        table.add_row(each.name, each.paper, f"{each.parameters:,}")
    console().print(table)
