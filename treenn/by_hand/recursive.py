"""The recursive network of Socher, Lin, Ng and Manning (ICML 2011), "Parsing natural scenes and natural language with
recursive neural networks", and backpropagation through structure (Goller and Küchler, ICNN 1996, "Learning
task-dependent distributed representations by backpropagation through structure").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from treenn.by_hand.activation import TANH, Activation, Array, Backward
from treenn.trees import Tree


class Recursive(NamedTuple):
    r"""Parameters of a recursive network: leaf weights W_x, composition weights W, output weights V.

    All nodes share the parameters. For a leaf with word vector x, for a node with children `l` and `r`, and for the
    output of each node, with the activation function f (default: tanh):

        h = f(W_x x + b_x)
        h = f(W [h_l; h_r] + b)
        z = V h + c

    Backpropagation through structure, from the root to the leaves: δ is the gradient w.r.t. the pre-activation of a
    node. A child receives its half of Wᵀ δ_p from its parent p; this term is 0 at the root:

        δ = f'(·) ⊙ (Vᵀ ∂E/∂z + its half of Wᵀ δ_p)
        ∂E/∂W = Σ_parents δ [h_l; h_r]ᵀ
        ∂E/∂b = Σ_parents δ
        ∂E/∂W_x = Σ_words δ xᵀ
        ∂E/∂b_x = Σ_words δ
        ∂E/∂V = Σ ∂E/∂z hᵀ
        ∂E/∂c = Σ ∂E/∂z
        ∂E/∂x = W_xᵀ δ

    A recurrent network is a recursive network on a left-branching tree: the previous state is the left child, the next
    word the right child, W = [W U] in the notation of `elman.py`, and h_0 = 0 an additional first word. With all
    weights 1, f linear and W_x = I, the outputs of the inner nodes are those of the example in `elman.py`:

    >>> from treenn.by_hand.activation import LINEAR
    >>> from treenn.trees import parse_tree
    >>> net = Recursive(np.eye(2), np.ones((2, 4)), np.ones((2, 2)), b_x=np.zeros(2), b=np.zeros(2), c=np.zeros(2))
    >>> tree = parse_tree("(X (X (X (X start) (X a)) (X a)) (X b))")
    >>> x = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0], [2.0, 2.0]])
    >>> h, z = forward(net, tree, x, LINEAR)
    >>> z[4:].tolist()
    [[4.0, 4.0], [12.0, 12.0], [32.0, 32.0]]

    Shape: `n` words, `N = 2n - 1` nodes; input size `k`, hidden size `d`, output size `o`: `W_x` `(d, k)`, `W`
        `(d, 2d)`, `V` `(o, d)`, `b_x` and `b` `(d,)`, `c` `(o,)`; `x` `(n, k)`, `h` and `delta` `(N, d)`, `z` `(N, o)`,
        one row per node in the tree's node order: leaves, then inner nodes, each after its children.
    """

    W_x: Array
    W: Array
    V: Array
    b_x: Array
    b: Array
    c: Array


def forward(net: Recursive, tree: Tree, x: Array, f: Activation = TANH) -> tuple[Array, Array]:
    """Returns the states h and the outputs z of all nodes."""
    n, h = len(tree.words), np.zeros((len(tree), len(net.b)))
    h[:n] = f(x @ net.W_x.T + net.b_x)
    for node, (left, right) in enumerate(tree.merges, start=n):
        h[node] = f(net.W @ np.concatenate([h[left], h[right]]) + net.b)
    return h, h @ net.V.T + net.c


def backward(
    net: Recursive, tree: Tree, x: Array, h: Array, grad_z: Array, f: Activation = TANH
) -> Backward[Recursive]:
    """Returns the gradients of E, given the word vectors, the states from `forward`, and ∂E/∂z `(N, o)`.

    If only the root has a loss, δ is 2 at the root and doubles with every level down, as in `elman.py`:

    >>> from treenn.by_hand.activation import LINEAR
    >>> from treenn.trees import parse_tree
    >>> net = Recursive(np.eye(2), np.ones((2, 4)), np.ones((2, 2)), b_x=np.zeros(2), b=np.zeros(2), c=np.zeros(2))
    >>> tree, x = parse_tree("(X (X (X start) (X a)) (X b))"), np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> at_the_root = np.array([[0.0, 0.0]] * 4 + [[1.0, 1.0]])
    >>> back = backward(net, tree, x, forward(net, tree, x, LINEAR)[0], at_the_root, LINEAR)
    >>> back.delta.tolist()
    [[8.0, 8.0], [8.0, 8.0], [4.0, 4.0], [4.0, 4.0], [2.0, 2.0]]
    >>> back.grad.W.tolist()  # sum over the inner nodes: 4 [0 0 1 1] + 2 [2 2 2 2]
    [[4.0, 4.0, 8.0, 8.0], [4.0, 4.0, 8.0, 8.0]]
    """
    n, d = len(tree.words), len(net.b)
    grad = Recursive(*(np.zeros_like(parameter) for parameter in net))
    delta, grad_h = np.zeros_like(h), grad_z @ net.V
    for node in reversed(range(n, len(tree))):
        left, right = tree.merges[node - n]
        delta[node] = f.slope(h[node]) * grad_h[node]
        grad.W[:] += np.outer(delta[node], np.concatenate([h[left], h[right]]))
        grad.b[:] += delta[node]
        halves = net.W.T @ delta[node]
        grad_h[left] += halves[:d]
        grad_h[right] += halves[d:]
    delta[:n] = f.slope(h[:n]) * grad_h[:n]
    grad.W_x[:], grad.b_x[:] = delta[:n].T @ x, delta[:n].sum(axis=0)
    grad.V[:], grad.c[:] = grad_z.T @ h, grad_z.sum(axis=0)
    return Backward(delta, grad, delta[:n] @ net.W_x)
