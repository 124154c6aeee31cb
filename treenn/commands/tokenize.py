"""`treenn tokenize`: text to sentences and words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands.options import Json, command_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from treenn.commands.sentences import Line


def tokenize(
    texts: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="Texts.", show_default=False)] = None,
    file: Annotated[
        list[str],
        typer.Option(metavar="FILE", help="Texts, one a line, UTF-8; - is standard input. Give it again for more."),
    ] = [],  # noqa: B006 (typer wants a list)
    no_split: Annotated[bool, typer.Option("--no-split", help="Treat each text as one sentence.")] = False,
    json: Json = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Instead, evaluate on this CoNLL-U file with texts: precision, recall, F1."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the evaluation of --against as JSON.")
    ] = None,
) -> None:
    """Split texts into sentences and words, as `treenn predict` and `treenn parse` do; one sentence per line.

    The lines are input for `--tokenized` elsewhere. With --json, one list of sentences per text.

    Example: treenn tokenize "It isn't bad. I'd watch it again!"

    Example: treenn tokenize --against en_ewt-ud-dev.conllu
    """
    from treenn.commands.sentences import STANDARD_INPUT, Line, read_lines
    from treenn.trees import InputError

    if against is not None and (texts or file or no_split):
        raise InputError("--against evaluates a file of its own; give neither TEXT nor --file nor --no-split with it")
    if out is not None and against is None:
        raise InputError("--out is where the evaluation of --against goes; give --against FILE with it")
    if texts and file:
        raise InputError("give TEXT or --file, not both")
    if against is not None:
        _evaluate(against, out, json)
        return
    lines = map(Line, texts) if texts else read_lines(file or [STANDARD_INPUT])
    for sentences in map(_whole if no_split else _split, lines):
        _print(sentences, json)


def _split(line: Line) -> list[list[str]]:
    """The words of each sentence of a text."""
    from treenn.text import split_sentences, tokenize

    line.words(tokenized=False)  # refuses what is not UTF-8
    return [tokenize(sentence) for sentence in split_sentences(line.text)]


def _whole(line: Line) -> list[list[str]]:
    words = line.words(tokenized=False)
    return [words] if words else []


def _print(sentences: list[list[str]], json: bool) -> None:
    from json import dumps

    if json:
        print(dumps(sentences, ensure_ascii=False))
    else:
        print("\n".join(map(" ".join, sentences)))


def _evaluate(path: Path, out: Path | None, json: bool) -> None:
    from json import dumps

    from treenn.commands.show import print_json, say
    from treenn.environment import environment
    from treenn.text.evaluation import evaluate_tokenizer
    from treenn.trees.files import write_text

    measured = evaluate_tokenizer(path)
    differences = measured.pop("differences")  # words of the file, which has a licence of its own
    head = {"schema": "treenn.tokenizer", "version": 1, "command": command_line(), "file": path.name}
    results = {**head, **measured, "environment": environment()}
    if out is not None:
        write_text(out, dumps(results, ensure_ascii=False, indent=1) + "\n")
        say(f"results: {out}")
    if json:
        print_json(results)
    else:
        _print_table(results, differences)


def _print_table(results: dict[str, Any], differences: list[list[Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table("%", "precision", "recall", "F1", "correct", "predicted", "gold", box=SIMPLE_HEAD)
    for name, said in _rows():
        row = results[name]
        measures = (f"{100 * row[measure]:.2f}" for measure in ("precision", "recall", "f1"))
        table.add_row(said, *measures, *(f"{row[count]}" for count in ("correct", "predicted", "gold")))
    Console().print(table)
    print("differences by kind: " + ", ".join(f"{kind} {count}" for kind, count in results["kinds"].items()))
    print("the most frequent ones (gold | treenn):")
    for gold, predicted, count in differences[:10]:
        print(f"  {gold} | {predicted}  ({count} times)")


def _rows() -> Iterator[tuple[str, str]]:
    yield "tokens", "tokens"
    yield "tokens_at_hyphens", "tokens, compounds whole"
    yield "sentences", "sentences"
