"""Sequence networks, one per file, and pooling.

They serve four kinds of tasks, each with a small example in `tests/sequences/test_tasks.py`:

- many to one, such as sentence classification or the next value of a series: a network and a `Readout`;
- aligned many to many, such as tagging: a network and a linear layer over its states;
- one to many, a text from a vector: a `Decoder`;
- sequence to sequence: a network, a `Readout` and a `Decoder`.
"""

from treenn.sequences.bidirectional_network import Bidirectional, bidirectional
from treenn.sequences.convolution import Convolution
from treenn.sequences.decoder import Decoder
from treenn.sequences.deep_transition import DeepTransition
from treenn.sequences.elman import Elman
from treenn.sequences.feedforward import Feedforward
from treenn.sequences.gru import GRU
from treenn.sequences.jordan import Jordan
from treenn.sequences.lstm import LSTM
from treenn.sequences.peephole import PeepholeLSTM
from treenn.sequences.pooling import AttentionPooling, LastPooling, MaxPooling, MeanPooling, Readout
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.sequences.stacked import Stacked
from treenn.sequences.transformer import Transformer
from treenn.sequences.window import Window

__all__ = [
    "GRU",
    "LSTM",
    "AttentionPooling",
    "Bidirectional",
    "Convolution",
    "Decoder",
    "DeepTransition",
    "Elman",
    "Feedforward",
    "Jordan",
    "LastPooling",
    "MaxPooling",
    "MeanPooling",
    "PeepholeLSTM",
    "Readout",
    "SequenceNetwork",
    "Stacked",
    "Transformer",
    "Window",
    "bidirectional",
]
