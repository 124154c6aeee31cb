"""`treenn agreement`: the agreement of two annotators on labels and structures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import print_json, print_table, tell
from treenn.trees.arguments import check
from treenn.trees.class_comment import ClassScale

if TYPE_CHECKING:
    from treenn.labelling.agreement import Agreement

_File = typer.Argument(metavar="FILE", help="A file of `treenn label`.")


def agreement(
    first: Annotated[Path, _File],
    second: Annotated[Path, _File],
    scale: Annotated[
        str | None,
        typer.Option(
            metavar="ordinal|nominal", help="The scale of the classes (default: as recorded in the first FILE)."
        ),
    ] = None,
    show: Annotated[
        int, typer.Option(metavar="N", min=0, help="The maximum number of disagreements in the table.")
    ] = 20,
    json: options.Json = False,
) -> None:
    """Compare the annotations of the same sentences by two annotators.

    The tables have Cohen's kappa, also with weights, and Krippendorff's alpha, for whole sentences and for all phrases
    and words that are in both trees. Then follow the number of different structures, the F1 of brackets and the
    disagreements. A dash is an undefined coefficient: both annotators use one class only, the same. Sentences are
    matched by their texts.

    Example: treenn agreement ann.txt bea.txt
    """
    from treenn.labelling.agreement import compare_annotations
    from treenn.labelling.agreement_rows import coefficient_rows, count_lines
    from treenn.labelling.annotations import read_annotations
    from treenn.trees.json_records import to_json

    kind: ClassScale | None = check("scale", scale, ClassScale | None)
    result = compare_annotations(read_annotations(first), read_annotations(second), kind)
    if json:
        print_json(to_json(result))
        return
    for line in count_lines(result):
        tell(line)
    print_table(coefficient_rows(result), "", "sentences", "phrases and words")
    heads = [f"{result.first}:", *result.classes]
    print_table(_confusion(result), *heads, title=f"phrases and words, by class; columns: {result.second}")
    _print_disagreements(result, show)


def _confusion(result: Agreement) -> list[list[str]]:
    rows = zip(result.classes, result.spans.confusion, strict=True)
    return [[name, *(f"{count:,}" for count in counts)] for name, counts in rows]


def _print_disagreements(result: Agreement, most: int) -> None:
    shown = result.disagreements[:most]
    if not shown:
        return
    total = len(result.disagreements)
    title = f"disagreements: {total}" + (
        "" if total == len(shown) else f", the first {len(shown)}; --show N shows more"
    )
    prose = ("phrase", result.first, result.second, "sentence")
    rows = [(each.phrase, each.first, each.second, "" if each.is_sentence else each.sentence) for each in shown]
    print_table(rows, *prose, title=title, prose=prose[1:])
