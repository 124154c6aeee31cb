"""The `treenn` command: registers the commands, and reports every failure as one line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Annotated, Any

import typer

from treenn.commands import data, lm, parser, streams, translate, vectors
from treenn.commands.agreement import agreement
from treenn.commands.attention import attention
from treenn.commands.bench import bench
from treenn.commands.cells import cells
from treenn.commands.compare import compare
from treenn.commands.evaluate import evaluate
from treenn.commands.explain import explain
from treenn.commands.export import export
from treenn.commands.help import polish
from treenn.commands.label import label
from treenn.commands.output import one_line
from treenn.commands.parse import parse
from treenn.commands.play import play
from treenn.commands.predict import predict
from treenn.commands.recipes import recipes
from treenn.commands.report import report
from treenn.commands.reproduce import reproduce
from treenn.commands.tokenize import tokenize
from treenn.commands.train import train
from treenn.commands.tune import tune
from treenn.runtime.stopping import ends_in_one_line
from treenn.trees.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
LONGEST = 500
"""The maximum length of an error line."""


def _print_version(wanted: bool) -> None:
    if wanted:
        import platform
        from importlib.metadata import version

        print(f"treenn {version('treenn')}, torch {version('torch')}, Python {platform.python_version()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show versions and exit."),
    ] = False,
) -> None:
    """Recursive neural networks over trees: training, comparison with recurrent networks, treebanks, parsers.

    Example: treenn predict "It's not a great movie, but the last ten minutes are wonderful."
    """


for command in (
    *(bench, compare, report, train, evaluate, tune, recipes, reproduce, cells, attention, explain),
    *(parse, predict, play, tokenize, label, agreement, export),
):
    app.command()(command)
app.add_typer(parser.app, name="parser")
app.add_typer(lm.app, name="lm")
app.add_typer(translate.app, name="translate")
app.add_typer(data.app, name="data")
app.add_typer(vectors.app, name="vectors")


@ends_in_one_line
def main() -> None:
    """Run the command of `sys.argv` and exit.

    Exit codes: 0; 1 if standard output cannot be written, for example on a full disk; 2 for invalid input and for a
    file that cannot be read or written; 128 plus the signal number if a signal stopped the command; 141, without a
    message, if the reader of standard output has exited. Every other failure is one line on standard error.
    """
    code, message = _outcome(sys.argv[1:]) if streams.prepare() else (1, "standard output is closed")
    if (failure := streams.failure_of(sys.stdout)) is not None:
        code, message = streams.outcome_of(failure)
    line = streams.note() if message is None else f"error: {message}"
    if line is not None:
        with suppress(OSError):
            print(one_line(line, LONGEST), file=sys.stderr)
    streams.failure_of(sys.stderr)
    sys.exit(code)


@cache
def _command() -> Any:
    """The command line with all commands; made once, which takes as long as a short command."""
    command: Any = typer.main.get_command(app)
    polish(command)
    return command


def _outcome(arguments: Sequence[str]) -> tuple[int, str | None]:
    """Run a command. Returns the exit code, and the error message if it failed."""
    command = _command()
    try:
        with command.make_context("treenn", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code, None
    except typer.TyperException as error:
        return error.exit_code, _usage(error, command, arguments)
    except InputError as error:
        return 2, error.for_command_line()
    except KeyboardInterrupt:
        return 130, "interrupted"
    except EOFError:
        return 1, "unexpected end of standard input"
    except OSError as error:
        return streams.outcome_of(error)
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # raised by rich
            return streams.outcome_of(stop.__context__)
        raise
    return 0, None


def _usage(error: typer.TyperException, command: Any, arguments: Sequence[str]) -> str | None:
    """The error in the arguments and a reference to `--help`; None if the help was printed instead of an error."""
    if not (message := error.format_message().rstrip(".")):
        return None
    path = ["treenn"]
    for argument in arguments:
        if (command := getattr(command, "commands", {}).get(argument)) is None:
            break
        path.append(argument)
    return f"{message[0].lower()}{message[1:]} (try `{' '.join(path)} --help`)"


if __name__ == "__main__":
    main()
