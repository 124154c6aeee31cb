"""`RecursiveAutoencoder`: also trained to give back the children of every node (Socher et al., EMNLP 2011)."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional as F

from treenn.cells.autoencoder import AutoencoderCell
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest
from treenn.encoders.sweep import sweep
from treenn.encoders.tree_encoder import of_nodes
from treenn.runtime.matmul import linear
from treenn.trees.arguments import Probability, Width, checked


class RecursiveAutoencoder(Encoder):
    r"""The semi-supervised recursive autoencoder of Socher, Pennington, Huang, Ng and Manning (EMNLP 2011).

    "Semi-supervised recursive autoencoders for predicting sentiment distributions". A node's state p is that of
    `AutoencoderCell`. From it the node's children are reconstructed, and an inner node counts by how far off that is,
    each child by the number of words below it, n_1 or n_2:

        [c_1'; c_2'] = W' p + b'
        E_rec = n_1/(n_1 + n_2) ‖c_1 − c_1'‖² + n_2/(n_1 + n_2) ‖c_2 − c_2'‖²

    Training makes small, summed over nodes and averaged over sentences, with the loss of the labels E_cE:

        α E_rec + (1 − α) E_cE

    Gradients also go to the children that are to be reconstructed. α is 0.2 in the Java version of the authors' code.
    It departs from the paper in:

    - trees are given. The paper builds them greedily from reconstruction errors;
    - E_cE is the loss of the head at the nodes that have labels, words among them. The paper gives every node the label
      of its sentence;
    - words: see `AutoencoderCell`, also for the initialisation.

    (That code, unlike the paper, also passes c_1' and c_2' through tanh, gives them length 1 and leaves out n_1, n_2.)

    Args:
        input_size: width of a word vector.
        size: width of a state.
        alpha: the share of E_rec, 0 to 1.
        map_words: see `AutoencoderCell`.

    Raises:
        InputError: where `alpha` is no share, or the word vectors are not as wide as the states they are to be.

    >>> import torch
    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> encoder = RecursiveAutoencoder(input_size=4, size=3)
    >>> states = encoder(forest, torch.ones(2, 4))
    >>> states.shape, encoder.reconstruction_errors(forest, states).shape
    (torch.Size([3, 3]), torch.Size([1]))
    """

    @checked
    def __init__(self, input_size: Width, size: Width, alpha: Probability = 0.2, *, map_words: bool = True) -> None:
        super().__init__(input_size, size)
        self.alpha = alpha
        self.cell = AutoencoderCell(input_size, size, map_words=map_words)
        self.decoder = nn.Linear(size, 2 * size)

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`."""
        return of_nodes(forest, sweep(self.cell, forest, x), roots_only=roots_only)

    def compute_loss(
        self, forest: PackedForest, x: Tensor, label_loss: Callable[[Tensor], Tensor], *, roots_only: bool = False
    ) -> Tensor:
        """See `Encoder.objective`: α E_rec + (1 − α) E_cE; E_rec of all inner nodes, whatever has labels."""
        self.check_input(forest, x)
        states = sweep(self.cell, forest, x)
        of_labels = label_loss(of_nodes(forest, states, roots_only=roots_only))
        errors = self.reconstruction_errors(forest, states)
        return self.alpha * errors.sum() / len(forest.sizes) + (1 - self.alpha) * of_labels

    def reconstruction_errors(self, forest: PackedForest, states: Tensor) -> Tensor:
        """E_rec of every inner node.

        Shape: `states` is `(D, d)`, those of the computed rows; the result is `(N - W,)`, in the forest's rows, of
            which the first `W`, the words, have no children.
        """
        first, d = forest.level_sizes[0], self.output_size
        children = F.embedding(forest.children, states)
        rebuilt = linear(states[first:], self.decoder.weight, self.decoder.bias).view(-1, 2, d)
        below = _words_below(forest)[forest.children]
        errors = ((children - rebuilt).square().sum(dim=2) * below).sum(dim=1) / below.sum(dim=1)
        return errors if forest.uses is None else errors[forest.uses[forest.n_tokens :] - first]


def _words_below(forest: PackedForest) -> Tensor:
    """How many words lie below each computed row, itself among them. Shape: `(D,)`."""
    below = forest.ends - forest.starts
    if forest.uses is None:
        return below
    return below.new_empty(sum(forest.level_sizes)).index_copy_(0, forest.uses, below)
