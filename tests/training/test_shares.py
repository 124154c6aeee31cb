"""Shares of a batch: balanced by nodes, and their weighted gradients add up to those of the batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lightning_fabric import Fabric
from torch import Tensor
from toy import toy_treebank

from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.training.ranks import Ranks, check_devices, check_divisible
from treenn.training.shares import balanced_shares
from treenn.training.train_step import TrainingState
from treenn.trees import InputError

TOY = toy_treebank()


@settings(max_examples=30)
@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 5))
def test_shares_are_a_balanced_partition(sizes: list[int], count: int) -> None:
    shares = balanced_shares(sizes, count)
    assert sorted(index for share in shares for index in share) == list(range(len(sizes)))
    totals = [sum(sizes[index] for index in share) for share in shares]
    assert max(totals) - min(totals) <= max(sizes, default=0)


class Meeting:
    """Sums over threads, each of which takes the place of a process."""

    def __init__(self, size: int) -> None:
        self.barrier, self.values = threading.Barrier(size, timeout=60), list[Any]([None] * size)

    def sum(self, rank: int, value: Tensor) -> Tensor:
        self.values[rank] = value.clone()
        self.barrier.wait()
        total = torch.stack(self.values).sum(dim=0)
        self.barrier.wait()
        return total


class ThreadFabric(Fabric):
    def __init__(self, meeting: Meeting, rank: int) -> None:
        super().__init__(accelerator="cpu", devices=1)
        self.meeting, self.place = meeting, rank

    world_size = property(lambda self: len(self.meeting.values))  # type: ignore[assignment]
    global_rank = property(lambda self: self.place)  # type: ignore[assignment]

    def all_reduce(self, value: Any, group: Any = None, reduce_op: Any = "sum") -> Any:
        assert reduce_op == "sum"
        return self.meeting.sum(self.place, value)


def side_by_side(work: Callable[[int], Any], count: int) -> list[Any]:
    results: list[Any] = [None] * count

    def run(rank: int) -> None:
        results[rank] = work(rank)

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize(("model", "supervision"), [("tree-lstm", "nodes"), ("lstm", "roots")])
def test_two_shares_train_as_one_batch(model: str, supervision: str) -> None:
    recipe = Settings(model=model, supervision=supervision, size=5, word_size=4, dropout=0.0, clip_norm=0.5)
    sizes = [len(tree.words) for tree in TOY.train]
    batches = [list(range(7)), [7], list(range(8, 12))]  # of one example, a share is empty

    # Built here, as threads share the generator of random numbers.
    networks = [build(recipe, 5, Vocabulary.of(TOY.train)).train() for _ in range(3)]

    def trained(fabric: Any, number: int = 2) -> tuple[list[float], list[Tensor]]:
        state = TrainingState(networks[number], recipe, fabric)
        ranks, numbers = Ranks(state.fabric, "cpu"), list[float]()
        for step, batch in enumerate(batches):
            share = ranks.divide(batch, [sizes[index] for index in batch])
            examples = [TOY.train[index] for index in share]
            result = state.train_step(examples, step, 3, fraction=ranks.fraction(len(examples)))
            numbers += [float(result.loss), result.gradient_norm]
        return numbers, [each.detach() for each in state.network.parameters()]

    meeting = Meeting(2)
    expected, *found = trained("cpu"), *side_by_side(lambda rank: trained(ThreadFabric(meeting, rank), rank), 2)
    assert all(map(torch.equal, found[0][1], found[1][1])), "processes have equal weights"
    torch.testing.assert_close(found[0][0], expected[0], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(found[0][1], expected[1], rtol=0, atol=1e-6)


def test_more_devices_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    check_devices(4, "cpu")
    with pytest.raises(InputError, match=r"^devices 5: this machine has 4 processors; must be at most 4$"):
        check_devices(5, "cpu")


def test_losses_that_are_no_means_are_refused() -> None:
    check_divisible(make_task("word-lm", None), Settings(), 1)
    with pytest.raises(InputError, match=r"^devices 2: task word-lm has a loss that is no mean over examples"):
        check_divisible(make_task("word-lm", None), Settings(), 2)
    with pytest.raises(InputError, match=r"task pairs with class_weights balanced has a loss"):
        check_divisible(make_task("pairs", ["a", "b"]), Settings(class_weights="balanced"), 2)
