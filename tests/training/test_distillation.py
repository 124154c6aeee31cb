"""Distillation: losses against plain sums, teachers' probabilities, and a student that learns from unlabelled trees."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from toy import toy_treebank

from treebanks import Treebank
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import SoftTargets
from treenn.models.vocabulary import Vocabulary
from treenn.tasks import task_of
from treenn.training import distillation, train
from treenn.training.distillation import soft_targets
from treenn.trees import InputError

TOY = toy_treebank(train=20, dev=8)
SMALL = Settings(size=5, word_size=4, epochs=2, dropout=0.0, batch_size=7, weight_decay=0.0)


def network(treebank: Treebank = TOY, **changed: Any) -> Network:
    settings = replace(SMALL, **changed)
    return build(settings, task_of(treebank), Vocabulary.of(treebank.train, rare=True)).eval()


def without_labels(treebank: Treebank, count: int) -> Treebank:
    """The treebank, whose first training trees have no label."""
    trees = [tree.unlabelled if number < count else tree for number, tree in enumerate(treebank.train)]
    return replace(treebank, splits={**treebank.splits, "train": trees})


@pytest.mark.parametrize("roots_only", [False, True])
@pytest.mark.parametrize("weights", [None, [0.5, 2.0, 0.0]])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_loss_is_a_mean_of_two_cross_entropies(roots_only: bool, weights: list[float] | None, share: float) -> None:
    trees, student = list(TOY.train[:3]), network(root_weight=3.0 if not roots_only else 1.0)
    targets = soft_targets([network(seed=1)], trees)
    soft = SoftTargets(torch.from_numpy(np.concatenate(targets)).float(), share)
    factors = None if weights is None else torch.tensor(weights)
    loss = student.loss(student.pack(trees), roots_only=roots_only, weights=factors, soft=soft)

    total, predictions = 0.0, [student.predict([tree]).probabilities for tree in trees]
    for number, (tree, rows, p) in enumerate(zip(trees, targets, predictions, strict=True)):
        for node, label in enumerate(tree.labels):
            is_root = node == len(tree.labels) - 1
            if roots_only and not is_root:
                continue
            hard = 0.0 if label is None else -np.log(p[node, label])
            mixed = (1 - share) * hard - share * (rows[node].astype(float) * np.log(p[node])).sum()
            weight = (1.0 if weights is None else weights[number]) * (student.root_weight if is_root else 1.0)
            total += weight * mixed / len(trees)
    assert float(loss.detach()) == pytest.approx(total, rel=1e-4)


def test_targets_are_the_teachers_mean_probabilities() -> None:
    trees, teachers = list(TOY.dev), [network(seed=1), network(seed=2)]
    found = soft_targets(teachers, trees, 3)
    assert [rows.shape for rows in found] == [(len(tree.labels), len(TOY.classes or ())) for tree in trees]
    for tree, rows in zip(trees, found, strict=True):
        mean = sum(teacher.predict([tree]).probabilities for teacher in teachers) / 2
        np.testing.assert_allclose(rows, mean, atol=1e-3)


def test_student_learns_from_trees_without_labels() -> None:
    teacher = train(TOY, replace(SMALL, size=16, epochs=30, learning_rate=0.1)).model
    trees = without_labels(TOY, 19)
    settings = replace(SMALL, size=16, epochs=30, learning_rate=0.1, distill_weight=0.9)
    alone = train(trees, settings).model
    taught = train(trees, settings, soft_targets=soft_targets([teacher], TOY.train)).model

    def agreement(student: Network) -> float:
        classes = [each.predict(list(TOY.train)).classes for each in (student, teacher)]
        return float((classes[0] == classes[1]).mean())

    assert agreement(taught) > agreement(alone) + 0.1


def test_weight_zero_equals_training_on_labels() -> None:
    targets = soft_targets([network(seed=3)], TOY.train)
    plain = train(TOY, SMALL)
    taught = train(TOY, replace(SMALL, distill_weight=0.0), soft_targets=targets)
    for name, weights in plain.model.state_dict().items():
        torch.testing.assert_close(taught.model.state_dict()[name], weights)
    assert taught.results.data != plain.results.data, "the targets are part of the data"


def test_unsuitable_targets_are_refused() -> None:
    targets = soft_targets([network(seed=3)], TOY.train)
    for given, changed, message in (
        (targets[1:], {}, "soft_targets has 19 items: must have 20, one per training example"),
        ([targets[0][:-1], *targets[1:]], {}, r"soft_targets\[0\] has shape .* must be .*, nodes and classes"),
        ([2 * targets[0], *targets[1:]], {}, r"soft_targets\[0\]: each row must be a distribution"),
        (targets, {"supervision": "spans"}, "supervision spans: cannot be combined with soft_targets"),
    ):
        with pytest.raises(InputError, match=message):
            train(TOY, replace(SMALL, **changed), soft_targets=given)
    with pytest.raises(InputError, match="teachers: must be one model or more, the list is empty"):
        soft_targets([], TOY.train)


def test_parts_of_the_trees_have_the_same_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    teachers, done = [network(seed=3), network(seed=4)], list[tuple[int, int]]()
    whole = soft_targets(teachers, TOY.train)
    monkeypatch.setattr(distillation, "_PART", 7)
    parts = soft_targets(teachers, TOY.train, progress=lambda *each: done.append(each[:2]))
    assert all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))
    assert done == sorted(done) and done[-1] == (2 * len(TOY.train), 2 * len(TOY.train))
