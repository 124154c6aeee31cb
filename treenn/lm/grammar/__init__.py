"""Recurrent neural network grammars: generative models of trees and their sentences (Dyer et al. 2016)."""

from treenn.lm.grammar.beam_search import beam_search
from treenn.lm.grammar.encoder import RNNG
from treenn.lm.grammar.generation import generate
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.importance import importance_sampling
from treenn.lm.grammar.model import GrammarModel
from treenn.lm.grammar.proposal import proposal_of

__all__ = ["RNNG", "Grammar", "GrammarModel", "beam_search", "generate", "importance_sampling", "proposal_of"]
