"""Training on pairs: learning, saving, resuming and error messages."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from treebanks import Pair, PairTreebank
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.tasks import pairs
from treenn.training import train
from treenn.training.run_results import SplitMetrics, TrainingResults, unseen_predictions
from treenn.trees import DependencyTree, InputError, Tree
from treenn.trees.json_records import from_json, to_json

RECIPE = Settings(
    model="recursive-tanh", size=12, word_size=8, pair_hidden_size=12, epochs=6, batch_size=10, dropout=0.0,
    optimizer="adam", learning_rate=0.02, embedding_optimizer="same", embedding_learning_rate=0.02, weight_decay=0.0,
)  # fmt: skip


def sentence(draw: random.Random) -> tuple[Tree, bool]:
    """A random sentence and its polarity."""
    good, negated = draw.random() < 0.5, draw.random() < 0.5
    word = draw.choice(["fine", "great"] if good else ["bad", "dull"])
    return (Tree(("not", word), ((0, 1),)), not good) if negated else (Tree((word,), ()), good)


def toy(scale: bool = False, dependencies: bool = False) -> PairTreebank:
    """Pairs labelled by equal polarity, as classes or as scores 5 and 1."""
    draw = random.Random(0)

    def pair() -> Pair:
        (left, first), (right, second) = sentence(draw), sentence(draw)
        target = (5.0 if first == second else 1.0) if scale else int(first == second)
        both = [DependencyTree(tree.words, (*[1] * (len(tree.words) - 1), -1)) for tree in (left, right)]
        return Pair(left, right, target, dependencies=(both[0], both[1]) if dependencies else None)

    splits = {split: tuple(pair() for _ in range(size)) for split, size in (("train", 200), ("dev", 40), ("test", 40))}
    return PairTreebank("toy", None if scale else ("other", "same"), splits)


def test_pair_training_fits() -> None:
    run = train(toy(), RECIPE)
    predictions = run.model.predict(toy().test)
    test = SplitMetrics.of(predictions)
    assert test.values["root"] == 1.0
    assert test.majority["root"] < 0.7
    assert set(unseen_predictions({"test": predictions})["test"].columns) == {"root", "root_probabilities"}
    assert run.results.treebank == "toy"
    written = json.loads(json.dumps(to_json(run.results)))
    assert from_json(TrainingResults, written, "written") == run.results


def test_relatedness_of_dependency_trees_is_learnt() -> None:
    treebank = toy(scale=True, dependencies=True)
    run = train(treebank, replace(RECIPE, model="dependency-tree-lstm", epochs=20))
    predictions = run.model.predict(treebank.test)
    assert SplitMetrics.of(predictions).values["pearson"] > 0.95
    assert run.results.best_epoch == 1 + max(
        range(20), key=lambda epoch: run.results.history[epoch].dev.values["pearson"]
    )
    assert len(unseen_predictions({"test": predictions})["test"].score) == 40


def test_resumed_run_is_bit_identical_and_loadable(tmp_path: Path) -> None:
    whole = train(toy(), RECIPE, out=tmp_path / "whole")

    def stop(done: int, total: int, text: str) -> None:
        if done == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(toy(), RECIPE, out=tmp_path / "cut", progress=stop)
    train(toy(), RECIPE, out=tmp_path / "cut", resume=True)
    model = load_model(tmp_path / "cut")
    settings, classes = model.settings, model.classes
    assert (settings, classes) == (RECIPE, ("other", "same"))
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name])
    found = model.predict(toy().splits["test"]).classes.tolist()
    assert found == whole.model.predict(toy().splits["test"]).classes.tolist()


def test_a_model_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    train(toy(scale=True), replace(RECIPE, epochs=1), out=tmp_path)
    with pytest.raises(InputError, match="the task of this model is relatedness: must be nodes"):
        load_model(tmp_path, task="nodes")
    assert load_model(tmp_path).classes is None


def test_fixed_word_vectors_stay_as_they_were() -> None:
    fixed = replace(RECIPE, epochs=1, embedding_learning_rate=0.0, embedding_optimizer="sgd", checkpoint="last")
    once, twice = train(toy(), fixed).model, train(toy(), replace(fixed, epochs=2)).model
    assert torch.equal(once.embedding.weight, twice.embedding.weight)
    assert not torch.equal(once.head.hidden.weight, twice.head.hidden.weight)  # type: ignore[union-attr]


def test_nan_loss_error_names_the_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    treebank = toy(scale=True)
    broken = replace(treebank.train[7])
    object.__setattr__(broken, "target", float("nan"))  # which no pair is made with, and no training begins with
    monkeypatch.setattr(pairs, "_check", lambda *arguments: None)
    splits = dict(treebank.splits) | {"train": (*treebank.train[:7], broken, *treebank.train[8:])}
    with pytest.raises(InputError, match=r"the loss became nan in epoch 1, batch \d+ of 20, at pair 8 of train \("):
        train(PairTreebank("toy", None, splits), RECIPE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "dependency-tree-lstm"}, "model dependency-tree-lstm: needs dependency trees, but toy has none"),
        ({"supervision": "spans"}, "supervision spans: only a whole pair of toy has a target"),
    ],
)
def test_what_pairs_do_not_have_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        train(toy(), replace(RECIPE, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scale", "target", "message"),
    [
        (True, 0, "target 0 of pair 0 of toy dev: must be 1 to 5"),
        (True, 5.5, "target 5.5 of pair 0 of toy dev: must be 1 to 5"),
        (False, 2, "target 2 of pair 0 of toy dev: must be a class number, 0 to 1"),
        (False, 0.5, "target 0.5 of pair 0 of toy dev: must be a class number, 0 to 1"),
    ],
)
def test_a_target_off_the_scale_is_refused(scale: bool, target: float, message: str) -> None:
    treebank = toy(scale=scale)
    dev = (replace(treebank.dev[0], target=target), *treebank.dev[1:])
    with pytest.raises(InputError, match=message):
        train(replace(treebank, splits={**treebank.splits, "dev": dev}), RECIPE)


def test_a_split_without_pairs_is_refused() -> None:
    with pytest.raises(InputError, match="split 'dev' of treebank toy has no pair"):
        train(PairTreebank("toy", toy().classes, {**toy().splits, "dev": ()}), RECIPE)
