"""Options of `treenn translate`, and the parallel corpus that they select."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands.generation_options import NOT_OF_GENERATION
from treenn.commands.output import progress_bar
from treenn.trees.arguments import check
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treebanks import ParallelCorpus
    from treenn.models.settings import Settings
    from treenn.translation.beam_search import BeamOptions

RECIPE: Mapping[str, Any] = {
    "model": "bilstm",
    "size": 256,
    "word_size": 256,
    "output_layer": "tied",
    "vocabulary_size": 8000,
    "optimizer": "adamw",
    "learning_rate": 0.004,
    "schedule": "cosine",
    "warmup": 0.05,
    "weight_decay": 0.01,
    "clip_norm": 1.0,
    "batch_size": 64,
    "dropout": 0.2,
    "embedding_dropout": 0.1,
    "label_smoothing": 0.1,
    "epochs": 20,
    "precision": "bf16",
}
"""The defaults of `treenn translate train`."""

NOT_OF_TRANSLATION = (*NOT_OF_GENERATION, "word_dropout")
"""The settings that do not apply to translation."""

Corpus = Annotated[
    str,
    typer.Option(
        metavar="NAME|DIR|FILE",
        help="multi30k, multi30k-5000, tatoeba, a folder with train.en, train.de, dev.en and dev.de, or a file of "
        "tab-separated pairs that is split.",
    ),
]
Languages = Annotated[
    str | None,
    typer.Option(
        metavar="en-de", help="The codes of source and target, the suffixes of the files of a folder (default: en-de)."
    ),
]
Split = Annotated[
    str, typer.Option(metavar="N/N/N", help="For a single file, percentages of train, dev and test, or train and dev.")
]
TrainPairs = Annotated[
    int | None, typer.Option(metavar="N", help="Train on N pairs, drawn by their content (default: all).")
]
Trees = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|DIR",
        help="The trees of the sources: a parser, as balanced, random, right, left or a folder (default: that of the "
        "model; in training chart for English, else right).",
    ),
]
ModelFolder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of `treenn translate train`.")]
Beam = Annotated[int, typer.Option(help="The width of beam search; 1 for greedy decoding.")]
Alpha = Annotated[float, typer.Option(help="The exponent of length normalization; 0 for none.")]


def read_corpus(
    name: str,
    languages: str | None,
    *,
    split: str = "90/5/5",
    splits: Collection[str] = ("train", "dev"),
    option: str = "--corpus",
) -> ParallelCorpus:
    """Read a parallel corpus, without trees.

    Args:
        name: the value of --corpus.
        languages: the value of --languages; None for that of a known corpus, else en-de.
        split: the value of --split (default: 90/5/5).
        splits: the splits that are read (default: train and dev).
        option: the option of `name`, for messages (default: --corpus).

    Raises:
        InputError: if there is no such corpus, or it has other languages.
    """
    from treebanks.translation.reading import PARALLEL, check_languages, load_parallel, read_parallel

    wanted = None if languages is None else check_languages(languages)
    if name in PARALLEL:
        if wanted not in (None, PARALLEL[name]):
            known = "-".join(PARALLEL[name])
            raise InputError(f"--languages {languages}: must be {known}, the languages of {name}")
        return load_parallel(name, splits)
    path = Path(name)
    if not path.exists():
        raise InputError(f"{option} {name}: must be a folder, a file, or one of {', '.join(PARALLEL)}")
    return read_parallel(path, wanted or ("en", "de"), split=split, splits=splits)


def evaluated_corpus(name: str, languages: str | None, split: str, model: Path) -> ParallelCorpus:
    """Read one split of a parallel corpus, without trees; a file is divided as in the training of the model.

    Args:
        name: the value of --corpus.
        languages: the value of --languages, or those of the model.
        split: the value of --split.
        model: the folder of the model.

    Raises:
        InputError: if there is no such corpus or split, or it has other languages.
    """
    from treebanks.translation.reading import SPLITS
    from treenn.training.run_dir import earlier_options

    if split not in SPLITS:
        raise InputError(f"--split {split}: must be {', '.join(SPLITS[:-1])} or {SPLITS[-1]}")
    shares = earlier_options(model).get("split", "90/5/5")
    corpus = read_corpus(name, languages, split=str(shares), splits=(split,))
    if split not in corpus.splits:
        raise InputError(f"--split {split}: {name} has no such split")
    return corpus


def parsed(corpus: ParallelCorpus, trees: str | None) -> ParallelCorpus:
    """The corpus with trees of its sources, with a progress bar."""
    from treenn.datasets.parallel import with_trees

    with progress_bar(f"parsing {corpus.name}") as progress:
        return with_trees(corpus, trees, progress)


def search_options(beam: int, alpha: float, n_best: int = 1) -> BeamOptions:
    """The options of beam search.

    Args:
        beam: the value of --beam.
        alpha: the value of --alpha.
        n_best: the value of --n-best (default: 1).

    Raises:
        InputError: if a value is out of range.
    """
    from treenn.translation.beam_search import BeamOptions, BeamWidth

    check("beam", beam, BeamWidth)
    if n_best > beam:
        raise InputError(f"--n-best {n_best}: must be at most --beam, {beam}")
    return BeamOptions(beam, alpha, n_best)


def with_units_of(settings: Settings, target: str, given: Collection[str]) -> Settings:
    """The settings, with characters as units of Chinese and Japanese targets unless --target-units is given."""
    from dataclasses import replace

    if "target_units" in given or target not in ("zh", "ja"):
        return settings
    return replace(settings, target_units="characters")
