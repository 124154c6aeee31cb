"""`treenn predict`: the classes of texts, of their sentences and of every phrase in them, by one or several models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from treenn.commands import options
from treenn.commands.dataset_options import Source
from treenn.commands.output import say
from treenn.commands.prediction_output import PredictionOutput
from treenn.commands.prediction_stream import (
    Models,
    predict_lines,
    predict_trees,
    report_warnings,
)
from treenn.commands.shards import shard_options
from treenn.commands.shards.corpus import corpus_of
from treenn.commands.shards.predict_transform import PredictTransform
from treenn.commands.source import TextSource, read_source
from treenn.commands.treebank_input import check_no_texts, trees_of


def predict(
    texts: options.Texts = None,
    file: options.TextsOrTables = [],  # noqa: B006 (typer wants a list)
    model: Annotated[
        list[str],
        typer.Option(
            metavar="DIR",
            help="A folder of `treenn train`, or of `treenn compare` for all its networks; repeatable; sentiment is "
            "the shipped model.",
        ),
    ] = ["sentiment"],  # noqa: B006
    treebank: Source = None,
    split: Annotated[str, typer.Option(metavar="NAME", help="With --treebank: the split.")] = "test",
    parser: options.ParserOfModel = None,
    contextual: options.Contextual = [],  # noqa: B006
    trust_module: options.TrustModule = [],  # noqa: B006
    tokenized: options.Tokenized = False,
    no_split: options.NoSplit = False,
    text_column: options.TextColumn = None,
    form: options.Form = None,
    encoding: options.EncodingOfFile = "utf-8",
    json: options.JsonLines = False,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the columns of the input and the predictions to this CSV file, or TSV by its suffix.",
        ),
    ] = None,
    svg: options.Svg = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all texts to this HTML page.")] = None,
    out: shard_options.Out = None,
    keep: shard_options.Keep = [],  # noqa: B006
    shard: shard_options.ShardOf = None,
    jobs: shard_options.Jobs = None,
    dask: shard_options.Dask = None,
    overwrite: shard_options.Overwrite = False,
) -> None:
    """Parse each sentence of a text and draw its tree with the class of every phrase.

    The shipped model predicts sentiment, from 0, very negative, to 4. The probabilities of a text are the mean of those
    of its sentences. On an ordinal scale, a sentence has the weight 1 - P(middle class), so sentences without an
    opinion count little. A sentence longer than the parser's limit is divided at punctuation. Tokenizer and parser are
    those of the model's training texts, if its folder records them.

    --treebank predicts the sentences of a data set on the trees of the data set, whose options are in its dataset.toml.

    With several models, their trees are next to each other, and the nodes at which they differ are marked by *.

    Without TEXT and --file, texts are read from standard input. --json prints exactly one line per line of input, with
    the keys `text`, `label`, `probabilities`, `tree`, `sentences`, `class`, `unknown_words`, `unknown_share` and
    `warning`. Each sentence has the same keys without `sentences`. `label` is the number of the most probable class. A
    text without words is neutral, or has the label null if there is no middle class. `tree` is null unless the text is
    one sentence. `warning` is "many unknown words" if over a third are unknown. A text in another language than that of
    an English model is not judged: `warning` is "not English", and `label`, `class` and `probabilities` are null. With
    several models, the keys are `text` and `models`, an object with these keys for each model.

    --out writes to a file, for large corpora: in parallel, in shards, and an interrupted run is resumed by the same
    command.

    Example: treenn predict "It's not a great movie, but the last ten minutes are wonderful."

    Example: treenn predict --file reviews.csv --text-column review --csv predictions.csv

    Example: treenn predict --model comparison "It's not a great movie."

    Example: treenn predict --model my-model --treebank my-data --split dev --csv predictions.csv

    Example: treenn predict --file corpus.parquet --out predictions.parquet --shard 1/100 --jobs 8
    """
    sharded = shard_options.ShardOptions(out, shard, jobs, dask, tuple(keep), overwrite)
    if out is not None:
        others = {"json": json, "csv": csv is not None, "svg": svg is not None, "html": html is not None}
        sharded.check_alone(texts, others | {"treebank": treebank is not None})
        corpus = corpus_of(file, form, encoding, text_column, keep)
        shard_options.check_keep(keep, PredictTransform.KEYS)
        transform = PredictTransform(
            model=tuple(model),
            parser=parser,
            contextual=tuple(contextual),
            trust_module=tuple(trust_module),
            tokenized=tokenized,
            no_split=no_split,
            form=sharded.form,
            keep=tuple(keep),
        )
        shard_options.write_rows(sharded, corpus, transform, "predicting")
        return
    output = PredictionOutput.of(json, csv, svg, html)
    if treebank is not None:
        check_no_texts(texts, file, text_column, parser, tokenized or no_split)
        trees = trees_of(treebank, split)
        source = TextSource(iter(()), len(trees), ("text",))
    else:
        source = read_source(texts, file, form, text_column, encoding, keep_all=csv is not None)

    from treenn.sentiment.named_models import load_models

    models = load_models(model, parser, contextual, trust_module, say)
    if treebank is not None:
        predictions = predict_trees(models, trees)
    else:
        predictions = predict_lines(models, source.lines, tokenized=tokenized, split=not no_split)
    if not texts and not output.is_drawing:
        predictions = report_warnings(predictions, say)
    remedy = _remedy(models, one_line=tokenized or no_split)
    output.write(predictions, models, source, remedy, bar=None if texts else "predicting")


def _remedy(models: Models, *, one_line: bool) -> str:
    """The remedy in the error message on several sentences."""
    limits = [model.parser.max_words for model in models.values() if model.parser.max_words is not None]
    within = f" of at most {min(limits)} words" if limits else ""
    several = "--svg DIR/ or --html draws all"
    return (
        f"give one text{within}, or {several}"
        if one_line
        else f"--no-split makes a text{within} one sentence, and {several}"
    )
