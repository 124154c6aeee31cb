"""Sentence splitting and tokenization of raw text, with the conventions of the Stanford Sentiment Treebank (SST)."""

from treenn.text.sentences import split_sentences
from treenn.text.tokenizer import tokenize

__all__ = ["split_sentences", "tokenize"]
