"""`RecursiveAutoencoder`, also trained to reconstruct the children of every node (Socher et al., EMNLP 2011)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.autoencoder import AutoencoderCell
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest
from treenn.encoders.initialization import Initialization
from treenn.encoders.sweep import sweep
from treenn.encoders.tree_encoder import of_nodes
from treenn.runtime.matmul import linear
from treenn.runtime.parameters import DeviceLike
from treenn.trees.arguments import Probability, Width, checked


class RecursiveAutoencoder(Encoder):
    r"""The semi-supervised recursive autoencoder of Socher, Pennington, Huang, Ng and Manning (EMNLP 2011).

    "Semi-supervised recursive autoencoders for predicting sentiment distributions". A node's state p is that of
    `AutoencoderCell`. A decoder reconstructs the node's children from it, and the reconstruction error of an inner node
    weights each child by the number of words below it, n_1 or n_2:

        [c_1'; c_2'] = W' p + b'
        E_rec = n_1/(n_1 + n_2) ‖c_1 − c_1'‖² + n_2/(n_1 + n_2) ‖c_2 − c_2'‖²

    The training loss, summed over nodes and averaged over sentences, with the loss of the labels E_cE:

        α E_rec + (1 − α) E_cE

    The gradient also passes through the targets of the reconstruction, the children's states. It departs from the paper
    in:

    - trees are given. The paper builds them greedily from reconstruction errors;
    - E_cE is the loss of the head at the labelled nodes, words included. The paper assigns the label of a sentence to
      all its nodes;
    - words: see `AutoencoderCell`, also for the initialization.

    (The authors' code, unlike the paper, also applies tanh to c_1' and c_2', normalizes them and omits n_1, n_2.)

    Args:
        input_size: width of a word vector.
        hidden_size: width of a state.
        alpha: the weight of E_rec, 0 to 1 (default: 0.2, as in the Java version of the authors' code).
        map_words: see `AutoencoderCell` (default: True).
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default").
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Raises:
        InputError: if `alpha` is out of range, or `map_words` is False and `input_size` differs from `hidden_size`.

    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> encoder = RecursiveAutoencoder(input_size=4, hidden_size=3)
    >>> states = encoder(forest, torch.ones(2, 4))
    >>> states.shape, encoder.reconstruction_errors(forest, states).shape
    (torch.Size([3, 3]), torch.Size([1]))
    """

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        alpha: Probability = 0.2,
        *,
        map_words: bool = True,
        initialization: Initialization = "default",
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, initialization=initialization)
        self.alpha = alpha
        self.cell = AutoencoderCell(input_size, hidden_size, map_words=map_words, device=device, dtype=dtype)
        self.decoder = nn.Linear(hidden_size, 2 * hidden_size, device=device, dtype=dtype)
        self.init_recurrent()

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`."""
        return of_nodes(forest, sweep(self.cell, forest, x), roots_only=roots_only)

    def compute_loss(
        self, forest: PackedForest, x: Tensor, label_loss: Callable[[Tensor], Tensor], *, roots_only: bool = False
    ) -> Tensor:
        """See `Encoder.compute_loss`: α E_rec + (1 − α) E_cE, with E_rec of all inner nodes."""
        self.check_input(forest, x)
        states = sweep(self.cell, forest, x)
        of_labels = label_loss(of_nodes(forest, states, roots_only=roots_only))
        errors = self.reconstruction_errors(forest, states)
        return self.alpha * errors.sum() / len(forest.sizes) + (1 - self.alpha) * of_labels

    def reconstruction_errors(self, forest: PackedForest, states: Tensor) -> Tensor:
        """Returns E_rec of every inner node.

        Shape: `states` is `(D, d)`, those of the computed rows; the result is `(N - W,)`, in the forest's row order
            without the `W` words.
        """
        first, d = forest.level_sizes[0], self.output_size
        children = F.embedding(forest.children, states)  # (I, 2, d)
        rebuilt = linear(states[first:], self.decoder.weight, self.decoder.bias).view(-1, 2, d)
        below = _words_below(forest)[forest.children]  # (I, 2)
        errors = ((children - rebuilt).square().sum(dim=2) * below).sum(dim=1) / below.sum(dim=1)
        return errors if forest.inverse is None else errors[forest.inverse[forest.n_tokens :] - first]


def _words_below(forest: PackedForest) -> Tensor:
    """Returns the number of words of each computed row's subtree. Shape: `(D,)`."""
    below = forest.ends - forest.starts
    if forest.inverse is None:
        return below
    return below.new_empty(sum(forest.level_sizes)).index_copy_(0, forest.inverse, below)
