"""What training makes small: the paper's max-margin objective, and the choice of each step."""

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
    """The max-margin objective of Socher et al. (2011), without its regularizer.

    For a sentence x with the right trees Y, of which a treebank of binary trees has one:

        r = max over all trees ŷ of (s(x, ŷ) + Δ(x, ŷ)) - max over y in Y of s(x, y)
        Δ(x, ŷ) = κ times the number of spans of ŷ that are in no right tree

    Both maxima are what a search finds, the second with no merges but right ones; r is not below 0, for the right tree
    is also one of all. Where a merge's score depends on its neighbours, a tree's score is that of the order its merges
    were found in.

    A search that is not exact may find a tree that is worse than the right one, and then nothing is learnt from its
    mistakes. With `prefixes`, a departure from the paper, r is taken after the number of merges where it is largest
    (the max-violation update of Huang, Fayong and Guo 2012, "Structured perceptron with inexact search", NAACL): the
    first wrong merge of a greedy search always is a violation there.

    Args:
        network: what composes and scores.
        x: `(W, x)` the vectors of the words of all sentences.
        lengths: `(S,)` how many words each has, the longest first; two or more.
        gold: the right trees.
        kappa: κ.
        width: of the beam that searches.
        prefixes: compare the two after as many merges as make the difference largest, not when they are done.
    """
    twice = Sentences(
        starts=(lengths.cumsum(0) - lengths).repeat_interleave(2),
        lengths=lengths.repeat_interleave(2),
        gold=Gold(*(part.repeat_interleave(2, dim=0) for part in gold)),
        margin=x.new_tensor([kappa, 0.0]).repeat(len(lengths)),
        faithful=torch.tensor([False, True]).repeat(len(lengths)),
    )
    found = search(network, x.detach(), twice, width)
    there = found.chosen != 0
    scores = x.new_zeros(there.shape).masked_scatter(there, found.tables.differentiable_scores(x, found.chosen[there]))
    # What the search added to the scores of the merges it chose is the margin.
    margin = found.totals - found.tables.scores[found.chosen].masked_fill(~there, 0).cumsum(1)
    violating, right = (scores.cumsum(1) + margin).view(len(lengths), 2, -1).unbind(1)
    differences = violating - right
    return F.relu(differences.amax(1) if prefixes else differences[:, -1]).mean()


def steps_loss(network: MergeNetwork, x: Tensor, lengths: Tensor, gold: Gold, kappa: float, faithful: Tensor) -> Tensor:
    """Minus the log probability of a right merge at each step of greedy search, summed over a sentence.

    The probability of a merge is the softmax over the scores of all there are at that step; where several are right,
    it does not matter which is taken. As in the training of easy-first parsers (Goldberg and Elhadad 2010, NAACL), the
    search goes on from what it chose itself, and what is right then is what still leads to the most right brackets.

    Args:
        network: what composes and scores.
        x: `(W, x)` the vectors of the words of all sentences.
        lengths: `(S,)` how many words each has, the longest first; two or more.
        gold: the right trees.
        kappa: what a wrong merge has added to its score, so that right ones have to win by it (softmax-margin).
        faithful: `(S,)` the sentences in which the search takes the best right merge, not the best of all.
    """
    sentences = Sentences(lengths.cumsum(0) - lengths, lengths, gold, faithful=faithful)
    found = search(network, x.detach(), sentences)
    n_slots = found.steps[0].merges.shape[2]
    merges, right = (
        torch.cat([F.pad(part.squeeze(1), (0, n_slots - part.shape[2])) for part in parts])
        for parts in zip(*found.steps, strict=True)
    )
    met = torch.unique(merges)[1:]
    scores = found.tables.differentiable_scores(x, met)
    place = torch.zeros(int(met[-1]) + 1, dtype=torch.int64)
    place[met] = torch.arange(len(met))
    values = F.embedding(place[merges], scores[:, None]).squeeze(2) + kappa * ~right
    values = values.masked_fill(merges == 0, -torch.inf)
    chances = values.log_softmax(1)
    return -chances.masked_fill(~right | (merges == 0), -torch.inf).logsumexp(1).sum() / len(lengths)
