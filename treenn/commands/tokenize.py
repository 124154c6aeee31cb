"""`treenn tokenize`: split text into sentences and words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from treenn.commands.options import Json, NoSplit, Record, TextFiles, Texts, command_line


def tokenize(
    texts: Texts = None,
    file: TextFiles = [],  # noqa: B006 (typer wants a list)
    no_split: NoSplit = False,
    json: Json = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Evaluate on this CoNLL-U file with texts instead: precision, recall, F1."),
    ] = None,
    out: Record = None,
) -> None:
    """Split texts into sentences and words, as `treenn predict` and `treenn parse` do; one sentence per line.

    The output is valid input for `--tokenized`. With --json, one list of sentences per text.

    Example: treenn tokenize "It isn't bad. I'd watch it again!"

    Example: treenn tokenize --against en_ewt-ud-dev.conllu
    """
    from treenn.commands.text_input import read_input
    from treenn.trees import InputError

    if against is not None and (texts or file or no_split):
        raise InputError("--against evaluates a file; give neither TEXT nor --file nor --no-split with it")
    if out is not None and against is None:
        raise InputError("--out is the file of an evaluation; give --against FILE with it")
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
    from treenn.commands.progress_bars import deliver
    from treenn.runtime.environment import environment
    from treenn.text.tokenizer_evaluation import evaluate_tokenizer

    measured = evaluate_tokenizer(path)
    differences = measured.pop("differences")  # words of the file, which may not be redistributable
    head = {"schema": "treenn.tokenizer", "version": 1, "command": command_line(), "file": path.name}
    results = {**head, **measured, "environment": environment()}
    deliver(results, out, json=json, show=lambda: _print_table(results, differences))


_ROWS = {"tokens": "tokens", "tokens_at_hyphens": "tokens, hyphenated compounds whole", "sentences": "sentences"}


def _print_table(results: dict[str, Any], differences: list[list[Any]]) -> None:
    from treenn.commands.progress_bars import percents
    from treenn.runtime.terminal import Grid, console

    table = Grid("percent", "precision", "recall", "F1", "correct", "predicted", "gold")
    for name, title in _ROWS.items():
        row = results[name]
        counts = (str(row[count]) for count in ("correct", "predicted", "gold"))
        table.add_row(title, *percents(row, "precision", "recall", "f1"), *counts)
    out = console()
    out.print(table)
    out.print("differences by kind: " + ", ".join(f"{kind} {count}" for kind, count in results["kinds"].items()))
    out.print("the most frequent ones (gold | treenn):")
    for gold, predicted, count in differences[:10]:
        out.print(f"  {gold} | {predicted}  ({count} times)")
