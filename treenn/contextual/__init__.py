"""Words as a pretrained encoder sees them in their sentence: the extra `treenn[contextual]`.

Nothing here imports transformers before an encoder is asked for.
"""

from treenn.contextual.encoder import ContextualEncoder, contextual_size
from treenn.contextual.frozen import FrozenVectors
from treenn.contextual.layers import layer_numbers
from treenn.contextual.pretrained import check_permitted, check_unchanged, locate

Contextual = ContextualEncoder | FrozenVectors
"""What gives a word's vector in its sentence: an encoder that is trained along, or one that is not."""

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
