"""Temperatures of probabilities: fitted, saved, and applied to sentences and texts."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy.special import softmax
from toy import toy_treebank

from treenn.analysis.calibration import _nll
from treenn.models.building import build
from treenn.models.saving import load_model, rounded_model, save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.shapes import Right
from treenn.runtime.quantization import WeightFormat
from treenn.sentiment.model import SentimentModel
from treenn.sentiment.temperatures import fit_temperatures, made_up_texts
from treenn.trees import InputError

TOY = toy_treebank(train=24, dev=30, test=8)
CLASSES = tuple(TOY.classes)


@pytest.fixture
def network():
    made = build(Settings(size=6, word_size=4), make_task("nodes", CLASSES), Vocabulary.of(TOY.train)).eval()
    with torch.no_grad():
        made.head.linear.weight *= 300  # far from uniform
    return made


@pytest.fixture
def dev(network):
    """Trees whose roots have the network's class, but every third one the next class."""
    classes = network.predict(list(TOY.dev), roots_only=True).whole_probabilities[0].argmax(axis=1).tolist()
    labels = [(best + (index % 3 == 0)) % len(CLASSES) for index, best in enumerate(classes)]
    return [tree.with_labels([*tree.labels[:-1], label]) for tree, label in zip(TOY.dev, labels, strict=True)]


def whole(network, trees):
    return network.predict(list(trees), roots_only=True).whole_probabilities


def loss(p, labels, temperature):
    return _nll(np.log(softmax(np.log(p) / temperature, axis=1)), labels)


def test_probabilities_are_those_of_scaled_scores(network):
    with torch.inference_mode():
        scores = network(network.pack(list(TOY.dev)), roots_only=True).double().numpy()
    classes = scores.argmax(axis=1)
    for temperature in (0.2, 1.0, 4.0):
        network.temperature = temperature
        p, _ = whole(network, TOY.dev)
        np.testing.assert_allclose(p, softmax(scores / temperature, axis=1), atol=1e-6)
        assert (p.argmax(axis=1) == classes).all()


def test_sentences_have_the_least_loss(network, dev):
    p, labels = whole(network, dev)
    fit, _ = fit_temperatures(network, dev)
    assert network.temperature == fit.temperature != 1
    assert fit.count == len(labels)
    assert loss(p, labels, fit.temperature) < min(loss(p, labels, fit.temperature * by) for by in (0.95, 1.05))
    assert fit_temperatures(network, dev)[0].temperature == fit.temperature  # not fitted on top of itself


def test_text_temperature_minimizes_the_loss(network, dev):
    _, fit = fit_temperatures(network, dev)
    p, labels = whole(network, dev)  # at the first temperature
    middle, rows, gold = len(CLASSES) // 2, [], []
    for text in made_up_texts(len(p)):
        weights = [1 - p[index][middle] for index in text]
        total = sum(weight * p[index].astype(float) for weight, index in zip(weights, text, strict=True))
        rows.append(total / sum(weights))
        gold.append(round(sum(int(labels[index]) for index in text) / len(text)))
    assert fit.count == len(rows)
    assert network.text_temperature == fit.temperature
    best = loss(np.array(rows), np.array(gold), fit.temperature)
    assert best < min(loss(np.array(rows), np.array(gold), fit.temperature * by) for by in (0.95, 1.05))


def test_made_up_texts_have_each_sentence_ten_times():
    texts = list(made_up_texts(101))
    assert texts == list(made_up_texts(101))
    assert {len(text) for text in texts} == set(range(2, 11))
    counts = np.bincount([index for text in texts for index in text], minlength=101)
    assert counts.max() <= 10
    assert counts.sum() >= 10 * 100
    assert all(len(set(text)) == len(text) for text in texts)


def test_texts_of_several_sentences_are_scaled(network):
    model = SentimentModel(network, CLASSES, Right())
    text = "good film . bad film ."
    before = model.predict("Good film. Bad film.")
    one = model.predict("Good film.").probabilities
    network.text_temperature = 3.0
    after = model.predict("Good film. Bad film.")
    assert len(after.sentences) == 2, text
    np.testing.assert_allclose(after.probabilities, softmax(np.log(before.probabilities) / 3), atol=1e-9)
    assert after.label == before.label
    assert model.predict("Good film.").probabilities == one


def test_temperatures_are_saved_with_the_model(network, tmp_path):
    save_model(tmp_path, network)
    assert "temperature" not in json.loads((tmp_path / "config.json").read_text())
    assert (load_model(tmp_path).temperature, load_model(tmp_path).text_temperature) == (1, 1)
    network.temperature, network.text_temperature = 1.75, 0.5
    save_model(tmp_path, network)
    loaded = load_model(tmp_path)
    assert (loaded.temperature, loaded.text_temperature) == (1.75, 0.5)
    np.testing.assert_array_equal(whole(loaded, TOY.dev)[0], whole(network, TOY.dev)[0])


@pytest.mark.parametrize("value", [0, -1.0, 1e9, float("nan"), "warm", None, [1.0]])
@pytest.mark.parametrize("key", ["temperature", "text_temperature"])
def test_temperatures_of_strangers_are_checked(key, value, network, tmp_path):
    save_model(tmp_path, network)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {key: value}))
    with pytest.raises(InputError, match=r"config\.json: "):
        load_model(tmp_path)


def test_rounded_model_is_the_one_that_is_saved(network, tmp_path):
    weight_format = WeightFormat(8, 2, {"good": 9})
    save_model(tmp_path, network, weight_format=weight_format)
    rounded, loaded = rounded_model(network, weight_format), load_model(tmp_path)
    assert all(torch.equal(rounded.state_dict()[name], tensor) for name, tensor in loaded.state_dict().items())
    assert rounded is not network


def test_trees_without_labels_are_refused(network):
    with pytest.raises(InputError, match=r"^trees: no root has a label; at least one must have one$"):
        fit_temperatures(network, [tree.with_labels([None] * len(tree)) for tree in TOY.dev])


def test_models_of_other_tasks_are_refused():
    pairs = build(Settings(size=6, word_size=4), make_task("pairs", ["a", "b"]), Vocabulary.of(TOY.train))
    with pytest.raises(InputError, match=r"^the task of this model is pairs: must be nodes, to fit temperatures$"):
        fit_temperatures(pairs, TOY.dev)
