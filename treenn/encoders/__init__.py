"""Encoders: packed forests, and the networks that compute a state for every node."""

from treenn.encoders.autoencoder import RecursiveAutoencoder
from treenn.encoders.bidirectional_encoder import BidirectionalTreeEncoder
from treenn.encoders.dependency_encoder import DependencyEncoder
from treenn.encoders.dependency_forest import PackedDependencies, pack_dependencies
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest, pack
from treenn.encoders.sequence_encoder import SequenceEncoder
from treenn.encoders.tree_encoder import TreeEncoder
from treenn.encoders.tree_table import NO_LABEL, TreeTable

__all__ = [
    "NO_LABEL",
    "BidirectionalTreeEncoder",
    "DependencyEncoder",
    "Encoder",
    "PackedDependencies",
    "PackedForest",
    "RecursiveAutoencoder",
    "SequenceEncoder",
    "TreeEncoder",
    "TreeTable",
    "pack",
    "pack_dependencies",
]
