"""The options of `treenn parse` and `treenn predict` for large corpora."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from treenn.commands.output import progress_bar, say
from treenn.commands.shards.corpus import Corpus
from treenn.commands.shards.shard import CHUNK, Shard
from treenn.commands.shards.transform import BLANK, DIVIDED, Form, Transform
from treenn.trees.arguments import Runs, check
from treenn.trees.errors import InputError, argument

Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write to this file: .jsonl as --json, .parquet with the same fields, .txt with trees in brackets. The "
        "same command resumes an interrupted run.",
    ),
]
ShardOf = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help=f"With --out: the I-th of N parts of the input, in multiples of {CHUNK} records.",
    ),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="N", help="With --out: worker processes, one thread each (default: 1).")
]
Dask = Annotated[
    str | None,
    typer.Option(
        "--dask", metavar="ADDRESS", help="With --out: run on the Dask cluster with this scheduler, e.g. tcp://host:1."
    ),
]
Keep = Annotated[
    list[str],
    typer.Option("--keep", metavar="COLUMN", help="With --out: a column of a table to copy as text; repeatable."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="With --out: restart, and replace what an earlier run wrote.")
]

_FORMS: Mapping[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".txt": "text"}


@dataclass(frozen=True)
class ShardOptions:
    """The values of these options.

    Args:
        out: the output file (None: standard output, without the other options).
        shard: the shard (None: the whole input).
        jobs: the number of worker processes (None: 1).
        dask: the address of a Dask scheduler (None: worker processes).
        keep: the columns to copy.
        overwrite: whether to restart.

    Raises:
        InputError: if a value is out of range, options exclude each other, or one needs --out.
    """

    out: Path | None
    shard: str | None
    jobs: int | None
    dask: str | None
    keep: tuple[str, ...]
    overwrite: bool

    def __post_init__(self) -> None:
        check("jobs", self.jobs, Runs | None)
        others = ("shard", "jobs", "dask", "keep", "overwrite")
        given = [name for name in others if getattr(self, name) not in (None, (), False)]
        if self.out is None and given:
            raise InputError(f"{argument(given[0])} needs {argument('out')} FILE")
        if self.dask is not None and self.jobs is not None:
            problem = f"cannot be combined with {argument('dask')}; the cluster determines the number of workers"
            raise InputError(f"{argument('jobs')}: {problem}")

    @property
    def form(self) -> Form:
        """The form of the output file, by its suffix.

        Raises:
            InputError: if the suffix is unknown, or columns are to be copied to a file of trees.
        """
        form = _FORMS.get(self.out.suffix.lower() if self.out else "")
        if form is None:
            raise InputError(f"{argument('out')} {self.out}: the suffix must be {', '.join(_FORMS)}")
        if form == "text" and self.keep:
            raise InputError(f"{argument('keep')}: a .txt file has only trees; {argument('out')} must be another")
        return form

    def check_alone(self, texts: Collection[str] | None, others: Mapping[str, bool]) -> None:
        """Validate that no text and no other option of output is given with --out.

        Args:
            texts: the arguments.
            others: whether each option of output is given.

        Raises:
            InputError: if one is.
        """
        if texts:
            raise InputError(f"{argument('out')} reads --file or standard input; give no TEXT")
        for name, is_given in others.items():
            if is_given:
                raise InputError(f"give {argument('out')} or {argument(name)}, not both")


def check_keep(keep: Collection[str], own: Collection[str]) -> None:
    """Validate that the columns to copy are distinct, and no keys of the output.

    Raises:
        InputError: if not.
    """
    for name in keep:
        if name in own:
            raise InputError(f"{argument('keep')} {name}: a key of the output; the column must be renamed")
        if list(keep).count(name) > 1:
            raise InputError(f"{argument('keep')} {name}: given twice; must be given once")


def write_rows(options: ShardOptions, corpus: Corpus, transform: Transform, title: str) -> None:
    """Write the rows of a corpus to --out, and report their number.

    Args:
        options: the options.
        corpus: the texts.
        transform: the computation.
        title: the title of the progress bar.
    """
    from treenn.commands.shards.run import Workers, run_corpus
    from treenn.commands.shards.target import Target

    assert options.out is not None
    shard = None if options.shard is None else Shard.of(options.shard)
    target, workers = Target(options.out), Workers(options.jobs or 1, options.dask)
    with progress_bar(title) as progress:
        counts = run_corpus(
            corpus, transform, target, shard=shard, workers=workers, overwrite=options.overwrite, progress=progress
        )
    for name, count in sorted(counts.items()):
        if name != "records":
            say(f"records {name}: {count}" if name in (BLANK, DIVIDED) else f"warning: {name}: {count} records")
    say(f"written: {options.out} ({counts['records']} records)")
