"""Readings of test by translation models, for the test ledger."""

from __future__ import annotations

from pathlib import Path

from treebanks import ParallelCorpus
from treenn.experiment.language_reading import settings_in
from treenn.experiment.ledger import digest, enter
from treenn.models.task_model import recipe_name
from treenn.translation.model import TranslationModel


def enter_translation_reading(
    folder: Path, model: TranslationModel, corpus: ParallelCorpus, split: str, command: str
) -> None:
    """Append the evaluation of a model on a split to the ledger, unless the split is train or dev.

    Args:
        folder: the folder of the model.
        model: the model.
        corpus: the corpus.
        split: the split.
        command: the command of the evaluation.

    Raises:
        InputError: if the ledger cannot be written.
    """
    enter(corpus, [split], [(digest([settings_in(folder)]), recipe_name(model.network))], command)
