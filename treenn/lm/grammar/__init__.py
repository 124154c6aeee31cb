"""Recurrent neural network grammars: generative models of trees and their sentences (Dyer et al. 2016)."""
