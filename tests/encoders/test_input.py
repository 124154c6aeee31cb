"""Validation of encoder inputs: the forest's class, and one row of `x` per word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from treenn.cells import (
    Average,
    BinaryTreeLSTM,
    ChildSumTreeLSTM,
    GatedRecursiveCell,
    MatrixVectorNetwork,
    RecursiveNetwork,
    RecursiveTensorNetwork,
    TreeGRU,
)
from treenn.cells.autoencoder import AutoencoderCell
from treenn.encoders import (
    DependencyEncoder,
    Encoder,
    RecursiveAutoencoder,
    SequenceEncoder,
    TreeEncoder,
    pack,
    pack_dependencies,
)
from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS
from treenn.sequences import (
    GRU,
    LSTM,
    AttentionPooling,
    Convolution,
    DeepTransition,
    Elman,
    Feedforward,
    Jordan,
    PeepholeLSTM,
    Stacked,
    Transformer,
)
from treenn.trees import DependencyTree, InputError, parse_tree

TREE = parse_tree("(3 (2 not) (1 (2 so) (1 bad)))", classes=5)
DEPENDENCIES = DependencyTree(TREE.words, (2, 2, -1))


def forest_for(encoder: Encoder) -> Any:
    return pack_dependencies([DEPENDENCIES]) if isinstance(encoder, DependencyEncoder) else pack([TREE])


@pytest.mark.parametrize("roots_only", [False, True])
@pytest.mark.parametrize("rows_and_width", [(2, 4), (4, 4), (0, 4), (3, 3), (3, 5), (3,), (1, 3, 4)])
@pytest.mark.parametrize("name", [*ENCODERS, *DEPENDENCY_ENCODERS])
def test_every_encoder_refuses_rows_of_another_shape(
    name: str, rows_and_width: tuple[int, ...], roots_only: bool
) -> None:
    encoder = (ENCODERS | DEPENDENCY_ENCODERS)[name](4, 4)
    with pytest.raises(InputError) as refused:
        encoder(forest_for(encoder), torch.ones(rows_and_width), roots_only=roots_only)
    assert str(refused.value) == (
        f"x has shape {rows_and_width}: must be (3, 4), one row of input_size 4 for each of the 3 words of the forest"
    )


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((3, 4)), r"x of type ndarray: must be a tensor of shape \(3, 4\)"),
        ([[1.0] * 4] * 3, r"x of type list: must be a tensor of shape \(3, 4\)"),
        (None, r"x None: must be a tensor of shape \(3, 4\)"),
        (torch.ones(3, 4, dtype=torch.int64), "x has dtype torch.int64: must be floating-point, torch.float32 as the"),
        (torch.ones(3, 4, dtype=torch.float64), "x has dtype torch.float64: must be floating-point, torch.float32 as"),
    ],
)
@pytest.mark.parametrize("name", ["tree-lstm", "recursive-tanh", "lstm", "lstm-max", "average", "autoencoder"])
def test_inputs_of_wrong_type_or_dtype_are_refused(name: str, x: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        ENCODERS[name](4, 4)(pack([TREE]), x)


@pytest.mark.parametrize(
    ("forest", "origin"),
    [
        ([TREE], "treenn.pack makes one from trees"),
        (TREE, "treenn.pack makes one from trees"),
        (None, "treenn.pack makes one from trees"),
        (pack_dependencies([DEPENDENCIES]), "treenn.pack makes one from trees"),
    ],
)
def test_a_forest_of_another_class_is_refused(forest: Any, origin: str) -> None:
    with pytest.raises(InputError, match=f"^forest .*: must be a PackedForest; {origin}"):
        TreeEncoder(BinaryTreeLSTM(4, 3))(forest, torch.ones(3, 4))


def test_a_dependency_encoder_reads_packed_dependencies() -> None:
    encoder = DEPENDENCY_ENCODERS["dependency-tree-lstm"](4, 3)
    with pytest.raises(
        InputError, match=r"must be a PackedDependencies; treenn\.pack_dependencies makes one from trees"
    ):
        encoder(pack([TREE]), torch.ones(3, 4))


def test_dedup_forest_has_one_row_per_distinct_word() -> None:
    encoder = TreeEncoder(BinaryTreeLSTM(4, 3))
    forest = pack([TREE, TREE], dedup=True)
    assert encoder(forest, torch.ones(3, 4)).shape == (10, 3)
    with pytest.raises(InputError, match=r"must be \(3, 4\)"):
        encoder(forest, torch.ones(6, 4))


def test_compute_loss_and_attention_validate_their_input() -> None:
    autoencoder = RecursiveAutoencoder(4, 3)
    with pytest.raises(InputError, match=r"must be \(3, 4\)"):
        autoencoder.compute_loss(pack([TREE]), torch.ones(2, 4), lambda states: states.sum())
    attention = SequenceEncoder(LSTM(4, 3), AttentionPooling(3))
    with pytest.raises(InputError, match=r"must be \(3, 4\)"):
        attention.attention(pack([TREE]), torch.ones(2, 4))


@pytest.mark.parametrize("forest", [pack([TREE]), pack_dependencies([DEPENDENCIES])])
def test_unpack_requires_one_row_per_node(forest: Any) -> None:
    n = len(forest.unsorted_indices)
    assert [len(part) for part in forest.unpack(torch.ones(n, 2))] == [n]
    for rows in (n - 1, n + 1):
        with pytest.raises(InputError, match=rf"values has shape \({rows}, 2\): must have {n} rows, one per node"):
            forest.unpack(torch.ones(rows, 2))
    with pytest.raises(InputError, match=f"values None: must be a tensor of {n} rows"):
        forest.unpack(None)


def test_named_arguments_are_checked_as_well() -> None:
    with pytest.raises(InputError, match="x None: must be a tensor"):
        TreeEncoder(BinaryTreeLSTM(4, 3))(forest=pack([TREE]))


def test_under_autocast_rows_may_be_of_its_type() -> None:
    encoder = TreeEncoder(BinaryTreeLSTM(4, 3))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert encoder(pack([TREE]), torch.ones(3, 4, dtype=torch.bfloat16)).shape == (5, 3)


def test_compiled_encoder_validates_input_and_equals_eager() -> None:
    encoder = TreeEncoder(BinaryTreeLSTM(4, 3))
    compiled = torch.compile(encoder, backend="eager")
    for words in ("a b", "a b c", "a b c d"):
        n = len(words.split())
        forest, x = pack([parse_tree("(0 " * (n - 1) + "(0 a)" + " (0 b))" * (n - 1), classes=1)]), torch.randn(n, 4)
        with torch.no_grad():
            torch.testing.assert_close(compiled(forest, x), encoder(forest, x))
        with pytest.raises(InputError, match="x has shape"):
            compiled(forest, x[1:])


@pytest.mark.parametrize("size", [0, -1, 2.5, "4", None, True, 10**6])
@pytest.mark.parametrize(
    "make",
    [
        *(Average, BinaryTreeLSTM, ChildSumTreeLSTM, GatedRecursiveCell, MatrixVectorNetwork, RecursiveNetwork),
        *(RecursiveTensorNetwork, TreeGRU, AutoencoderCell, DependencyEncoder, RecursiveAutoencoder),
        *(GRU, LSTM, Convolution, DeepTransition, Elman, Feedforward, Jordan, PeepholeLSTM, Transformer),
    ],
)
def test_sizes_must_be_integers_in_range(make: Callable[..., Any], size: Any) -> None:
    for named in ({"input_size": 4, "hidden_size": size}, {"input_size": size, "hidden_size": 4}):
        wrong = next(name for name, value in named.items() if value != 4)
        with torch.device("meta"), pytest.raises(InputError, match=rf"^{wrong} .*: must be .*1 to 10000$"):
            make(**named)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TreeEncoder("tree-lstm"), "cell 'tree-lstm': must be a Cell"),
        (lambda: TreeEncoder(LSTM(4, 3)), "cell of type LSTM: must be a Cell"),
        (lambda: SequenceEncoder(BinaryTreeLSTM(4, 3)), "network of type BinaryTreeLSTM: must be a SequenceNetwork"),
        (lambda: SequenceEncoder(LSTM(4, 3), "last"), "readout 'last': must be a Readout"),
        (lambda: Stacked(), "networks: must be one network or more"),
        (lambda: Stacked(LSTM(4, 3), 3), r"networks\[1\] 3: must be a SequenceNetwork"),
        (lambda: Elman(4, 3, "sine"), "activation sine: must be tanh or relu"),
        (lambda: Convolution(4, 3, []), "widths: must be one width or more"),
        (lambda: Convolution(4, 3, (3, 0)), r"widths\[1\] 0: must be 1 or more"),
        (lambda: Transformer(4, 4, dropout=1.0), "dropout 1.0: must be at least 0 and below 1"),
        (lambda: BinaryTreeLSTM(4, 3, float("nan")), "forget_bias nan: must be a finite number"),
        (lambda: RecursiveAutoencoder(4, 3, float("nan")), "alpha nan: must be a finite number, 0 to 1"),
    ],
)
def test_parts_that_do_not_fit_are_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        make()
