"""Sequence networks: how a sequence of vectors becomes a sequence of states, and one vector; one network a file.

They are used in four shapes of task, each of which has a small example in `tests/sequences/test_tasks.py`:

- many to one, a sentence's class or a series' next value: a network and a `Readout`;
- many to many in step, a tag for each word: a network, whose states a linear layer reads;
- one to many, a text from a vector: a `Decoder`;
- many to many after reading, a text from a text: a network, a `Readout` and a `Decoder`.
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
    "bidirectional",
]
