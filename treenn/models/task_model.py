"""The parts of a network that a model of one task reads."""

from __future__ import annotations

from typing import TypeVar

from treenn.models.network import Network
from treenn.models.task import Task
from treenn.models.vocabulary import Vocabulary
from treenn.trees.errors import InputError, argument

TaskT = TypeVar("TaskT", bound=Task)
VocabularyT = TypeVar("VocabularyT", bound=Vocabulary)


def task_parts(
    network: Network, task: type[TaskT], vocabulary: type[VocabularyT], noun: str
) -> tuple[TaskT, VocabularyT]:
    """The task and the vocabulary of a network, validated.

    Args:
        network: the network, the argument `model` of the caller.
        task: the class of the task.
        vocabulary: the class of the vocabulary.
        noun: the name of a model of the task, with its article.

    Raises:
        InputError: if the network is for another task.
    """
    if not isinstance(network.task, task) or not isinstance(network.vocabulary, vocabulary):
        raise InputError(f"{argument('model')}: must be {noun}, not a network for {network.task.name}")
    return network.task, network.vocabulary


def recipe_name(network: Network) -> str:
    """The name of the network in its settings; `network` without settings."""
    return "network" if network.settings is None else network.settings.model
