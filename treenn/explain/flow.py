"""Numbers of one sentence in a network: states and gates on the way up, gradients on the way down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.encoders import SequenceEncoder, pack
from treenn.explain.equations import Section, section
from treenn.explain.passes import Pass, run_encoder
from treenn.models.names import paper_of
from treenn.models.network import Network
from treenn.parsers.shapes import Left
from treenn.tasks.node_scores import NodeRegression
from treenn.trees import InputError, Tree

MOST_WORDS = 60
"""The maximum number of words of a sentence."""

Array = npt.NDArray[np.float64]
Kind = Literal["tree", "sequence"]


class Vector(NamedTuple):
    """A named vector of a node or a step.

    Args:
        name: its symbol in the equations.
        role: its role, as "forget gate"; empty if unknown.
        values: its values.
        gradient: the gradient of the loss w.r.t. it.
    """

    name: str
    role: str
    values: Array
    gradient: Array


class FlowPass(NamedTuple):
    """One sweep over the nodes of a tree or the words of a sentence.

    Args:
        name: the name of the pass.
        section: the class with its equations.
        start: the time of its first step.
        steps: the nodes or words that are computed at each time.
        output: the names of the vectors that are read by parents, by the next pass and by heads.
        memory: the names of the vectors that the next step of a recurrent network reads.
        vectors: the vectors of each node or word, in the order of the equations.
    """

    name: str
    section: str
    start: int
    steps: tuple[tuple[int, ...], ...]
    output: tuple[str, ...]
    memory: tuple[str, ...]
    vectors: Mapping[int, tuple[Vector, ...]]


class Prediction(NamedTuple):
    """A prediction: the class or the score, and the probability of each class (empty for scores)."""

    label: int | float
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Flow:
    """The numbers of a network on a sentence.

    Args:
        name: the name of the network.
        kind: "tree" or "sequence".
        paper: its reference.
        tree: the sentence.
        passes: the sweeps in the order of computation.
        words: the word vectors with their gradients.
        unknown: the positions of the words that the vocabulary lacks.
        predictions: the prediction at each node of a tree, or after each word of a sequence.
        loss: the loss whose gradients are computed; -log p of the predicted class, or the score.
        sections: the equations of the modules.
        is_trained: False for random weights.
        about: a remark on the network (default: none).
    """

    name: str
    kind: Kind
    paper: str
    tree: Tree
    passes: tuple[FlowPass, ...]
    words: tuple[Vector, ...]
    unknown: tuple[int, ...]
    predictions: tuple[Prediction, ...]
    loss: float
    sections: tuple[Section, ...]
    is_trained: bool
    about: str = ""

    @property
    def final(self) -> Prediction:
        """The prediction for the whole sentence."""
        return self.predictions[-1]

    @property
    def length(self) -> int:
        """The number of times until the sentence is read."""
        return max(sweep.start + len(sweep.steps) for sweep in self.passes)


def compute_flow(network: Network, tree: Tree, name: str, *, is_trained: bool = True, about: str = "") -> Flow:
    """Run a network over a sentence, forward and backward.

    The equations are computed node by node, so that each gate is a tensor; `treenn.explain.gates` has them. Gradients
    are those of the loss at the root by autograd, without dropout and without truncation.

    Args:
        network: a network that predicts nodes.
        tree: the tree of the sentence. A sequence network reads its words only.
        name: the name of the network.
        is_trained: False for random weights (default: True).
        about: a remark on the network (default: none).

    Raises:
        InputError: if the sentence has more than `MOST_WORDS` words, the network reads pairs or other trees, or a
            number is not finite.
    """
    _check_supported(network, tree, name)
    tree, was_training = tree.unlabelled, network.training
    kind: Kind = "sequence" if isinstance(network.encoder, SequenceEncoder) else "tree"
    passes, words, loss = _differentiate(network.eval(), tree)
    _check_finite(name, passes)
    predictions, unknown = _predictions(network, tree, kind), set(network.vocabulary.unknown(tree.words))
    network.train(was_training)
    return Flow(
        name=name,
        kind=kind,
        paper=paper_of(network.encoder),
        tree=tree,
        passes=passes,
        words=words,
        unknown=tuple(index for index, word in enumerate(tree.words) if word in unknown),
        predictions=predictions,
        loss=loss,
        sections=sections_of(network),
        is_trained=is_trained,
        about=about,
    )


def _check_supported(network: Network, tree: Tree, name: str) -> None:
    if len(tree.words) > MOST_WORDS:
        raise InputError(f"the sentence has {len(tree.words)} words; must have at most {MOST_WORDS}")
    if network.task.name not in ("nodes", "node-scores"):
        raise InputError(f"the task of {name} is {network.task.name}; must be nodes or node-scores")


def _check_finite(name: str, passes: Sequence[FlowPass]) -> None:
    vectors = (vector for sweep in passes for parts in sweep.vectors.values() for vector in parts)
    if not all(np.isfinite(vector.values).all() for vector in vectors):
        raise InputError(f"a state of {name} is not finite: its weights are too large; train the model anew")


def sections_of(network: Network) -> tuple[Section, ...]:
    """Returns the equations of the encoder's modules, one section per class that has any."""
    classes = dict.fromkeys(type(module) for module in network.encoder.modules())
    sections = (section(each) for each in classes if not each.__module__.startswith("torch."))
    return tuple(each for each in sections if each.blocks)


