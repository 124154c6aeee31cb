"""The parts of a network that a model of one task reads."""

import pytest
from toy import toy_treebank

from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task_model import recipe_name, task_parts
from treenn.models.text_vocabulary import TextVocabulary
from treenn.models.vocabulary import Vocabulary
from treenn.tasks import task_of
from treenn.tasks.language import LanguageModelling
from treenn.tasks.nodes import NodeClassification
from treenn.trees import InputError


@pytest.fixture
def classifier() -> Network:
    settings = Settings(model="gru", size=4, word_size=3)
    return build(settings, task_of(toy_treebank()), Vocabulary(["good", "bad"]))


def test_parts_of_the_right_task(classifier: Network) -> None:
    task, vocabulary = task_parts(classifier, NodeClassification, Vocabulary, "a classifier")
    assert task is classifier.task
    assert vocabulary is classifier.vocabulary


def test_another_task_is_refused(classifier: Network) -> None:
    message = f"must be a language model, not a network for {classifier.task.name}"
    with pytest.raises(InputError, match=message):
        task_parts(classifier, LanguageModelling, Vocabulary, "a language model")


def test_another_vocabulary_is_refused(classifier: Network) -> None:
    with pytest.raises(InputError, match="must be a poet"):
        task_parts(classifier, NodeClassification, TextVocabulary, "a poet")


def test_name_without_settings(classifier: Network) -> None:
    classifier.settings = Settings(model="gru")
    assert recipe_name(classifier) == "gru"
    classifier.settings = None
    assert recipe_name(classifier) == "network"
