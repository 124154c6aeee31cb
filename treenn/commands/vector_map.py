"""`treenn vectors map`: a t-SNE map of words, or of phrases and sentences as a model represents them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.dataset_options import Source
from treenn.commands.output import check_target, progress_bar, say
from treenn.commands.text_input import BATCH, read_input
from treenn.commands.treebank_input import single_sentences, trees_of
from treenn.runtime.portable_command import portable
from treenn.trees.arguments import Count, check
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treenn.sentiment.model import SentimentModel
    from treenn.trees import Tree
    from treenn.vectors.map_points import MapPoints
    from treenn.vectors.table import VectorTable


def draw_map(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|DIR",
            help="A file of word vectors or the name of fetched ones; or a folder of `treenn train`, or sentiment, the "
            "shipped model.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The HTML page.")] = Path("map.html"),
    treebank: Source = None,
    split: Annotated[str, typer.Option(metavar="NAME", help="With --treebank: the split.")] = "dev",
    file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Of a model: a UTF-8 file, one text per line; - is standard input."),
    ] = None,
    count: Annotated[int, typer.Option(metavar="N", help="The maximum number of points.")] = 1_000,
    perplexity: Annotated[float, typer.Option(metavar="X", help="The effective number of neighbours in t-SNE.")] = 30.0,
    seed: Annotated[int, typer.Option(metavar="N", help="The seed of the selection and of t-SNE.")] = 0,
    parser: options.ParserOfModel = None,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006
) -> None:
    """Draw a map of words, or of phrases and sentences as a model represents them, to an HTML page that opens offline.

    The map is a t-SNE projection with cosine distances. Of a file of vectors, its points are the first words, or with
    --treebank the most frequent words of the split, coloured by their most frequent class as a leaf. Of a model, the
    points are sentences and phrases of the split or of the texts, at their node states, the vectors that the
    classifier reads; they are coloured by class, in texts by the predicted one.

    The page has labels on hover and focus, a search box, a legend that hides classes, and zoom; it can be used by
    keyboard.

    Example: treenn vectors map vectors.txt --out words.html

    Example: treenn vectors map sentiment --treebank sst --split dev --out phrases.html
    """
    check_target("--out", out)
    check("count", count, Count)
    points = _points(source, treebank, split, file, count, seed, (parser, contextual, trust_module))
    with progress_bar("t-SNE") as bar:
        from treenn.vectors.map_page import render_map
        from treenn.vectors.projection import project

        bar(0, None, f"{len(points.points):,} points")
        positions = project(points.vectors, perplexity=perplexity, seed=seed)
    write_text(out, render_map(points, positions, f"Map of {portable(source)}", _note(points, treebank, split)))
    say(f"written: {out} ({len(points.points):,} points)")


_Loading = tuple[str | None, list[str], list[str]]
"""The options of loading a model: --parser, --contextual and --trust-module."""


def _points(
    source: str, treebank: str | None, split: str, file: str | None, count: int, seed: int, loading: _Loading
) -> MapPoints:
    """The points of a map: of a model, if the source is a folder or the shipped model, else of a file of vectors."""
    from treenn.models.saving import SHIPPED

    if Path(source).is_dir() or (source == SHIPPED and not Path(source).exists()):
        return _model_points(source, treebank, split, file, count, seed, loading)
    if file is not None or loading[0] is not None:
        option = "--file" if file is not None else "--parser"
        raise InputError(f"{option}: needs a model; {source} is a file of word vectors")
    from treebanks import Treebank
    from treenn.vectors.map_points import labelled_word_points, word_points

    table = read_vector_table(source)
    if treebank is None:
        return word_points(table, count)
    data = single_sentences(treebank, split)
    if not isinstance(data, Treebank) or data.classes is None:
        raise InputError(f"--treebank {treebank}: must be a treebank of trees with classes")
    return labelled_word_points(table, data.trees(split), count, tuple(data.classes), data.scale)


def _model_points(
    source: str, treebank: str | None, split: str, file: str | None, count: int, seed: int, loading: _Loading
) -> MapPoints:
    from treenn.sentiment.named_models import load_models
    from treenn.vectors.map_points import node_points

    if (treebank is None) == (file is None):
        raise InputError("a map of a model needs either --treebank or --file")
    with progress_bar("loading") as bar:
        bar(0, None, source)
        models = load_models([source], *loading, say)
    if len(models) > 1:
        raise InputError(f"{source}: holds {len(models)} models; name the folder of one run")
    (model,) = models.values()
    trees = _text_trees(model, file) if file is not None else trees_of(treebank or "", split)
    with progress_bar("reading nodes") as bar:
        return node_points(model.network, trees, count, seed, bar)


def _text_trees(model: SentimentModel, file: str) -> list[Tree]:
    """The trees of the sentences of a file, without labels."""
    lines, total = read_input(None, [file])
    texts = [line.text for line in lines]
    with progress_bar("parsing") as bar:
        trees: list[Tree] = []
        for start in range(0, len(texts), BATCH):
            documents = model.predict_batch(texts[start : start + BATCH], blank="skip")
            trees += [sentence.tree.unlabelled for document in documents for sentence in document.sentences]
            bar(start, total, "")
    if not trees:
        raise InputError(f"--file {file}: has no words; it must have a text per line")
    return trees


def read_vector_table(file: str) -> VectorTable:
    """Read all vectors of a file, or of fetched ones by their name."""
    from treenn.vectors.table import read_table

    (path,) = options.vector_files([file])
    with progress_bar(f"reading {Path(path).name}") as bar:
        bar(0, None, "")
        return read_table(path)


def _note(points: MapPoints, treebank: str | None, split: str) -> str:
    """The sentence below the title of a map."""
    counts = Counter(point.kind for point in points.points)
    listed = " and ".join(f"{number:,} {kind}{'s' if number > 1 else ''}" for kind, number in counts.items())
    origin = "" if treebank is None else f" of {portable(treebank)} {split}"
    colour = "; colours: the class" if points.classes else ""
    return f"{listed}{origin}, projected by t-SNE{colour}. Distances between far groups have no meaning."
