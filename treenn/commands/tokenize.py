"""`treenn tokenize`: split text into sentences and words."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.output import deliver, percents, print_table
from treenn.commands.text_input import read_input
from treenn.runtime.terminal import console
from treenn.trees import InputError
from treenn.trees.draw import visible


def tokenize(
    texts: options.Texts = None,
    file: options.TextFiles = [],  # noqa: B006 (typer wants a list)
    no_split: options.NoSplit = False,
    json: options.Json = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Evaluate the tokenizer on this CoNLL-U file; its sentences need `# text`."),
    ] = None,
    out: options.Record = None,
) -> None:
    """Split texts into sentences and words, as `treenn predict` and `treenn parse` do, and print one sentence per line.

    The output is valid input for `--tokenized`. --json prints one list of sentences per text. --against prints
    precision, recall and F1 of words and sentences.

    Example: treenn tokenize "It isn't bad. I'd watch it again!"

    Example: treenn tokenize --against en_ewt-ud-dev.conllu
    """
    if against is not None and (texts or file or no_split):
        raise InputError("--against: cannot be combined with TEXT, --file or --no-split")
    if out is not None and against is None:
        raise InputError("--out: needs --against FILE, whose results it stores")
    if against is not None:
        _evaluate(against, out, json)
        return
    for line in read_input(texts, file)[0]:
        sentences = [sentence.words for sentence in line.sentences(tokenized=False, split=not no_split)]
        print(dumps(sentences) if json else "\n".join(" ".join(map(visible, words)) for words in sentences))


def _evaluate(path: Path, out: Path | None, json: bool) -> None:
    from treenn.runtime.environment import environment
    from treenn.text.tokenizer_evaluation import evaluate_tokenizer

    measured = evaluate_tokenizer(path)
    differences = measured.pop("differences")  # words of the file, which may not be redistributable
    head = {"schema": "treenn.tokenizer", "version": 1, "command": options.command_line(), "file": path.name}
    results = {**head, **measured, "environment": environment()}
    deliver(results, out, json=json, show=lambda: _print_table(results, differences))


_ROWS = {"tokens": "tokens", "tokens_at_hyphens": "tokens, hyphenated compounds whole", "sentences": "sentences"}


def _print_table(results: dict[str, Any], differences: list[list[Any]]) -> None:
    counts = ("correct", "predicted", "gold")
    rows = (
        (title, *percents(results[name], "precision", "recall", "f1"), *(str(results[name][key]) for key in counts))
        for name, title in _ROWS.items()
    )
    print_table(rows, "percent", "precision", "recall", "F1", *counts)
    out = console()
    out.print("differences by kind: " + ", ".join(f"{kind} {count}" for kind, count in results["kinds"].items()))
    out.print("the most frequent ones (gold | treenn):")
    for gold, predicted, count in differences[:10]:
        out.print(f"  {gold} | {predicted}  ({count} times)")
