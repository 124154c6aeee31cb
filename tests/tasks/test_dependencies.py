"""Tasks on dependency trees: losses compared with a plain recursion, and training, comparison and tuning."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from treebanks import DependencyTreebank
from treenn.evaluation.measuring import measure
from treenn.experiment.compare import compare
from treenn.experiment.evaluate import evaluate
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model, PlanTask
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Space
from treenn.experiment.search.tune import tune
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.report import write_report
from treenn.report.evaluation.build import evaluation_report
from treenn.tasks import task_of
from treenn.training import train
from treenn.trees import DependencyTree, InputError, binarize_dependencies

SMALL = Settings(size=6, word_size=5, epochs=2, dropout=0.0)
LEARNS = replace(SMALL, size=10, epochs=12, optimizer="adam", learning_rate=0.03, batch_size=5)
CLASSES = ("calm", "odd", "loud")


def toy(level: str = "sentence", sizes: tuple[int, ...] = (60, 20, 20)) -> DependencyTreebank:
    """The class of a word is 2 if `loud` is below it, else 0; some trees are not projective."""
    draw = random.Random(0)

    def tree() -> DependencyTree:
        n = draw.randrange(2, 6)
        order = draw.sample(range(n), n)
        heads = [-1] * n
        for at, word in enumerate(order[1:], start=1):
            heads[word] = order[draw.randrange(at)]
        words = [draw.choice(["dogs", "bark", "old"]) for _ in range(n)]
        if draw.random() < 0.5:
            words[draw.randrange(n)] = "loud"
        made = DependencyTree(tuple(words), tuple(heads))
        labels: list[int | None] = [2 if "loud" in _below(made, word) else 0 for word in range(n)]
        if level == "sentence":
            labels = [label if word == made.root else None for word, label in enumerate(labels)]
        return replace(made, labels=tuple(labels))

    splits = {
        name: tuple(tree() for _ in range(size)) for name, size in zip(("train", "dev", "test"), sizes, strict=True)
    }
    return DependencyTreebank("toy", CLASSES, splits, level, scale="nominal")  # type: ignore[arg-type]


def _below(tree: DependencyTree, word: int) -> list[str]:
    return [tree.words[word], *(each for child in tree.children[word] for each in _below(tree, child))]


def network(treebank: DependencyTreebank, model: str, **changes: object) -> Network:
    settings = replace(SMALL, model=model, **changes)
    return build(settings, task_of(treebank), Vocabulary.of(treebank.trees("train"))).double().eval()


def recursion(model: Network, tree: DependencyTree, word: int) -> tuple[Tensor, Tensor]:
    """h and c of a word by equations 2 to 8 of Tai et al. (2015)."""
    encoder, x = model.encoder, model.embedding(model.vocabulary.encode([tree.words[word]]))[0]
    below = [recursion(model, tree, child) for child in tree.children[word]]
    d = encoder.output_size
    W, U, b = encoder.cell.W, encoder.cell.U, encoder.cell.b
    z = W @ x + b[: 3 * d] + U[: 3 * d] @ sum((h for h, _ in below), torch.zeros(d, dtype=x.dtype))
    i, o, u = z[:d].sigmoid(), z[d : 2 * d].sigmoid(), z[2 * d :].tanh()
    c = i * u
    for h, of_child in below:
        c = c + torch.sigmoid(encoder.W_f @ x + b[3 * d :] + U[3 * d :] @ h) * of_child
    return o * c.tanh(), c


@pytest.mark.parametrize(("level", "roots_only"), [("sentence", True), ("sentence", False), ("words", False)])
def test_loss_of_dependency_network_equals_recursion(level: str, roots_only: bool) -> None:
    treebank = toy(level)
    model, trees = network(treebank, "dependency-tree-lstm"), treebank.train[:7]
    expected = torch.zeros((), dtype=torch.float64)
    for tree in trees:
        for word, label in enumerate(tree.labels):
            if label is not None:
                scores = model.head.linear(recursion(model, tree, word)[0])
                expected += F.cross_entropy(scores[None], torch.tensor([label]))
    assert model.loss(model.pack(trees), roots_only=roots_only).item() == pytest.approx(expected.item() / len(trees))


def test_word_labels_of_three_words_by_hand() -> None:
    tree = DependencyTree(("old", "dogs", "bark"), (1, 2, -1), labels=(2, None, 0))
    treebank = DependencyTreebank("made", CLASSES, {"train": (tree,), "dev": (tree,)}, "words")
    model = network(treebank, "dependency-tree-lstm")
    p = model.predict([tree])
    states = [recursion(model, tree, word)[0] for word in range(3)]
    rows = [model.head.linear(state).softmax(0).tolist() for state in states]
    # The binary tree is ((old dogs) bark): nodes 0 to 2 are the words, 3 is the phrase of dogs, 4 that of bark.
    assert p.labels.tolist() == [2, -100, -100, -100, 0]
    assert p.sizes.tolist() == [5]
    np.testing.assert_allclose(p.probabilities, [rows[0], [0] * 3, [0] * 3, rows[1], rows[2]], atol=1e-6)
    assert p.classes.tolist() == [np.argmax(rows[0]), -1, -1, np.argmax(rows[1]), np.argmax(rows[2])]
    right = [np.argmax(rows[0]) == 2, np.argmax(rows[2]) == 0]
    assert measure(p)["all_nodes"] == sum(right) / 2
    assert measure(p)["root"] == float(right[1])


@pytest.mark.parametrize("model", ["tree-lstm", "lstm"])
def test_other_networks_have_the_same_units(model: str) -> None:
    treebank = toy("words")
    own, other = (network(treebank, name).predict(treebank.dev) for name in ("dependency-tree-lstm", model))
    assert own.labels.tolist() == other.labels.tolist()
    assert own.sizes.tolist() == other.sizes.tolist()
    assert (own.labels >= 0).sum() == sum(map(len, treebank.dev))
    assert not set(np.flatnonzero(own.labels >= 0)) & set(np.flatnonzero(own.classes < 0))


@pytest.mark.parametrize("level", ["sentence", "words"])
@pytest.mark.parametrize("model", ["dependency-tree-lstm", "tree-lstm"])
def test_training_learns_and_loads(level: str, model: str, tmp_path: Path) -> None:
    treebank = toy(level)
    run = train(treebank, replace(LEARNS, model=model), out=tmp_path / "model")
    loaded = load_model(tmp_path / "model", task="dependencies")
    assert (loaded.classes, loaded.scale) == (CLASSES, "nominal")
    found = loaded.predict(treebank.test, roots_only=level == "sentence")
    whole = run.model.predict(treebank.test, roots_only=level == "sentence")
    np.testing.assert_array_equal(found.probabilities, whole.probabilities)
    assert measure(found)["root"] > 0.9
    results = evaluate(tmp_path / "model", treebank)
    assert results.metrics["test"].values["root"] == measure(found)["root"]


@pytest.mark.parametrize("level", ["sentence", "words"])
def test_comparison_of_dependency_and_other_networks(level: str, tmp_path: Path) -> None:
    plan = Plan.of(
        toy(level), ["dependency-tree-lstm", "tree-lstm", "lstm", "majority", "naive-bayes"], 1, settings=SMALL
    )
    results = compare(plan, tmp_path / "comparison", jobs=1)
    [task] = results.tasks
    assert [run.model for run in task.runs] == ["dependency-tree-lstm", "tree-lstm", "lstm", "majority", "naive-bayes"]
    expected = {"root", "all_nodes"} if level == "words" else {"root"}
    assert {each.metric for each in task.differences} == expected
    counts = [sum(label is not None for label in tree.labels) for tree in plan.tasks[0].treebank.test]  # type: ignore[union-attr]
    assert list(task.gold["test"].nodes or ()) == counts
    write_report(results, tmp_path / "report.html")
    assert "dependency-tree-lstm" in (tmp_path / "report.html").read_text()


def test_tuning_of_dependency_networks(tmp_path: Path) -> None:
    search = Search(toy("words"), ["dependency-tree-lstm"], 2, Space({"dropout": (0.0, 0.5)}), SMALL)
    assert [trial.failure for trial in tune(search, tmp_path / "search").trials] == [None, None]


def test_invalid_treebanks_and_settings_are_named() -> None:
    with pytest.raises(InputError, match="supervision spans: toy has dependency trees"):
        train(toy(), replace(SMALL, supervision="spans"))
    words = toy("words")
    with pytest.raises(InputError, match=r"splits\['train'\]\[0\]: only the root may be labelled"):
        replace(words, level="sentence")
    bad = replace(words.train[0], labels=(7, *words.train[0].labels[1:]))
    with pytest.raises(InputError, match="label 7 of node 0 of tree 0 of toy train: must be a class number, 0 to 2"):
        train(replace(words, splits={**words.splits, "train": (bad,)}), SMALL)


def test_binary_trees_of_a_treebank() -> None:
    treebank = toy("words")
    assert treebank.trees("dev") == tuple(binarize_dependencies(tree).tree for tree in treebank.dev)
    changed = treebank.map_trees(lambda trees: trees)
    assert (changed.name, changed.classes, changed.scale) == ("toy", CLASSES, "nominal")
    assert repr(treebank) == "DependencyTreebank('toy', classes=3, level='words', train=60, dev=20, test=20)"


def test_evaluation_reports_of_nominal_classes_have_no_order(tmp_path: Path) -> None:
    train(toy("words"), replace(SMALL, model="dependency-tree-lstm"), out=tmp_path / "model")
    report = evaluation_report(tmp_path / "model", toy("words"), "test")
    assert set(report.metrics) == {"root", "all_nodes", "inner_nodes", "macro_f1", "macro_f1_all_nodes"}
    assert report.classes == CLASSES


def test_other_trees_and_orders_are_input_variants(tmp_path: Path) -> None:
    right = Model("right", model="tree-lstm", trees="right")
    shuffled = Model("shuffled", model="lstm", shuffle=True)
    plan = Plan((PlanTask(toy("words")),), (Model("dependency-tree-lstm"), right, shuffled), 1, settings=SMALL)
    [task] = compare(plan, tmp_path / "comparison", jobs=1).tasks
    assert [run.value("test", "all_nodes") is None for run in task.runs] == [False, True, True]
    assert {(each.models[1], each.metric) for each in task.differences} == {("right", "root"), ("shuffled", "root")}
