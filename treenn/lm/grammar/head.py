"""`GrammarHead`: the distributions of actions and words, and the vectors of categories."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from treenn.lm.grammar.derivation import END, MAY_END, MAY_OPEN, MAY_REDUCE, MAY_SHIFT, OPEN, REDUCE, SHIFT
from treenn.models.text_vocabulary import END_ID
from treenn.models.word_softmax import WordSoftmax
from treenn.trees.arguments import Count, Probability, Width, checked


class GrammarHead(nn.Module):
    """The probabilities of the next action, and of the word if it is generated.

    The softmax of the actions is over the permitted ones only. That of the words is over the vocabulary without the end
    of the sentence, which is an action.

    Args:
        size: the width of a state.
        words: the size of the vocabulary, the end of the sentence included.
        categories: the number of categories.
        word_size: the width of the vectors of categories.
        tied: as in `WordSoftmax` (default: None).
        dropout: the dropout probability of the states (default: 0.0).
    """

    permitted: Tensor

    @checked
    def __init__(
        self,
        size: Width,
        words: Count,
        categories: Count,
        word_size: Width,
        tied: Width | None = None,
        dropout: Probability = 0.0,
    ) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.actions = nn.Linear(size, OPEN + categories)
        self.words = WordSoftmax(size, words - 1, tied, dropout)
        self.categories = nn.Embedding(categories, word_size)
        nn.init.uniform_(self.categories.weight, -0.05, 0.05)
        self.register_buffer("permitted", permitted_actions(categories), persistent=False)

    def action_log_probabilities(self, states: Tensor, permitted: Tensor) -> Tensor:
        """The log-probabilities of all actions, -∞ for those that are not permitted.

        Args:
            states: `(n, size)`.
            permitted: `(n,)` the bits of the permitted actions.

        Shape: the result is `(n, actions)`.
        """
        scores: Tensor = self.actions(self.dropout(states))
        return scores.masked_fill(~self.permitted[permitted], -torch.inf).log_softmax(dim=1)


def permitted_actions(categories: int) -> Tensor:
    """The permitted actions by their bits. Shape: `(16, actions)` bool.

    >>> permitted_actions(2)[MAY_SHIFT + MAY_OPEN].tolist()
    [True, False, False, True, True]
    """
    bits, actions = torch.arange(16), torch.zeros(16, OPEN + categories, dtype=torch.bool)
    for action, bit in ((SHIFT, MAY_SHIFT), (REDUCE, MAY_REDUCE), (END, MAY_END), (slice(OPEN, None), MAY_OPEN)):
        actions[:, action] = ((bits & bit) > 0).view(-1, *[1] * isinstance(action, slice))
    return actions


def without_end(embedding: Tensor) -> Tensor:
    """The word vectors without that of the end of the sentence. Shape: `(V, x)` to `(V - 1, x)`."""
    return torch.cat([embedding[:END_ID], embedding[END_ID + 1 :]])


def output_ids(words: Tensor) -> Tensor:
    """The outputs of the softmax for indices of words in the vocabulary. Shape: `(n,)`."""
    return words - (words > END_ID).to(words.dtype)
