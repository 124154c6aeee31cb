"""Contextual word vectors of pretrained encoders: the extra `treenn[contextual]`.

transformers is imported lazily, when an encoder is read.
"""

from treenn.contextual.encoder import ContextualEncoder, contextual_size, layer_numbers
from treenn.contextual.frozen import FrozenVectors
from treenn.contextual.pretrained import check_permitted, check_unchanged, locate

Contextual = ContextualEncoder | FrozenVectors
"""A source of contextual word vectors: an encoder that is fine-tuned, or a frozen one."""

__all__ = [
    "Contextual",
    "ContextualEncoder",
    "FrozenVectors",
    "check_permitted",
    "check_unchanged",
    "contextual_size",
    "layer_numbers",
    "locate",
]
