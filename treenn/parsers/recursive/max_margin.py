"""Training losses: the paper's max-margin objective, and the likelihood of correct merges."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from treenn.parsers.recursive.beam_search import Sentences, search
from treenn.parsers.recursive.gold import Gold
from treenn.parsers.recursive.merge_scorer import MergeNetwork


def margin_loss(
    network: MergeNetwork,
    x: Tensor,
    lengths: Tensor,
    gold: Gold,
    kappa: float,
    width: int = 1,
    *,
    prefixes: bool = False,
) -> Tensor:
    """Compute the max-margin objective of Socher et al. (2011), without its regularizer.

    For a sentence x with correct trees Y, of which a treebank of binary trees has one:

        r = max over all trees ŷ of (s(x, ŷ) + Δ(x, ŷ)) - max over y in Y of s(x, y)
        Δ(x, ŷ) = κ times the number of spans of ŷ that are in no correct tree

    Both maxima are approximated by search, the second restricted to correct merges. r is at least 0, since a correct
    tree is among all trees. If scores of merges depend on neighbours, a tree's score depends on the order in which its
    merges were found.

    Inexact search may find a tree that scores below the correct one, whose gradient is zero. With `prefixes`, a
    departure from the paper, r is taken at the prefix of merges with the largest r (the max-violation update of Huang,
    Fayong and Guo 2012, *Structured Perceptron with Inexact Search*, NAACL). The first wrong merge of a greedy search
    is always a violation at its prefix.

    Args:
        network: the composition and the scorer.
        x: `(W, x)` the word vectors of all sentences.
        lengths: `(S,)` the number of words of each sentence, in descending order, at least 2.
        gold: the gold brackets.
        kappa: κ.
        width: the beam width (default: 1).
        prefixes: whether to use the max-violation update instead of whole trees (default: False).

    Returns:
        A scalar, the mean over sentences.
    """
    twice = Sentences(
        starts=(lengths.cumsum(0) - lengths).repeat_interleave(2),
        lengths=lengths.repeat_interleave(2),
        gold=Gold(*(part.repeat_interleave(2, dim=0) for part in gold)),
        margin=x.new_tensor([kappa, 0.0]).repeat(len(lengths)),
        faithful=torch.tensor([False, True]).repeat(len(lengths)),
    )
    result = search(network, x.detach(), twice, width)
    mask = result.chosen != 0
    scores = x.new_zeros(mask.shape).masked_scatter(mask, result.tables.differentiable_scores(x, result.chosen[mask]))
    margin = result.totals - result.tables.scores[result.chosen].masked_fill(~mask, 0).cumsum(1)  # (2 S, T)
    violating, right = (scores.cumsum(1) + margin).view(len(lengths), 2, -1).unbind(1)
    differences = violating - right
    return F.relu(differences.amax(1) if prefixes else differences[:, -1]).mean()


def steps_loss(network: MergeNetwork, x: Tensor, lengths: Tensor, gold: Gold, kappa: float, faithful: Tensor) -> Tensor:
    """Compute the negative log-likelihood of a correct merge at each step of greedy search, summed over each sentence.

    The probability of a merge is the softmax over the scores of all candidates. The probabilities of several correct
    merges are added. As in the training of easy-first parsers (Goldberg and Elhadad 2010, NAACL), the search
    continues from its own choices, with a dynamic oracle: a merge is correct if it preserves all gold brackets that can
    still be built.

    Args:
        network: the composition and the scorer.
        x: `(W, x)` the word vectors of all sentences.
        lengths: `(S,)` the number of words of each sentence, in descending order, at least 2.
        gold: the gold brackets.
        kappa: the margin added to the scores of wrong merges (softmax-margin).
        faithful: `(S,)` whether the search takes the best correct merge instead of the best of all.

    Returns:
        A scalar, the mean over sentences.
    """
    sentences = Sentences(lengths.cumsum(0) - lengths, lengths, gold, faithful=faithful)
    result = search(network, x.detach(), sentences)
    n_slots = result.steps[0].merges.shape[2]
    merges, right = (
        torch.cat([F.pad(part.squeeze(1), (0, n_slots - part.shape[2])) for part in parts])
        for parts in zip(*result.steps, strict=True)
    )
    candidates = torch.unique(merges)[1:]
    scores = result.tables.differentiable_scores(x, candidates)
    index = torch.zeros(int(candidates[-1]) + 1, dtype=torch.int64)
    index[candidates] = torch.arange(len(candidates))
    values = F.embedding(index[merges], scores[:, None]).squeeze(2) + kappa * ~right
    values = values.masked_fill(merges == 0, -torch.inf)
    log_p = values.log_softmax(1)  # (rows, slots)
    return -log_p.masked_fill(~right | (merges == 0), -torch.inf).logsumexp(1).sum() / len(lengths)
