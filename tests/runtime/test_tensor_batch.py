"""Batches move all their tensors to a device, those of batches in their fields among them."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from treebanks import Sentence
from treenn.lm.grammar.packing import pack_derivations
from treenn.lm.grammar.transitions import BottomUp
from treenn.models.text_vocabulary import TextVocabulary
from treenn.runtime.tensor_batch import TensorBatch
from treenn.tasks.dependencies import ProjectedDependencies
from treenn.tasks.language import PackedText
from treenn.tasks.node_scores import ScoredBatch
from treenn.trees import DependencyTree, Tree


@dataclass(frozen=True)
class Inner(TensorBatch):
    x: Tensor
    on_cpu = ("y",)
    y: Tensor


@dataclass(frozen=True)
class Outer(TensorBatch):
    name: str
    inner: Inner
    z: Tensor


def devices(batch: Any) -> set[str]:
    return {name for name, value in vars(batch).items() if isinstance(value, Tensor) and value.is_meta}


def test_nested_tensors_move_with_their_batch() -> None:
    moved = Outer("a", Inner(torch.ones(2), torch.ones(3)), torch.ones(4)).to("meta")
    assert (moved.name, devices(moved), devices(moved.inner)) == ("a", {"z"}, {"x"})


def test_map_tensors_keeps_values_and_types() -> None:
    changed = Outer("a", Inner(torch.ones(2), torch.ones(3)), torch.ones(4)).map_tensors(lambda tensor: tensor + 1)
    assert (changed.z.tolist(), changed.inner.x.tolist(), changed.inner.y.tolist()) == ([2] * 4, [2, 2], [1] * 3)


def test_nodes_of_dependency_trees_stay_on_cpu() -> None:
    batch = ProjectedDependencies.of([DependencyTree(("so", "it", "goes"), (2, 2, -1))])
    moved = ScoredBatch(batch, torch.ones(3)).to("meta")
    assert devices(moved) == {"targets"}
    assert devices(moved.batch) == set()
    assert {"dependents", "labels", "roots"} <= devices(moved.batch.forest)


def test_sizes_of_text_stay_on_cpu() -> None:
    sentences = [Sentence("a b"), Sentence("b")]
    vocabulary = TextVocabulary.of_sentences([sentence.words for sentence in sentences], 0)
    assert devices(PackedText.of(vocabulary, sentences).to("meta")) == {"inputs", "targets", "rows"}


def test_nodes_of_all_heights_move() -> None:
    moved = pack_derivations([Tree(("so", "it", "goes"), ((1, 2), (0, 3)))], BottomUp()).to("meta")
    assert [devices(nodes) for nodes in moved.heights] == [{"categories", "children"}] * 2
    assert {"sources", "below", "tops", "actions", "permitted", "shifts"} == devices(moved)
