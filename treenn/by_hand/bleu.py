"""BLEU written out: Papineni, Roukos, Ward and Zhu (ACL 2002), "BLEU: a method for automatic evaluation of machine
translation".

Outputs and references are sequences of tokens. Tests compare the scores with those of sacrebleu without smoothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Tokens = Sequence[str]


def count_ngrams(tokens: Tokens, n: int) -> Counter[tuple[str, ...]]:
    """The number of occurrences of each sequence of `n` neighbouring tokens.

    >>> count_ngrams("a b a b".split(), 2)
    Counter({('a', 'b'): 2, ('b', 'a'): 1})
    """
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def clipped_matches(output: Tokens, references: Sequence[Tokens], n: int) -> int:
    """The number of n-grams of an output that occur in a reference, clipped.

        Σ_g min(count of g in the output, max over references of its count)

    An output that repeats a frequent word has full precision without clipping, as in the paper's example:

    >>> output, reference = "the the the the the the the".split(), "the cat is on the mat".split()
    >>> sum(token in reference for token in output)
    7
    >>> clipped_matches(output, [reference], 1)
    2
    """
    limit: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        limit |= count_ngrams(reference, n)  # the maximum of both counts
    return (count_ngrams(output, n) & limit).total()  # the minimum of both counts


def precision(outputs: Sequence[Tokens], references: Sequence[Sequence[Tokens]], n: int) -> float:
    """The clipped n-gram precision of a corpus; 0 without n-grams.

        p_n = Σ clipped matches / Σ n-grams, both sums over the outputs

    >>> output, reference = "a small dog barks".split(), "a dog barks loudly".split()
    >>> [round(precision([output], [[reference]], n), 3) for n in (1, 2, 3)]
    [0.75, 0.333, 0.0]
    """
    matches = sum(clipped_matches(output, each, n) for output, each in zip(outputs, references, strict=True))
    total = sum(max(len(output) - n + 1, 0) for output in outputs)
    return matches / total if total else 0.0


def closest_length(output: Tokens, references: Sequence[Tokens]) -> int:
    """The length of the reference whose length is closest to that of the output; of two equally close, the shorter.

    >>> closest_length("a b c".split(), ["a b c d".split(), "a b".split()])
    2
    """
    return min((abs(len(reference) - len(output)), len(reference)) for reference in references)[1]


def brevity_penalty(c: int, r: int) -> float:
    """The penalty of outputs that are shorter than the references.

        BP = 1 if c ≥ r, else e^(1 − r/c)

    Precision favours short outputs: an output of the one word "the" has precision 1. In a corpus, c and r are sums, so
    that a short output can be balanced by a long one.

    Args:
        c: the length of all outputs.
        r: the length of their references, the closest ones.

    >>> [round(brevity_penalty(c, 10), 3) for c in (12, 10, 9, 5)]
    [1.0, 1.0, 0.895, 0.368]
    """
    if c == 0:
        return 0.0
    return 1.0 if c >= r else math.exp(1 - r / c)


def bleu(outputs: Sequence[Tokens], references: Sequence[Sequence[Tokens]], order: int = 4) -> float:
    """BLEU of a corpus, between 0 and 1: the geometric mean of the precisions, times the brevity penalty.

        BLEU = BP · exp(1/N Σ_{n=1..N} log p_n)

    It is 0 if there is no match of an order. BLEU is defined for a corpus: its sums are over all sentences, and the
    mean of the scores of sentences is another number.

    The output below has 5 tokens, of which all are in the reference of 6 tokens. Of its 4 bigrams 3 match, of its 3
    trigrams 2, and 1 of its 2 4-grams:

    >>> output, reference = "ein Hund bellt sehr .".split(), "ein Hund bellt sehr laut .".split()
    >>> [round(precision([output], [[reference]], n), 3) for n in (1, 2, 3, 4)]
    [1.0, 0.75, 0.667, 0.5]
    >>> round((1 * 3 / 4 * 2 / 3 * 1 / 2) ** (1 / 4), 4), round(math.exp(1 - 6 / 5), 4)
    (0.7071, 0.8187)
    >>> round(bleu([output], [[reference]]), 4)  # 0.7071 * 0.8187
    0.5789

    Args:
        outputs: the tokens of each output.
        references: the references of each output, one or more.
        order: the number N of orders (default: 4).
    """
    precisions = [precision(outputs, references, n) for n in range(1, order + 1)]
    if not all(precisions):
        return 0.0
    c = sum(len(output) for output in outputs)
    r = sum(closest_length(output, each) for output, each in zip(outputs, references, strict=True))
    return brevity_penalty(c, r) * math.exp(sum(math.log(p) for p in precisions) / order)
