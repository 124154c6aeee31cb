"""`treenn cells`: the networks of `treenn train`, `treenn compare` and `treenn lm train`."""

from __future__ import annotations

from treenn.commands import options
from treenn.commands.output import print_json, print_table
from treenn.models.settings import Settings


def cells(word_size: options.WordSize = 300, size: options.Size = 150, json: options.Json = False) -> None:
    """List the networks by name, with their papers and numbers of parameters, without word vectors.

    Example: treenn cells --size 100
    """
    from treenn.models.names import architectures

    Settings(size=size, word_size=word_size)  # validates the sizes
    found = architectures(word_size, size)
    if json:
        print_json([{"name": each.name, "paper": each.paper, "parameters": each.parameters} for each in found])
        return
    rows = ((each.name, each.paper, f"{each.parameters:,}") for each in found)
    print_table(rows, "name", "from", "parameters", prose=("from",))
