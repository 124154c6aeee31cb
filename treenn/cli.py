"""The `treenn` command: assembles the commands and turns a user's mistake into one line."""

import sys

import typer

from treenn.commands import data, parser
from treenn.commands.attention import attention
from treenn.commands.bench import bench
from treenn.commands.cells import cells
from treenn.commands.compare import compare
from treenn.commands.explain import explain
from treenn.commands.export import export
from treenn.commands.label import label
from treenn.commands.parse import parse
from treenn.commands.predict import predict
from treenn.commands.recipes import recipes
from treenn.commands.report import report
from treenn.commands.reproduce import reproduce
from treenn.commands.tokenize import tokenize
from treenn.commands.train import train
from treenn.commands.tune import tune
from treenn.trees.errors import InputError

app = typer.Typer(
    help="Recursive neural networks over trees: train, compare with recurrent networks, look at treebanks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(bench)
app.command()(compare)
app.command()(report)
app.command()(train)
app.command()(tune)
app.command()(recipes)
app.command()(reproduce)
app.command()(cells)
app.command()(attention)
app.command()(explain)
app.command()(parse)
app.command()(predict)
app.command()(tokenize)
app.command()(label)
app.command()(export)
app.add_typer(parser.app, name="parser")
app.add_typer(data.app, name="data")


def main() -> None:
    """Run a command; bad input ends in one message on standard error and exit code 2, not in a traceback."""
    try:
        app()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
