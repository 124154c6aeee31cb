"""The sentences with the largest disagreement of two models, from synthetic results and from saved models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from toy import toy_treebank

from treenn.analysis.disagreement import Answer, disagreements, node_classes
from treenn.evaluation.predictions import predict
from treenn.models.building import build
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError

ONE, TWO = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]


def test_disagreements_are_sorted_by_distance_with_line_numbers() -> None:
    tree = [[ONE, ONE, [0.2, 0.2, 0.6]]]
    lstm = [[ONE, TWO, [0.2, 0.4, 0.4]]]
    found = disagreements({"tree": tree, "lstm": lstm}, [0, 1, 2], most=2)
    assert [(each.split, each.line, each.distance) for each in found] == [("test", 2, 1.0), ("test", 3, 0.2)]
    assert found[0].gold == 1
    assert found[0].models == {"tree": Answer(tuple(ONE), 0), "lstm": Answer(tuple(TWO), 1)}


def test_answers_are_means_over_seeds() -> None:
    found = disagreements({"a": [[ONE], [TWO]], "b": [[TWO], [TWO], [TWO], [ONE]]}, [0])
    assert found[0].models["a"].probabilities == (0.5, 0.5, 0)
    assert found[0].models["b"].probabilities == (0.25, 0.75, 0)
    assert found[0].distance == 0.25


def test_of_equal_distances_the_first_line_comes_first() -> None:
    found = disagreements({"a": [[ONE] * 30], "b": [[TWO] * 30]}, [0] * 30)
    assert [each.line for each in found] == list(range(1, 21))


def test_runs_that_keep_no_probabilities_name_no_sentence() -> None:
    assert disagreements({"a": [[ONE]], "b": [None]}, [0]) == []
    assert disagreements({"a": [[ONE]], "b": []}, [0]) == []


def test_node_classes_maximize_the_mean_over_models(tmp_path: Path) -> None:
    trees = toy_treebank(test=9).test
    folders = [tmp_path / str(seed) for seed in range(3)]
    for seed, folder in enumerate(folders):
        settings = Settings(size=4, word_size=3, seed=seed)
        save_model(folder, build(settings, 5, Vocabulary.of(trees)))
    found = node_classes(folders, trees)
    assert [len(each) for each in found] == [len(tree) for tree in trees]
    mean = sum(predict(load_model(folder), trees).probabilities for folder in folders)
    assert [each for of_tree in found for each in of_tree] == np.argmax(mean, axis=1).tolist()
    alone = node_classes(folders[:1], trees[:2])
    assert alone == [tuple(predict(load_model(folders[0]), [tree]).classes.tolist()) for tree in trees[:2]]


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json"):
        node_classes([tmp_path], toy_treebank().test)
