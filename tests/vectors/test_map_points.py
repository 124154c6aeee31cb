"""The points of a map."""

import numpy as np
import pytest
import torch

from treenn.encoders import pack
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError, parse_tree
from treenn.vectors.map_points import MapPoint, labelled_word_points, node_points, word_points
from treenn.vectors.table import VectorTable

TREES = [
    parse_tree("(2 (0 not) (2 (1 good) (1 .)))", classes=3),
    parse_tree("(0 (1 (0 not) (1 good)) (1 film))", classes=3),
    parse_tree("(2 (0 not) (2 (1 good) (1 .)))", classes=3),
    parse_tree("(1 (1 a) (1 (0 not) (1 good)))", classes=3).with_labels([None] * 5),
]
TABLE = VectorTable(["good", "not", "film", "cat"], np.eye(4, dtype=np.float32))


def network(model: str = "tree-lstm", task: str = "nodes"):
    settings = Settings(model=model, size=4, word_size=3)
    return build(settings, make_task(task, ["bad", "so-so", "good"]), Vocabulary(["good", "not", "film", "."])).eval()


@pytest.mark.parametrize("model", ["tree-lstm", "lstm"])
def test_points_have_the_states_of_their_nodes(model: str) -> None:
    net = network(model)
    found = node_points(net, TREES, 10)
    texts = {point.text: (point, vector) for point, vector in zip(found.points, found.vectors, strict=True)}
    assert set(texts) == {"not good .", "not good film", "a not good", "good .", "not good"}
    assert [texts[text][0].kind for text in ("a not good", "not good")] == ["sentence", "phrase"]
    assert texts["not good film"][0].label == 0
    tree = TREES[1]
    with torch.inference_mode():
        forest = pack([tree])
        states = net.encoder(forest, net.vectors(forest))[forest.unsorted_indices]
        scores = net.head(states)
    np.testing.assert_allclose(texts["not good film"][1], states[-1], atol=1e-6)
    assert texts["not good film"][0].predicted == int(scores[-1].argmax())


def test_half_of_the_points_are_sentences() -> None:
    kinds = [point.kind for point in node_points(network(), TREES, 3).points]
    assert kinds == ["sentence", "sentence", "phrase"]
    first, second = (node_points(network(), TREES, 3, seed=4) for _ in range(2))
    assert first.points == second.points


def test_trees_of_other_classes_are_refused() -> None:
    with pytest.raises(InputError, match="not those of the model, which has 3 classes"):
        node_points(network(), [parse_tree("(4 (0 not) (1 good))", classes=5)], 5)


def test_words_have_their_most_frequent_class() -> None:
    found = labelled_word_points(TABLE, TREES, 10, ("bad", "so-so", "good"))
    assert found.points == [MapPoint("good", "word", 1), MapPoint("not", "word", 0), MapPoint("film", "word", 1)]
    assert found.vectors.tolist() == np.eye(4)[:3].tolist()
    assert [point.text for point in word_points(TABLE, 2).points] == ["good", "not"]


def test_words_without_labels_are_refused() -> None:
    with pytest.raises(InputError, match="no word of these trees has a label and a vector"):
        labelled_word_points(TABLE, [parse_tree("(1 (X not) (X good))")], 10, ("bad", "good"))
