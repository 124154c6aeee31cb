"""`Encoder`: from word vectors to the state of every node of a forest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor

from treenn.encoders.contexts import Contexts
from treenn.encoders.eager import eager
from treenn.encoders.forest import PackedForest
from treenn.encoders.initialization import Initialization, initialize
from treenn.runtime.parameters import SizedModule
from treenn.trees.arguments import Count, checked, refusal
from treenn.trees.errors import InputError, argument


class Encoder(SizedModule):
    """The base class of tree and sequence networks: one state per node of a forest.

    Args:
        input_size: width of a word vector.
        output_size: width of a node's state.
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default"). A subclass calls `init_recurrent` at the end of its constructor.
    """

    options = ("initialization",)

    forest_type: ClassVar[type[Any]] = PackedForest
    """The class of this encoder's forests."""

    recurrent: ClassVar[tuple[str, ...]] = ()
    """The names of the encoder's own recurrent matrices, those outside its submodules."""

    @checked
    def __init__(self, input_size: Count, output_size: Count, *, initialization: Initialization = "default") -> None:
        super().__init__(input_size, output_size)
        self.initialization = initialization

    def reset_parameters(self) -> None:
        """Initialize all parameters again, with the same random draws as the constructor."""
        super().reset_parameters()
        self.init_recurrent()

    def init_recurrent(self) -> None:
        """Initialize the recurrent matrices by the scheme `initialization`; does nothing for "default"."""
        if self.initialization != "default":
            initialize(self, self.initialization)

    @property
    def supports_dedup(self) -> bool:
        """True if equal subtrees currently have equal states, so that `pack` may dedup them.

        False if states are stochastic (dropout) or depend on a node's ancestors (default: True unless stochastic).
        """
        return not self.is_stochastic

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
        """Returns the states of all nodes, or of the roots only.

        Args:
            forest: the trees.
            x: the word vectors, one row per word of `forest.words`.
            roots_only: if True, return the states of the roots (default: False).

        Shape: `T` trees, `V` words to compute, `N` nodes, `x` = input_size, `d` = output_size: `x` is `(V, x)`; the
            result is `(N, d)` in the forest's row order, or `(T, d)` in the order of the trees.
        """

    def contexts(self, forest: PackedForest, x: Tensor) -> Contexts:
        """Returns the states that a decoder attends to (default: those of all nodes, tree by tree).

        Args:
            forest: the trees.
            x: as for `forward`.
        """
        return Contexts(self(forest, x), forest.unsorted_indices, forest.sizes)

    def compute_loss(
        self, forest: PackedForest, x: Tensor, label_loss: Callable[[Tensor], Tensor], *, roots_only: bool = False
    ) -> Tensor:
        """Returns the training loss (default: the loss of the labels), a scalar.

        Args:
            forest: the trees.
            x: as for `forward`.
            label_loss: the loss of the labels, averaged over trees, as a function of the result of `forward`.
            roots_only: as for `forward` (default: False).
        """
        return label_loss(self(forest, x, roots_only=roots_only))
