"""bfloat16 products in training: gradients agree with float32, and all other numbers are float32."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from toy import toy_treebank

from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.training.train_step import TrainingState

TOY = toy_treebank()


def gradients(model: str, precision: str) -> list[Tensor]:
    """The gradients of the first step."""
    recipe = Settings(model=model, precision=precision, size=24, word_size=16, dropout=0.0)  # type: ignore[arg-type]
    state = TrainingState(build(recipe, 5, Vocabulary.of(TOY.train)).train(), recipe, "cpu")
    state.train_step(TOY.train[:12], 0, 1)
    assert all(each.dtype == torch.float32 for each in state.network.parameters())
    return [each.grad.to_dense() for each in state.network.parameters() if each.grad is not None]


@pytest.mark.parametrize("model", ["tree-lstm", "bilstm", "gru"])
def test_gradients_agree_with_float32(model: str) -> None:
    """Within 2 % of a gradient's norm: products have 8 significant bits."""
    exact, rough = gradients(model, "float32"), gradients(model, "bf16")
    assert len(exact) == len(rough)
    for one, other in zip(exact, rough, strict=True):
        assert other.dtype == torch.float32
        assert float((one - other).norm() / one.norm()) < 0.02
    assert not all(map(torch.equal, exact, rough)), "products are rounded"