def _loss(network: Network, root: Tensor) -> Tensor:
    scores: Tensor = network.head(root)
    if isinstance(network.task, NodeRegression):
        return scores[0, 0]
    return -torch.log_softmax(scores / network.temperature, dim=1).max()


def _differentiate(network: Network, tree: Tree) -> tuple[tuple[FlowPass, ...], tuple[Vector, ...], float]:
    """The vectors of all passes and of the words with their gradients, by one backward pass, and the loss."""
    with torch.enable_grad():
        run = run_encoder(network.encoder, tree, network.vectors(pack([tree])).detach().requires_grad_())
        loss = _loss(network, run.root)
    named = [part for sweep in run.passes for parts in sweep.parts.values() for part in parts.values()]
    gradients = iter(torch.autograd.grad(loss, [*run.words, *named], allow_unused=True))
    words = tuple(_vector("x", "word vector", word, next(gradients)) for word in run.words)
    return tuple(_flow_pass(sweep, gradients) for sweep in run.passes), words, float(loss.detach())


def _flow_pass(sweep: Pass, gradients: Iterator[Tensor | None]) -> FlowPass:
    vectors = {
        node: tuple(_vector(name, sweep.roles.get(name, ""), part, next(gradients)) for name, part in parts.items())
        for node, parts in sweep.parts.items()
    }
    steps = tuple(map(tuple, sweep.steps))
    return FlowPass(sweep.name, sweep.section, sweep.start, steps, sweep.output, sweep.memory, vectors)


def _vector(name: str, role: str, values: Tensor, gradient: Tensor | None) -> Vector:
    array = values.detach()[0].double().numpy()
    return Vector(name, role, array, np.zeros_like(array) if gradient is None else gradient[0].double().numpy())


def _predictions(network: Network, tree: Tree, kind: Kind) -> tuple[Prediction, ...]:
    """The predictions of all nodes of a tree, or of all prefixes of a sentence."""
    trees = [tree] if kind == "tree" else Left().parse_batch([tree.words[: n + 1] for n in range(len(tree.words))])
    found = network.predict(trees, roots_only=kind == "sequence")
    rows = range(len(tree)) if kind == "tree" else np.cumsum([len(prefix) for prefix in trees]) - 1
    if network.classes is None:
        return tuple(Prediction(float(found.scores[row]), ()) for row in rows)
    return tuple(Prediction(int(np.argmax(p)), tuple(p.tolist())) for p in found.probabilities[list(rows)])
