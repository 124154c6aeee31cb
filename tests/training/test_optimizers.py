"""Optimizers and schedules, compared with plain loops."""

import math
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.sparse import check_sparse_tensor_invariants
from toy import toy_treebank

from treenn.encoders import pack
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.training.optimizers import make_optimizers, rate_factor
from treenn.training.row_adagrad import RowAdagrad
from treenn.training.train_step import TrainingState

TREES = toy_treebank(train=20).train
SMALL = Settings(size=6, word_size=5, dropout=0.0)


def network(settings: Settings) -> Network:
    return build(settings, 5, Vocabulary.of(TREES)).train().double()


def dense(settings: Settings) -> tuple[Network, list[torch.optim.Optimizer]]:
    """The same network with dense gradients and torch's documented optimizers."""
    model = network(settings)
    model.embedding.sparse = False
    words = model.embedding.weight
    others = [each for each in model.parameters() if each is not words]
    make: Any = {
        "adagrad": torch.optim.Adagrad,
        "adadelta": torch.optim.Adadelta,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
    }[settings.optimizer]
    of_words = torch.optim.SGD if settings.embedding_optimizer == "sgd" else make
    return model, [
        make(others, lr=settings.learning_rate, weight_decay=settings.weight_decay),
        of_words([words], lr=settings.embedding_learning_rate, **({"weight_decay": 0} if make is of_words else {})),
    ]


@pytest.mark.parametrize(
    ("optimizer", "embedding_optimizer"),
    [
        *(("adagrad", "sgd"), ("adadelta", "sgd"), ("adam", "sgd"), ("adamw", "sgd")),
        *(("adagrad", "same"), ("adam", "same"), ("adamw", "same")),
    ],
)
def test_steps_equal_a_plain_loop_with_dense_gradients(optimizer: str, embedding_optimizer: str) -> None:
    settings = replace(
        SMALL, optimizer=optimizer, embedding_optimizer=embedding_optimizer, learning_rate=0.02,
        embedding_learning_rate=0.03, weight_decay=0.01,
    )  # fmt: skip
    ours, (theirs, optimizers) = TrainingState(network(settings), settings, "cpu"), dense(settings)
    for number in range(3):
        # every word is in every batch: a sparse Adam passes over the rows of the words that are not
        ours.train_step(TREES, number, 3)
        for each in optimizers:
            each.zero_grad()
        theirs.loss(pack(TREES)).backward()
        for each in optimizers:
            each.step()
    for name, weight in ours.network.named_parameters():
        # torch's sparse Adam adds its epsilon before it corrects the bias, and so moves a little less
        tolerance = 1e-3 if "adam" in optimizer and embedding_optimizer == "same" else 1e-8
        torch.testing.assert_close(weight, theirs.get_parameter(name), rtol=1e-6, atol=tolerance)
        assert not torch.equal(weight, network(settings).get_parameter(name)), f"{name} did not move"


def test_default_is_adagrad_and_sgd_for_word_vectors() -> None:
    of_network, of_words = make_optimizers(network(SMALL), SMALL)
    assert type(of_network) is torch.optim.Adagrad
    assert type(of_words) is torch.optim.SGD
    assert of_network.param_groups[0]["weight_decay"] == 1e-4
    assert of_words.param_groups[0]["weight_decay"] == 0


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
@pytest.mark.parametrize("warmup", [0.0, 0.25])
def test_rates_follow_the_schedule(schedule: str, warmup: float) -> None:
    settings = replace(SMALL, schedule=schedule, warmup=warmup)
    factors = [rate_factor(settings, step, 100) for step in range(100)]
    first = int(100 * warmup)
    assert factors[:first] == pytest.approx([(step + 1) / 25 for step in range(first)])
    rest = [(step - first) / (100 - first) for step in range(first, 100)]
    expected = {
        "constant": [1.0] * len(rest),
        "linear": [1 - share for share in rest],
        "cosine": [0.5 * (1 + math.cos(math.pi * share)) for share in rest],
    }
    assert factors[first:] == pytest.approx(expected[schedule])
    assert all(factor > 0 for factor in factors)


def test_both_rates_are_scheduled() -> None:
    settings = replace(SMALL, schedule="linear")
    steps = TrainingState(network(settings), settings, "cpu")
    for number in range(3):
        steps.train_step(TREES[:5], number, 4)
    assert [each.param_groups[0]["lr"] for each in steps.optimizers] == pytest.approx([0.05 / 2, 0.1 / 2])


def test_row_adagrad_equals_torch_and_shares_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    rows = torch.tensor([[4, 0, 4, 2, 4]])
    torch.manual_seed(0)
    start, gradients = torch.randn(6, 7), torch.randn(4, 5, 7)
    ours, theirs = (torch.nn.Parameter(start.clone()) for _ in range(2))
    optimizers = [make([p], lr=0.1, lr_decay=0.5) for make, p in ((RowAdagrad, ours), (torch.optim.Adagrad, theirs))]
    for step, gradient in enumerate(gradients):
        if step == 2:
            optimizers[0].load_state_dict(deepcopy(optimizers[1].state_dict()))
        if step == 3:
            monkeypatch.setenv("TREENN_KERNELS", "torch")
        for parameter, optimizer in zip((ours, theirs), optimizers, strict=True):
            parameter.grad = torch.sparse_coo_tensor(rows, gradient, (6, 7), check_invariants=False)
            with check_sparse_tensor_invariants(enable=False):
                optimizer.step()
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)
    for name, value in optimizers[1].state[theirs].items():
        torch.testing.assert_close(optimizers[0].state[ours][name], value, rtol=1e-6, atol=0)
    assert not torch.equal(ours, start)
