"""Options of `treenn lm`, and the corpus that they select."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands.generation_options import NOT_OF_GENERATION
from treenn.commands.output import progress_bar
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treebanks import Sentence, TextCorpus
    from treenn.lm.language_model import LanguageModel

RECIPE: Mapping[str, Any] = {
    "model": "lstm",
    "size": 400,
    "word_size": 400,
    "output_layer": "tied",
    "vocabulary_size": 0,
    "optimizer": "adamw",
    "learning_rate": 0.003,
    "schedule": "cosine",
    "warmup": 0.02,
    "weight_decay": 0.01,
    "clip_norm": 1.0,
    "batch_size": 64,
    "dropout": 0.3,
    "embedding_dropout": 0.2,
    "epochs": 10,
}
"""The defaults of `treenn lm train`; as `Settings` they would import torch for every command."""

NOT_OF_LANGUAGE_MODELS = (*NOT_OF_GENERATION, "source_units", "target_units", "attention", "label_smoothing")
"""The settings that do not apply to language models."""

WORDS = 10_000
"""The default vocabulary size of models of words."""

Corpus = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|DIR|FILE",
        help="corpus, poems, a folder with train.txt, dev.txt and optionally test.txt, or a file that is split: one "
        "sentence per line.",
    ),
]
UnitName = Annotated[
    str | None,
    typer.Option(metavar="word|char", help="The tokens: words, separated by spaces, or characters (default: word)."),
]
Forms = Annotated[bool, typer.Option("--forms", help="Each line is a poem: its form, such as 7x4, is its first token.")]
Split = Annotated[
    str, typer.Option(metavar="N/N/N", help="For a single file, percentages of train, dev and test, or train and dev.")
]
ModelFolder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of `treenn lm train`.")]
Temperature = Annotated[float, typer.Option(help="The divisor of log-probabilities; below 1 for more probable texts.")]
TopK = Annotated[int, typer.Option("--top-k", help="Draw from this number of most probable tokens; 0 for all.")]
TopP = Annotated[float, typer.Option("--top-p", help="Draw from the most probable tokens with this total probability.")]
Seed = Annotated[int, typer.Option(help="The seed.")]


def read_training_corpus(name: str, unit: str | None, *, forms: bool, split: str) -> TextCorpus:
    """Read train and dev of a corpus.

    Args:
        name: the value of --corpus.
        unit: the value of --unit; None for that of a known corpus, else words.
        forms: the value of --forms.
        split: the value of --split.

    Raises:
        InputError: if there is no such corpus, or an option does not apply to it.
    """
    from treebanks.text.reading import load_corpus

    splits = ("train", "dev")
    with progress_bar(f"reading {name}") as progress:
        progress(0, None, "reading")
        if (known := known_corpus(name, unit)) is not None:
            return load_corpus(known, splits)
        return read_own_corpus("--corpus", name, unit, forms=forms, split=split, splits=splits)


def known_corpus(name: str, unit: str | None) -> str | None:
    """The name of a corpus of the catalogue with a unit; None for other data.

    Args:
        name: the name without the unit.
        unit: the value of --unit; None for the default of the corpus.

    Raises:
        InputError: if there is no such unit, or the corpus has another one.
    """
    from treebanks.text.reading import CORPORA, check_unit

    wanted = None if unit is None else check_unit(unit)
    if name not in CORPORA:
        return None
    full = f"{name}-characters" if name == "corpus" and wanted == "character" else name
    if wanted not in (None, CORPORA[full]):
        raise InputError(f"--unit {unit}: {name} has the unit {CORPORA[full]}")
    return full


def read_own_corpus(option: str, name: str, unit: str | None, **how: Any) -> TextCorpus:
    """Read a corpus from a folder or a file.

    Args:
        option: the option, for the message.
        name: its value.
        unit: the value of --unit; None for words.
        how: further arguments of `read_corpus`.

    Raises:
        InputError: as `read_corpus`, and if there is no such folder or file.
    """
    from treebanks.text.reading import CORPORA, check_unit, read_corpus

    path = Path(name)
    if not path.exists():
        raise InputError(f"{option} {name}: must be a folder, a file, or one of {', '.join(CORPORA)}")
    return read_corpus(path, check_unit(unit or "word"), **how)


def read_text_file(model: LanguageModel, path: Path) -> tuple[Sentence, ...]:
    """Read the sentences of a file as a model reads them."""
    from treebanks.text.reading import read_sentences

    return read_sentences(path, model.unit, forms=model.has_forms)


def check_model_unit(model: LanguageModel, unit: str | None) -> None:
    """Validate that a model has the unit of --unit, if it is given.

    Raises:
        InputError: if it has another one.
    """
    from treebanks.text.reading import check_unit

    if unit is not None and check_unit(unit) != model.unit:
        raise InputError(f"--unit {unit}: this is a model of {model.unit}s")
