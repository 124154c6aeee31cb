"""`Encoder`: from word vectors to the state of every node of a forest."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from treenn.encoders.eager import eager
from treenn.encoders.forest import PackedForest
from treenn.trees.arguments import Count, checked, refusal
from treenn.trees.errors import InputError, argument


class Encoder(nn.Module, ABC):
    """What tree and sequence networks have in common, so that head, loss, training and evaluation are written once.

    Args:
        input_size: width of a word vector.
        output_size: width of a node's state.
    """

    forest_type: ClassVar[type[Any]] = PackedForest
    """The class of the forests that this encoder reads."""

    @checked
    def __init__(self, input_size: Count, output_size: Count) -> None:
        super().__init__()
        self.input_size, self.output_size = input_size, output_size

    @property
    def supports_dedup(self) -> bool:
        """Whether equal subtrees have equal states now, so that `pack` may share them.

        They have not where states differ from one run to the next, as under dropout, or depend on what lies above.
        """
        return True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward`, after `check_input`."""
        self.check_input(*args[:2], **kwargs)
        return super().__call__(*args, **kwargs)

    @eager  # a compiled graph would be specialized to the number of words
    def check_input(self, forest: Any = None, x: Any = None, **_: Any) -> None:
        """Validate the arguments of `forward` by comparing shapes; the sweeps write into tables of the expected shape.

        Raises:
            InputError: if `forest` is of another class, or `x` is not one floating-point row per word.
        """
        if not isinstance(forest, self.forest_type):
            raise refusal("forest", forest, f"a {self.forest_type.__name__}", [self.forest_type])
        expected = len(forest.words), self.input_size
        if not isinstance(x, Tensor):
            raise refusal("x", x, f"a tensor of shape {expected}")
        if x.shape != expected:
            raise InputError(
                f"{argument('x')} has shape {tuple(x.shape)}: must be {expected}, one row of input_size "
                f"{self.input_size} for each of the {expected[0]} words of the forest"
            )
        dtype = next(self.parameters(), x).dtype
        if not x.is_floating_point() or (x.dtype != dtype and not torch.is_autocast_enabled(x.device.type)):
            raise InputError(f"{argument('x')} has dtype {x.dtype}: must be floating-point, {dtype} as the weights")

    @abstractmethod
    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """The states of all nodes, or of the roots alone where nothing else will be read.

        Shape: `T` trees, `V` words to compute, `N` nodes, `x` = input_size, `d` = output_size: `x` is `(V, x)`, one
            row a word of `forest.words`; the result is `(N, d)` in the forest's rows, or
            `(T, d)` in the order of the trees.
        """

    def compute_loss(
        self, forest: PackedForest, x: Tensor, label_loss: Callable[[Tensor], Tensor], *, roots_only: bool = False
    ) -> Tensor:
        """What training makes small, one number: the loss of the labels, for an encoder that has no loss of its own.

        Args:
            forest: the trees.
            x: as for `forward`.
            label_loss: from what `forward` returns to a loss, divided by the number of trees.
            roots_only: as for `forward`.
        """
        return label_loss(self(forest, x, roots_only=roots_only))
