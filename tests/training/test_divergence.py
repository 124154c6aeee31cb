"""NaN losses or gradients stop training with a message that names the cause."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from toy import toy_treebank

from treebanks import Treebank
from treenn.cells import BinaryTreeLSTM
from treenn.encoders import TreeEncoder
from treenn.models.names import ENCODERS
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vectors import WordVectors
from treenn.training import train
from treenn.trees import InputError, parse_trees

TOY = toy_treebank()
SMALL = Settings(size=10, word_size=8, epochs=3, batch_size=10, dropout=0.0)
ODD = parse_trees("(3 (2 odd) (3 (2 good) (2 film)))", classes=5)[0]


def with_odd_at(number: int) -> Treebank:
    """The toy treebank with one sentence whose first word is unique."""
    train_trees = (*TOY.train[:number], ODD, *TOY.train[number:])
    return Treebank("toy", TOY.classes, {**TOY.splits, "train": train_trees})


def vectors(size: float) -> list[WordVectors]:
    """Vectors that are large for `odd` and small for other words."""
    words = sorted({word for tree in with_odd_at(0).train for word in tree.words})
    return [
        WordVectors(
            {
                word: np.full(8, size if word == "odd" else 0.01 * number, np.float32)
                for number, word in enumerate(words)
            }
        )
    ]


@pytest.mark.parametrize("model", ["average", "deep-average"])
@pytest.mark.parametrize("number", [0, 57])
def test_huge_vector_error_names_sentence_word_and_batch(model: str, number: int) -> None:
    with pytest.raises(InputError) as error:
        train(with_odd_at(number), replace(SMALL, model=model), vectors=vectors(1e38))
    message = str(error.value)
    assert re.match(r"the (loss|gradient's norm) became (inf|nan) in epoch 1, batch \d+ of 13, at sentence", message)
    assert f"at sentence {number + 1} of train (odd good film); " in message
    assert "the largest weight, 1e+38, is in embedding.weight for 'odd'; a lower learning_rate" in message


class Exploding(BinaryTreeLSTM):
    """A cell with finite states and loss, but a NaN gradient for large word vectors."""

    def leaf(self, x: Tensor) -> Tensor:
        states = super().leaf(x)
        if x.requires_grad and torch.is_grad_enabled():
            large = (x.detach() > 50).any(dim=1, keepdim=True)
            states.register_hook(lambda gradient: gradient.masked_fill(large, math.nan))
        return states


def test_nan_gradient_error_names_sentence_and_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENCODERS, "tree-lstm", lambda input_size, size: TreeEncoder(Exploding(input_size, size)))
    with pytest.raises(InputError) as error:
        train(with_odd_at(31), SMALL, vectors=vectors(100.0))
    message = str(error.value)
    assert "the gradient's norm became nan in epoch 1, batch " in message
    assert "at sentence 32 of train (odd good film); " in message
    assert "the gradient of embedding.weight and 2 more is not finite" in message, "those of the leaf, not of U"


def test_the_last_whole_epoch_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train(TOY, replace(SMALL, epochs=2), out=tmp_path / "whole")
    real, seen = Network.loss, []

    def loss(self: Network, *arguments: object, **options: object) -> Tensor:
        seen.append(1)
        return real(self, *arguments, **options) * (math.inf if len(seen) >= 2 * 12 + 5 else 1)

    monkeypatch.setattr(Network, "loss", loss)
    with pytest.raises(InputError, match="the loss became inf in epoch 3, batch 5 of 12"):
        train(TOY, SMALL, out=tmp_path / "cut")
    written = {path.name for path in (tmp_path / "cut").iterdir()}
    assert written == {"checkpoint.safetensors", "config.json", "model.safetensors", "run.json", "vocabulary.json"}
    kept, good = (load_file(tmp_path / name / "model.safetensors") for name in ("cut", "whole"))
    assert all(torch.equal(kept[name], good[name]) for name in good)
    monkeypatch.undo()
    resumed = train(TOY, SMALL, out=tmp_path / "cut", resume=True).results
    untimed = {"seconds": 0.0, "cpu_seconds": 0.0}
    first, again = ([replace(entry, **untimed) for entry in each.history[:2]] for each in (whole.results, resumed))
    assert first == again
    assert resumed.epochs == 3


def test_batch_divergence_without_a_culprit_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Network.loss

    def loss(self: Network, forest: object, **options: object) -> Tensor:
        return real(self, forest, **options) * (math.nan if len(forest.sizes) > 1 else 1)

    monkeypatch.setattr(Network, "loss", loss)
    with pytest.raises(InputError, match="in epoch 1, batch 1 of 12, by no sentence of it alone; the largest weight"):
        train(TOY, SMALL)
