"""Options of several commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from treenn.runtime.portable_command import portable_command

Treebank = Annotated[str, typer.Option("--treebank", metavar="NAME", help="A treebank of `treenn data list`.")]
Models = Annotated[
    str,
    typer.Option(
        "--models",
        metavar="NAME,NAME",
        help="Networks of `treenn cells`; the sizes of all but the first are matched to its number of parameters.",
    ),
]
Size = Annotated[int, typer.Option("--size", help="The width of hidden states.")]
WordSize = Annotated[int, typer.Option("--word-size", help="The width of word vectors.")]
Device = Annotated[str, typer.Option("--device", metavar="cpu|cuda", help="The device.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line of input.")]
Vectors = Annotated[
    list[str],
    typer.Option(
        "--vectors",
        metavar="FILE",
        help="A text file of word vectors, or the name of fetched ones; repeatable, vectors are concatenated.",
    ),
]
SkipBad = Annotated[
    bool,
    typer.Option(
        "--skip-bad",
        help="Skip malformed sentences and rows of word vectors; their number and first positions are reported.",
    ),
]
Binarize = Annotated[
    str | None, typer.Option("--binarize", metavar="left|right", help="With --trees: binarize n-ary nodes.")
]
Untagged = Annotated[
    bool, typer.Option("--untagged", help="With --trees: allow words without a tag, as in (NP Japan 's).")
]
Encoding = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="With --trees: the encoding, such as latin-1.")
]
TreesFile = typer.Option(metavar="FILE", help="A bracketed treebank file.")
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The output folder.")]
Record = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Also write the results to this JSON file.")]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace an earlier output of treenn in --out; other files are kept."),
]
_PARSERS = (
    "The parser: chart, balanced, left, random:SEED, right, right-punctuation, spacy:MODEL, stanza:LANGUAGE, "
    "benepar:MODEL, or a folder of `treenn parser train`"
)
ParserName = Annotated[str, typer.Option("--parser", metavar="NAME|DIR", help=f"{_PARSERS}.")]
ParserOfModel = Annotated[
    str | None,
    typer.Option(
        "--parser",
        metavar="NAME|DIR",
        help=f"{_PARSERS} (default: that of the model's training texts, if its folder names one, otherwise chart).",
    ),
]

Texts = Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="Texts.", show_default=False)]
TextFiles = Annotated[
    list[str],
    typer.Option("--file", metavar="FILE", help="A UTF-8 file, one text per line; - is standard input; repeatable."),
]
TextColumn = Annotated[
    str | None,
    typer.Option(
        "--text-column",
        metavar="NAME",
        help="The column of the texts in a table (default: text, sentence, question or review, or the only column).",
    ),
]
Form = Annotated[
    str | None,
    typer.Option(
        "--form", metavar="FORM", help="The form of --file: csv, tsv, jsonl, parquet or lines (default: by its suffix)."
    ),
]
EncodingOfFile = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="The encoding of --file, such as latin-1.")
]
TextsOrTables = Annotated[
    list[str],
    typer.Option(
        "--file",
        metavar="FILE",
        help="A file with one text per line, or CSV, TSV, JSON Lines or Parquet by its suffix; - is standard input; "
        "repeatable.",
    ),
]
Svg = Annotated[
    str | None,
    typer.Option(
        "--svg",
        metavar="FILE|DIR/",
        help="Draw a single sentence to this SVG file, or all to DIR/1.svg, DIR/2.svg, ...; {} in a file name is the "
        "number, too.",
    ),
]
Tokenized = Annotated[
    bool, typer.Option("--tokenized", help="Take each text as one sentence of words separated by spaces.")
]
NoSplit = Annotated[bool, typer.Option("--no-split", help="Take each text as one sentence.")]

ModelName = Annotated[
    str, typer.Option("--model", metavar="DIR", help="A folder of `treenn train`; sentiment is the shipped model.")
]

Contextual = Annotated[
    list[str],
    typer.Option(
        "--contextual",
        metavar="NAME",
        help="A contextual encoder that the model may load, if not one of the two that treenn offers; repeatable.",
    ),
]

TrustModule = Annotated[
    list[str],
    typer.Option(
        "--trust-module",
        metavar="NAME",
        help="A Python module that the model may import, whose code then runs; repeatable.",
    ),
]

Port = Annotated[int, typer.Option("--port", metavar="N", help="The port; 0 is any free one.", min=0, max=65535)]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address, and open no browser.")]


def vector_files(names: list[str]) -> list[str]:
    """Resolve names of word vectors to paths.

    A name is an existing file, else an entry of the catalogue with one file, else a fetched file in TREEBANKS_HOME.

    Raises:
        InputError: if the entry's file is not on this machine.
    """
    from treebanks.catalogue import ENTRIES
    from treebanks.paths import data_home, published_file

    fetched = data_home() / "vectors"
    single = {entry.name: entry.files[0].path for entry in ENTRIES if entry.kind == "vectors" and len(entry.files) == 1}

    def resolved(name: str) -> str:
        if not Path(name).exists() and name in single:
            return str(published_file(name, single[name]))
        return str(fetched / name) if not Path(name).exists() and (fetched / name).exists() else name

    return list(map(resolved, names))


def given(context: typer.Context) -> list[str]:
    """The names of the parameters that are set on the command line."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]


def command_line() -> str:
    """The command as typed, without absolute paths of this machine, for provenance."""
    return portable_command(sys.argv[1:])
