"""`treenn label`: annotate sentences, from scratch or by correction of a model's predictions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from treenn.commands import options
from treenn.commands.label_page import ask_in_browser, check_other
from treenn.commands.labelling_input import InputFormat, Proposer, load_proposer, read_sources
from treenn.commands.output import check_target, progress_bar, say, shows_colour, tell
from treenn.trees import InputError
from treenn.trees.arguments import check
from treenn.trees.class_comment import ClassScale
from treenn.trees.errors import argument

if TYPE_CHECKING:
    from treenn.labelling.label_file import LabelFile
    from treenn.labelling.proposals import Source, SourceProposals
    from treenn.labelling.screen import Screen
    from treenn.labelling.session import Session


def label(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The bracketed file to write or resume.")],
    sentences: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Texts, one per line or in a table, or bracketed trees with labels to correct.",
            show_default=False,
        ),
    ] = None,
    classes: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="The classes, lowest first (default: the model's).")
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(
            metavar="ordinal|nominal",
            help="The scale of the classes (default: as in --out or the model, otherwise ordinal).",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|none",
            help="The model that proposes labels: a folder of `treenn train`, sentiment, or none (default: none with "
            "--classes, else sentiment).",
        ),
    ] = None,
    blind: Annotated[bool, typer.Option("--blind", help="Show no proposed labels.")] = False,
    order: Annotated[
        str,
        typer.Option(
            metavar="file|uncertainty", help="The order of sentences: as in the file, or least certain first."
        ),
    ] = "file",
    annotator: Annotated[
        str | None, typer.Option(metavar="NAME", help="The annotator's name, recorded in --out (default: none).")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The format of FILE: lines, brackets, csv, tsv or jsonl (default: by its suffix and contents).",
        ),
    ] = None,
    text_column: Annotated[
        str, typer.Option(metavar="NAME", help="The column of the text in CSV, TSV and JSON Lines.")
    ] = "text",
    tokenizer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="treebank, whitespace, characters or spacy:LANGUAGE (default: the model's, without a model treebank).",
        ),
    ] = None,
    parser: options.ParserOfModel = None,
    tokenized: options.Tokenized = False,
    no_split: options.NoSplit = False,
    binarize: Annotated[
        str | None, typer.Option(metavar="left|right", help="Binarize n-ary nodes of bracketed trees.")
    ] = None,
    untagged: Annotated[
        bool, typer.Option("--untagged", help="Allow words without a tag in bracketed trees, as in (NP Japan 's).")
    ] = False,
    encoding: Annotated[str, typer.Option(metavar="NAME", help="The encoding of FILE, such as latin-1.")] = "utf-8",
    web: Annotated[bool, typer.Option("--web", help="Ask in the browser, on a page served to this machine.")] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --web: the file of another annotator, for the agreement at the end or on request.",
            show_default=False,
        ),
    ] = None,
    port: options.Port = 0,
    no_browser: options.NoBrowser = False,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Ask nothing, and write the labelled sentences of --out to this file: CSV, TSV or JSON Lines of "
            "sentences, or brackets, by its suffix.",
        ),
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="With --export: class names in brackets.")] = False,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
) -> None:
    """Label the phrases of sentences, from scratch or by correction of a model's proposals.

    Questions proceed from the whole sentence down. An answer is the name of a class, the beginning of its name, or its
    number. Enter accepts the rest of the sentence. ? lists the other answers, such as undo, skip, and changes of the
    tree. Every answer is saved at once. The same command resumes, even if the sentences of FILE have changed.

    --web asks in the browser: click a phrase, pick a class. A session that began at the terminal continues there, and
    the reverse. `treenn train` reads the result; `treenn agreement` compares the results of two annotators.

    Example: treenn label sentences.txt --out trees.txt

    Example: treenn label sentences.txt --web --annotator bea --against ann.txt --out bea.txt

    Example: treenn label reviews.csv --text-column review --classes neg,neu,pos --annotator ann --out ann.txt

    Example: treenn label --out ann.txt --export labels.csv
    """
    if export is not None:
        _export(out, export, names=names)
        return
    if sentences is None:
        raise InputError("FILE: missing; must be the file with the sentences")
    from treenn.training.folder_lock import locked_file

    check("order", order, Literal["file", "uncertainty"])
    given_scale: ClassScale | None = check("scale", scale, ClassScale | None)
    check_target("--out", out)
    check_other(against, out, web=web)
    how: dict[str, Any] = {"form": form, "text_column": text_column, "tokenizer": tokenizer, "tokenized": tokenized}
    how |= {"split": not no_split, "binarize": binarize, "untagged": untagged, "encoding": encoding}
    file_format = InputFormat(**how)

    proposer = load_proposer(model, classes, parser, contextual, trust_module)
    if order == "uncertainty" and proposer.model is None:
        raise InputError(f"{argument('order')} uncertainty: needs a model; name one with {argument('model')}")
    sources = read_sources(sentences, file_format, proposer)
    with locked_file(out):
        file = _opened(out, sources, proposer, annotator, given_scale)
        _say_resumed(file, sentences)
        session = _session(file, sources, proposer, blind=blind, order=order)
        try:
            if web:
                ask_in_browser(session, blind, against, port, opens_browser=not no_browser)
            else:
                _ask(session)
        finally:
            _say_done(file)


def _opened(
    out: Path, sources: Sequence[Source], proposer: Proposer, annotator: str | None, scale: ClassScale | None
) -> LabelFile:
    from treenn.labelling.label_file import LabelFile

    return LabelFile(out, proposer.classes, [source.text for source in sources], annotator, scale or proposer.scale)


def _session(file: LabelFile, sources: Sequence[Source], proposer: Proposer, *, blind: bool, order: str) -> Session:
    from treenn.labelling.proposals import SourceProposals
    from treenn.labelling.session import Session

    proposals = SourceProposals(sources, proposer.parser, proposer.model, blind=blind)
    ranks = _by_uncertainty(proposals, file) if order == "uncertainty" else None
    return Session(file, [source.text for source in sources], proposer.classes, proposals, ranks)


def _by_uncertainty(proposals: SourceProposals, file: LabelFile) -> list[int]:
    finished = {number for number in range(len(file.entries)) if not file.is_open(number)}
    with progress_bar("order by uncertainty") as progress:
        return proposals.by_uncertainty(finished, progress)


def _ask(session: Session) -> None:
    from treenn.labelling.dialogue import Dialogue

    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # undecodable bytes are invalid answers
    try:
        Dialogue(session, _screen, input, print).run()
    except (EOFError, KeyboardInterrupt):
        print()


def _screen() -> Screen:
    from treenn.labelling.screen import Screen

    size = get_terminal_size()
    return Screen(size.columns, size.lines if sys.stdout.isatty() else None, shows_colour())


def _export(annotated: Path, path: Path, *, names: bool) -> None:
    from treenn.labelling.annotations import read_annotations
    from treenn.labelling.export import export_annotations

    check_target("--export", path)
    exported = export_annotations(read_annotations(annotated), path, names=names)
    tell(f"{path}: {exported.sentences} labelled sentences")
    if exported.omitted:
        say(f"{exported.omitted} sentences have labels of phrases only; they are omitted")


def _say_resumed(file: LabelFile, sentences: Path) -> None:
    if done := file.count("labelled") + file.count("skipped"):
        say(f"{file.path}: resuming after {done} of {len(file.entries)} sentences")
    if file.others:
        say(f"{sentences} has changed: {len(file.others)} sentences of {file.path} are no longer in it; they are kept")


def _say_done(file: LabelFile) -> None:
    labelled, skipped = file.count("labelled"), file.count("skipped")
    say(f"{file.path}: {labelled} of {len(file.entries)} sentences are labelled, {skipped} skipped")
    if labelled + skipped < len(file.entries):
        say("repeat the command to resume")
