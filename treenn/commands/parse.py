"""`treenn parse`: the trees of sentences, drawn or one per line."""

from __future__ import annotations

from functools import partial
from itertools import chain
from json import dumps
from shutil import get_terminal_size
from typing import Annotated

import typer

from treenn.commands import options
from treenn.commands.shards import shard_options
from treenn.commands.shards.corpus import corpus_of
from treenn.commands.shards.parse_transform import ParseTransform
from treenn.commands.source import read_source
from treenn.commands.svg_files import SvgTarget
from treenn.commands.text_input import Line, Parsed, find_sentences_of, parse_lines, print_lines
from treenn.commands.tree_rows import bracket_row, parse_object, sentence_trees
from treenn.trees import InputError, draw_svg, draw_text

_ONE = "give one text, or --svg DIR/ for all"
_SPLIT = "--no-split makes a text one sentence, and --svg DIR/ draws all"


def parse(
    texts: options.Texts = None,
    file: options.TextsOrTables = [],  # noqa: B006 (typer wants a list)
    parser: options.ParserName = "chart",
    tokenized: options.Tokenized = False,
    no_split: options.NoSplit = False,
    brackets: Annotated[bool, typer.Option("--brackets", help="Print trees as (X (X The) (X movie)).")] = False,
    json: options.JsonLines = False,
    svg: options.Svg = None,
    form: options.Form = None,
    text_column: options.TextColumn = None,
    encoding: options.EncodingOfFile = "utf-8",
    out: shard_options.Out = None,
    keep: shard_options.Keep = [],  # noqa: B006
    shard: shard_options.ShardOf = None,
    jobs: shard_options.Jobs = None,
    dask: shard_options.Dask = None,
    overwrite: shard_options.Overwrite = False,
) -> None:
    """Parse sentences to binary trees and draw them. Without TEXT and --file, texts are read from standard input.

    --brackets prints one line per sentence, and an empty line for a line without words. With --no-split or
    --tokenized, it prints one line per line of input. A sentence over the parser's limit is divided at punctuation.
    With --no-split or --tokenized, the trees of its parts are joined.

    --json prints one line per line of input, with the keys `text`, `words`, `tree`, `merges`, `labels` and
    `sentences`. Each sentence has the first five of these keys. For several sentences and for a line without words,
    `tree` is null, and `merges` and `labels` are empty.

    --out writes to a file, for large corpora: in parallel, in shards, and an interrupted run is resumed by the same
    command. It also reads tables and Parquet.

    Example: treenn parse "The movie was not nearly as good as its trailer."

    Example: treenn parse --file reviews.txt --brackets > trees.txt

    Example: treenn parse --file corpus.parquet --out trees.parquet --shard 1/100 --jobs 8
    """
    from treenn.parsers.loading import load_parser

    sharded = shard_options.ShardOptions(out, shard, jobs, dask, tuple(keep), overwrite)
    if out is not None:
        sharded.check_alone(texts, {"brackets": brackets, "json": json, "svg": svg is not None})
        shard_options.check_keep(keep, ParseTransform.KEYS)
        transform = ParseTransform(
            parser=parser, tokenized=tokenized, no_split=no_split, form=sharded.form, keep=tuple(keep)
        )
        shard_options.write_rows(sharded, corpus_of(file, form, encoding, text_column, keep), transform, "parsing")
        return
    if sum((brackets, json, svg is not None)) > 1:
        raise InputError("give at most one of --brackets, --json and --svg")
    target = None if svg is None else SvgTarget(svg)
    source = read_source(texts, file, form, text_column, encoding)
    sentences = find_sentences_of(source.lines, tokenized=tokenized, split=not no_split)
    parsed = chain.from_iterable(parse_lines(load_parser(parser), sentences))
    one_line = tokenized or no_split
    if target is not None:
        trees = (tree for _, pairs in parsed for tree in sentence_trees(pairs, one_line=one_line))
        target.write(map(draw_svg, trees), _ONE if one_line else _SPLIT)
        return
    show = partial(_bracketed, one_line) if brackets else _as_json if json else _drawn
    print_lines(((line, pairs or None) for line, pairs in parsed), show, source.total, bar=None if texts else "parsing")


def _bracketed(one_line: bool, _: Line, pairs: list[Parsed] | None) -> str:
    return bracket_row(sentence_trees(pairs or [], one_line=one_line))


def _as_json(line: Line, pairs: list[Parsed] | None) -> str:
    return dumps(parse_object(line, pairs or [])) + "\n"


def _drawn(_: Line, pairs: list[Parsed] | None) -> str:
    width = get_terminal_size().columns
    return "".join(f"{draw_text(tree, width=width)}\n\n" for _, tree in pairs or ())
