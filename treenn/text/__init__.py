"""From text as people write it to sentences and words, as the sentiment treebank (SST) has them."""

from treenn.text.sentences import split_sentences
from treenn.text.tokenizer import tokenize

__all__ = ["split_sentences", "tokenize"]
