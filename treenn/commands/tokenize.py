"""`treenn tokenize`: text to sentences and words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from treenn.commands.options import Json, NoSplit, command_line


def tokenize(
    texts: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="Texts.", show_default=False)] = None,
    file: Annotated[
        list[str],
        typer.Option(metavar="FILE", help="Texts, one a line, UTF-8; - is standard input. Give it again for more."),
    ] = [],  # noqa: B006 (typer wants a list)
    no_split: NoSplit = False,
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
    from treenn.commands.text_input import read_input
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
    for line in read_input(texts, file)[0]:
        _print([sentence.words for sentence in line.sentences(tokenized=False, split=not no_split)], json)


def _print(sentences: Sequence[Sequence[str]], json: bool) -> None:
    from json import dumps

    from treenn.trees.draw import visible

    if json:
        print(dumps(sentences))
    else:
        print("\n".join(" ".join(map(visible, words)) for words in sentences))


def _evaluate(path: Path, out: Path | None, json: bool) -> None:
    from json import dumps

    from treenn.commands.progress_bars import print_json, say
    from treenn.runtime.environment import environment
    from treenn.text.tokenizer_evaluation import evaluate_tokenizer
    from treenn.trees.files import write_text

    measured = evaluate_tokenizer(path)
    differences = measured.pop("differences")  # words of the file, which has a licence of its own
    head = {"schema": "treenn.tokenizer", "version": 1, "command": command_line(), "file": path.name}
    results = {**head, **measured, "environment": environment()}
    if out is not None:
        write_text(out, dumps(results, indent=1) + "\n")
        say(f"results: {out}")
    if json:
        print_json(results)
    else:
        _print_table(results, differences)


_ROWS = {"tokens": "tokens", "tokens_at_hyphens": "tokens, compounds whole", "sentences": "sentences"}


def _print_table(results: dict[str, Any], differences: list[list[Any]]) -> None:
    from treenn.runtime.terminal import Grid, console

    table = Grid("percent", "precision", "recall", "F1", "correct", "predicted", "gold")
    for name, title in _ROWS.items():
        row = results[name]
        measures = (f"{100 * row[measure]:.2f}" for measure in ("precision", "recall", "f1"))
        table.add_row(title, *measures, *(f"{row[count]}" for count in ("correct", "predicted", "gold")))
    out = console()
    out.print(table)
    out.print("differences by kind: " + ", ".join(f"{kind} {count}" for kind, count in results["kinds"].items()))
    out.print("the most frequent ones (gold | treenn):")
    for gold, predicted, count in differences[:10]:
        out.print(f"  {gold} | {predicted}  ({count} times)")
