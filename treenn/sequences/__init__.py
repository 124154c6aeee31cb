"""Sequence networks: how a sequence of vectors becomes a sequence of states, and one vector; one network a file."""

from treenn.sequences.bidirectional import Bidirectional, both_ways
from treenn.sequences.convolution import Convolution
from treenn.sequences.deep_transition import DeepTransition
from treenn.sequences.elman import Elman
from treenn.sequences.feedforward import Feedforward
from treenn.sequences.gru import GRU
from treenn.sequences.jordan import Jordan
from treenn.sequences.lstm import LSTM
from treenn.sequences.network import SequenceNetwork
from treenn.sequences.peephole import PeepholeLSTM
from treenn.sequences.readouts import AttentionOverTime, LastState, MaxOverTime, MeanOverTime, Readout
from treenn.sequences.stacked import Stacked
from treenn.sequences.transformer import Transformer

__all__ = [
    "GRU",
    "LSTM",
    "AttentionOverTime",
    "Bidirectional",
    "Convolution",
    "DeepTransition",
    "Elman",
    "Feedforward",
    "Jordan",
    "LastState",
    "MaxOverTime",
    "MeanOverTime",
    "PeepholeLSTM",
    "Readout",
    "SequenceNetwork",
    "Stacked",
    "Transformer",
    "both_ways",
]
