"""Runs of `treenn parse --out` over a small corpus, whose chunks end in a given order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from treenn.commands.shards.corpus import Corpus
from treenn.commands.shards.parse_transform import ParseTransform
from treenn.commands.shards.run import run_corpus
from treenn.commands.shards.shard import Shard
from treenn.commands.shards.target import Target

Command = Callable[..., Any]

LINES = [f"Film {number} is not good." if number % 5 else "" for number in range(1, 22)]
CHUNK = 4


def written(out: Path, shard: Shard | None = None) -> bytes:
    """Run `treenn parse --file in.txt --out OUT`, without the command line. Returns the output."""
    run_corpus(Corpus((str(out.with_name("in.txt")),)), ParseTransform(parser="right"), Target(out), shard=shard)
    return out.read_bytes()


def in_reverse(function: Command, calls: Iterable[Any], jobs: object, done: Callable[[Any], None]) -> None:
    """As `run_side_by_side` if every chunk ends before the one before it."""
    for call in reversed(list(calls)):
        done(function(*call))


def interrupted_after(chunks: slice) -> Command:
    """As `in_reverse` for some chunks, and then an interruption."""

    def interrupted(function: Command, calls: Iterable[Any], jobs: object, done: Callable[[Any], None]) -> None:
        in_reverse(function, list(calls)[chunks], jobs, done)
        raise KeyboardInterrupt

    return interrupted
