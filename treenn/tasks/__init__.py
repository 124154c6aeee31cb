"""Tasks: one class for each kind of data, and the task of a treebank."""

from __future__ import annotations

from functools import lru_cache

from torch import nn

from treebanks import AnyTreebank
from treebanks.grammar_treebank import GrammarTreebank
from treenn.models.building import MakeHead
from treenn.models.names import GRAMMARS
from treenn.models.settings import Settings
from treenn.models.task import Task, make_task
from treenn.models.vocabulary import Vocabulary

__all__ = ["Task", "as_read_by", "head_maker", "task_of"]


_OF_VOCABULARY = ("vocabulary_size", "source_units", "target_units")
"""The settings that a vocabulary depends on."""


def task_of(treebank: AnyTreebank) -> Task:
    """The task that a treebank declares, else the default task of its examples and its scale.

    Raises:
        InputError: if the declared task does not exist, or the treebank has no split train or dev.
    """
    for split in ("train", "dev"):
        treebank.trees(split)
    roots_only = not any(label is not None for label in treebank.labels_below_roots())
    name, labels = treebank.task or treebank.default_task, (treebank.scale, treebank.score_range)
    return make_task(name, treebank.classes, roots_only=roots_only, scale=labels[0], score_range=labels[1])


def as_read_by(treebank: AnyTreebank, model: str) -> AnyTreebank:
    """The treebank as a model reads it: only the sentences of a `GrammarTreebank`, unless the model is a grammar.

    Args:
        treebank: the treebank.
        model: the name of the network or baseline.
    """
    return treebank.text if isinstance(treebank, GrammarTreebank) and model not in GRAMMARS else treebank


def head_maker(treebank: AnyTreebank) -> MakeHead:
    """A function that builds the head of a model for a treebank from settings, for the numbers of its parameters."""

    @lru_cache
    def task_for(model: str) -> Task:
        return task_of(as_read_by(treebank, model))

    @lru_cache
    def vocabulary(settings: Settings) -> Vocabulary | None:
        return task_of(treebank).make_vocabulary(treebank, settings)

    def make(settings: Settings) -> nn.Module:
        words = vocabulary(Settings(**{name: getattr(settings, name) for name in _OF_VOCABULARY}))
        task = task_for(settings.model)
        return task.make_head(settings) if words is None else task.head_for(settings, words)

    return make
