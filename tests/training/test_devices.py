"""Two processes of gloo train as one, with dev, checkpoints and results by the first alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from toy import toy_treebank

from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.training import train
from treenn.training.run_results import read_training
from treenn.trees import InputError

TOY = toy_treebank()
SMALL: dict[str, Any] = {"size": 10, "word_size": 8, "batch_size": 7, "dropout": 0.0, "clip_norm": 1.0}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", ["tree-lstm", "bilstm"])
def test_two_processes_equal_one(model: str, tmp_path: Path) -> None:
    recipe = Settings(model=model, epochs=2, restarts=2, learning_rate=0.01, **SMALL)
    one = train(TOY, recipe, out=tmp_path / "one")
    two = train(TOY, recipe, out=tmp_path / "two", devices=2)
    pairs = zip(one.model.state_dict().values(), two.model.state_dict().values(), strict=True)
    for expected, found in pairs:
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    assert [each.loss for each in two.results.history] == pytest.approx([each.loss for each in one.results.history])
    names = [sorted(path.name for path in (tmp_path / name).iterdir()) for name in ("one", "two")]
    assert names[0] == names[1]
    assert read_training(tmp_path / "two").environment["processes"] == 2


def test_runs_resume_with_other_numbers_of_processes(tmp_path: Path) -> None:
    longer, shorter = (Settings(model="lstm", epochs=epochs, learning_rate=0.01, **SMALL) for epochs in (2, 1))
    expected = train(TOY, longer).model.state_dict()
    train(TOY, shorter, out=tmp_path / "run", keep_checkpoint=True)
    train(TOY, longer, out=tmp_path / "run", devices=2, resume=True)
    for name, found in load_model(tmp_path / "run").state_dict().items():
        torch.testing.assert_close(found, expected[name], rtol=0, atol=1e-6)


def test_an_error_ends_all_processes(tmp_path: Path) -> None:
    wild = Settings(epochs=2, learning_rate=1e18, embedding_learning_rate=1e18, size=10, word_size=8, batch_size=7)
    with pytest.raises(InputError, match=r"became (nan|inf) in epoch 1, batch"):
        train(TOY, wild, out=tmp_path / "run", devices=2)
