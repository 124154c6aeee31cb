"""Readings of test by language models, for the test ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from treebanks import Sentence, TextCorpus
from treenn.experiment.ledger import digest, enter
from treenn.lm.language_model import LanguageModel
from treenn.training.run_marker import RESULTS
from treenn.trees.json_values import read_object

_NOT_OF_THE_CONFIGURATION = ("seed",)


def enter_reading(
    folders: Sequence[Path], model: LanguageModel, file: Path, sentences: Sequence[Sentence], command: str
) -> None:
    """Append the evaluation of a model on a file to the ledger, unless the file is `train.txt` or `dev.txt`.

    Args:
        folders: the folder of the model, and of another one that it is interpolated with.
        model: the model.
        file: the text.
        sentences: its sentences.
        command: the command of the evaluation.

    Raises:
        InputError: if the ledger cannot be written.
    """
    name, split = file.resolve().parent.name or "text", file.stem
    corpus = TextCorpus(name, model.unit, {split: sentences})
    configuration = digest([settings_in(folder) for folder in folders])
    enter(corpus, [split], [(configuration, model.name)], command)


def settings_in(folder: Path) -> dict[str, object]:
    """The settings of a model without the seed, from its config.json and results.json."""
    config = read_object(folder / "config.json")
    settings = config.get("settings")
    own = dict(settings) if isinstance(settings, dict) else {"order": config.get("order")}
    results = read_object(folder / RESULTS) if (folder / RESULTS).exists() else {}
    kept = {name: value for name, value in own.items() if name not in _NOT_OF_THE_CONFIGURATION}
    return {**kept, "trained_on": results.get("treebank", results.get("corpus"))}
