"""The training steps to time, from trees in memory to updated weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence
from torch.optim import Adagrad
from torch.sparse import check_sparse_tensor_invariants

from treenn.encoders import NO_LABEL, pack
from treenn.models.building import build
from treenn.models.heads import Head, node_loss
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.memory import keep_freed_memory
from treenn.training.row_adagrad import RowAdagrad
from treenn.trees import Tree

T = TypeVar("T")

X_SIZE, SIZE = 300, 150
"""Sizes of the word vectors and hidden states, equal for all contenders."""

LEARNING_RATE = 0.05

WARM_UP = 3
"""Number of untimed warm-up steps."""

RECURRENT: dict[str, type[nn.LSTM | nn.GRU]] = {"nn.LSTM": nn.LSTM, "nn.GRU": nn.GRU}
"""torch's recurrent networks, the baselines."""

Precision = Literal["float32", "bf16"]
"""The dtype of matrix products, by the names of `Settings.precision`."""

PRODUCTS: dict[str, torch.dtype] = {"float32": torch.float32, "bf16": torch.bfloat16}
"""The dtypes by these names."""

BenchStep = Callable[[Sequence[Tree]], float]
"""Trains on a batch and returns its loss."""


@dataclass(frozen=True)
class BenchTask:
    """The vocabulary, classes, device and seed shared by all contenders.

    Args:
        words: the vocabulary.
        classes: number of classes.
        device: device of the parameters.
        dtype: dtype of the parameters.
        precision: dtype of the matrix products in training.
        dedup: compute each distinct subtree of a batch once (tree encoders only).
        seed: seed of the initial weights.
    """

    words: tuple[str, ...]
    classes: int
    device: str = "cpu"
    dtype: torch.dtype = torch.float32
    precision: Precision = "float32"
    dedup: bool = True
    seed: int = 0


def in_turn(trees: Sequence[T], size: int, count: int) -> list[list[T]]:
    """Returns `count` batches of `size` trees in order, cycling through the trees."""
    return [[trees[(number * size + i) % len(trees)] for i in range(size)] for number in range(count)]


def training_step(name: str, task: BenchTask) -> BenchStep:
    """Build the training step of a contender, named in `ENCODERS` or `RECURRENT`.

    The loss is summed over the labelled nodes (recurrent networks: words) and divided by the number of trees. The
    optimizer is Adagrad; the word vectors have sparse gradients.
    """
    keep_freed_memory()  # as in training
    if name in RECURRENT:
        words = WordClassifier(name, task).to(task.device, task.dtype)
        return _step(words, words.loss, words.embedding.weight, task)
    nodes = node_classifier(name, task)
    return _step(nodes, lambda batch: node_classifier_loss(nodes, batch, task.dedup), nodes.embedding.weight, task)


def node_classifier(name: str, task: BenchTask) -> Network:
    """Build a tree network as `treenn train` does, without dropout."""
    settings = Settings(model=name, size=SIZE, word_size=X_SIZE, dropout=0.0, seed=task.seed)
    return build(settings, task.classes, Vocabulary(task.words)).to(task.device, task.dtype)


def node_classifier_loss(model: Network, batch: Sequence[Tree], dedup: bool) -> Tensor:
    """Returns the loss over labelled nodes plus the encoder's auxiliary loss."""
    return model.loss(pack(batch, dedup=dedup and model.encoder.supports_dedup).to(model.embedding.weight.device))


class WordClassifier(nn.Module):
    """`torch.nn.LSTM` or `torch.nn.GRU` over the words of each sentence, used as in their documentation.

    Args:
        name: one of `RECURRENT`.
        task: vocabulary, classes and seed.
    """

    def __init__(self, name: str, task: BenchTask) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(task.seed)
            self.vocabulary = Vocabulary(task.words)
            self.embedding = nn.Embedding(len(self.vocabulary), X_SIZE, sparse=True)
            self.rnn = RECURRENT[name](X_SIZE, SIZE)
            self.head = Head(SIZE, task.classes, dropout=0.0)

    def loss(self, batch: Sequence[Tree]) -> Tensor:
        """Returns the loss over labelled words."""
        device = self.embedding.weight.device
        ids = pack_sequence([self.vocabulary.encode(tree.words) for tree in batch], enforce_sorted=False)
        ids = ids.cuda() if device.type == "cuda" else ids
        labels = pack_sequence([_word_labels(tree) for tree in batch], enforce_sorted=False).data.to(device)
        states, _ = self.rnn(ids._replace(data=self.embedding(ids.data)))
        return node_loss(self.head(states.data), labels, len(batch))


def _word_labels(tree: Tree) -> Tensor:
    return torch.tensor([NO_LABEL if label is None else label for label in tree.labels[: len(tree.words)]])


def _step(
    network: nn.Module, loss: Callable[[Sequence[Tree]], Tensor], embedding: Tensor, task: BenchTask
) -> BenchStep:
    others = [parameter for parameter in network.parameters() if parameter is not embedding]
    optimizers = [
        Adagrad(others, lr=LEARNING_RATE, fused=embedding.device.type == "cpu"),  # fused Adagrad is CPU-only
        RowAdagrad([embedding], lr=LEARNING_RATE),
    ]

    def step(batch: Sequence[Tree]) -> float:
        with torch.autocast(task.device, torch.bfloat16, enabled=task.precision == "bf16"):
            value = loss(batch)
        for optimizer in optimizers:
            optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        # torch warns unless sparse invariant checks are explicitly enabled or disabled.
        with check_sparse_tensor_invariants(enable=False):  # type: ignore[no-untyped-call]
            for optimizer in optimizers:
                optimizer.step()
        return value.item()

    return step
