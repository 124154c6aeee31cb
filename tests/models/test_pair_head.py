"""The heads, compared with their equations in NumPy, and the target distribution, compared with a loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from treenn.models.heads import Comparison, Similarity, target_distribution

LEFT, RIGHT = torch.randn(2, 6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def numpy_of(head: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in head.double().state_dict().items()}


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


def test_similarity_is_equation_15() -> None:
    head = Similarity(size=4, hidden=5)
    weights, left, right = numpy_of(head), LEFT.numpy(), RIGHT.numpy()
    of_product, of_distance = np.split(weights["hidden.weight"], 2, axis=1)
    z = (left * right) @ of_product.T + np.abs(left - right) @ of_distance.T + weights["hidden.bias"]
    p = softmax(1 / (1 + np.exp(-z)) @ weights["linear.weight"].T + weights["linear.bias"])
    scores = head(LEFT, RIGHT)
    np.testing.assert_allclose(scores.softmax(dim=1).detach().numpy(), p, rtol=1e-12)
    np.testing.assert_allclose(head.score(scores).detach().numpy(), p @ np.arange(1, 6), rtol=1e-12)


def test_comparison_is_one_layer_of_four_features() -> None:
    head = Comparison(size=4, hidden=5, classes=7)
    weights, left, right = numpy_of(head), LEFT.numpy(), RIGHT.numpy()
    features = np.hstack([left, right, np.abs(left - right), left * right])
    hidden = np.maximum(features @ weights["hidden.weight"].T + weights["hidden.bias"], 0)
    wanted = hidden @ weights["linear.weight"].T + weights["linear.bias"]
    np.testing.assert_allclose(head(LEFT, RIGHT).detach().numpy(), wanted, rtol=1e-12)
    targets = torch.tensor([0, 6, 3, 3, 1, 2])
    wanted_loss = -np.log(softmax(wanted)[np.arange(6), targets.numpy()]).mean()
    assert head.loss(head(LEFT, RIGHT), targets).item() == pytest.approx(wanted_loss, rel=1e-12)


def distribution(y: float) -> list[float]:
    """Tai et al. 2015, equation 16, as a loop over the classes."""
    p = []
    for i in range(1, 6):
        if i == math.floor(y) + 1:
            p.append(y - math.floor(y))
        elif i == math.floor(y):
            p.append(math.floor(y) - y + 1)
        else:
            p.append(0.0)
    return p


def test_targets_are_equation_16_and_have_their_mean() -> None:
    targets = torch.tensor([1.0, 1.3, 2.0, 2.5, 3.9, 4.6, 5.0], dtype=torch.float64)
    found = target_distribution(targets, 5)
    torch.testing.assert_close(found, torch.tensor([distribution(y) for y in targets.tolist()], dtype=torch.float64))
    torch.testing.assert_close(found @ torch.arange(1.0, 6.0, dtype=torch.float64), targets)


def test_similarity_loss_equals_the_kl_divergence() -> None:
    head, targets = Similarity(size=4, hidden=5).double(), [1.0, 2.4, 5.0, 3.7, 4.0, 1.1]
    scores = head(LEFT, RIGHT)
    total = 0.0
    for predicted, y in zip(scores.softmax(dim=1).tolist(), targets, strict=True):
        total += sum(p * math.log(p / q) for p, q in zip(distribution(y), predicted, strict=True) if p > 0)
    assert head.loss(scores, torch.tensor(targets, dtype=torch.float64)).item() == pytest.approx(total / 6, rel=1e-9)


def test_dropout_is_applied_only_in_training() -> None:
    head = Comparison(size=4, hidden=5, classes=7, dropout=0.5).double()
    assert not torch.equal(head(LEFT, RIGHT), head(LEFT, RIGHT))
    head.eval()
    assert torch.equal(head(LEFT, RIGHT), head(LEFT, RIGHT))
