"""Networks with random weights, for explanations without a trained model."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from treebanks.sentiment import FIVE_CLASSES
from treenn.models.building import build
from treenn.models.names import DEPENDENCY_ENCODERS
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import UNKNOWN, Vocabulary
from treenn.trees import InputError


def untrained_network(name: str, words: Sequence[str], *, input_size: int, size: int) -> Network:
    """Build a network with random weights and 5 classes; the global random state is unchanged.

    Args:
        name: as in `treenn.models.names.encoder_factory`.
        words: the words of the sentence. Word vectors are drawn from N(0, 0.4²), about the spread of GloVe's.
        input_size: the width of a word vector.
        size: the hidden size.

    Raises:
        InputError: if there is no network of this name, or it reads dependency trees.
    """
    if name in DEPENDENCY_ENCODERS:
        raise InputError(f"network {name}: reads dependency trees; must be a network over binary trees or sequences")
    settings = Settings(model=name, size=size, word_size=input_size)
    network = build(settings, make_task("nodes", FIVE_CLASSES), Vocabulary(sorted({*words} - {UNKNOWN})))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        network.embedding.weight.normal_(0, 0.4, generator=generator)
    return network.eval()
