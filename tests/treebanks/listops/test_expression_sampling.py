"""The generator's distribution, and sampling by length, compared with rejection sampling."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from treebanks.listops.expression_sampling import MAX_DEPTH, Lengths, draw, draw_nested
from treebanks.listops.expressions import OPERATORS, depth


def arguments(expression: tuple[str, ...]) -> Counter[int]:
    """Numbers of operators by number of arguments."""
    counts: Counter[int] = Counter()
    open_counts: list[int] = [0]
    for token in expression:
        if token in OPERATORS:
            open_counts.append(0)
            continue
        if token == "]":
            counts[open_counts.pop()] += 1
        open_counts[-1] += 1
    return counts


def test_frequencies_of_operators_digits_and_arguments() -> None:
    random = Random(0)
    drawn = [draw(random) for _ in range(2000)]
    tokens = Counter(token for expression in drawn for token in expression)
    operators = sum(tokens[name] for name in OPERATORS)
    assert all(tokens[name] / operators == pytest.approx(1 / 4, abs=0.015) for name in OPERATORS)
    digits = sum(tokens[digit] for digit in "0123456789")
    assert all(tokens[digit] / digits == pytest.approx(0.1, abs=0.008) for digit in "0123456789")
    assert (operators - len(drawn)) / (operators - len(drawn) + digits) == pytest.approx(0.25, abs=0.015)
    counts = sum((arguments(expression) for expression in drawn), Counter[int]())
    assert set(counts) == {2, 3, 4, 5}
    assert all(counts[n] / operators == pytest.approx(1 / 4, abs=0.015) for n in counts)
    assert max(map(depth, drawn)) <= MAX_DEPTH - 1


def test_no_more_tokens_than_asked_for() -> None:
    random = Random(1)
    assert max(len(draw(random, longest=30)) for _ in range(500)) == 30


def test_seeds_fix_expressions() -> None:
    assert draw(Random("listops 7")) == draw(Random("listops 7"))
    lengths = Lengths(60)
    assert lengths.draw(Random(5), 40, 61) == Lengths(60).draw(Random(5), 40, 61)


def test_lengths_are_as_probable_as_among_all_expressions() -> None:
    random, low, high = Random(2), 10, 40
    waited = [each for each in (draw(random) for _ in range(8_000)) if low <= len(each) < high]
    lengths = Lengths(high)
    chosen = [lengths.draw(random, low, high) for _ in range(len(waited))]
    for said in (len, depth, lambda each: arguments(each)[5]):
        one, other = Counter(map(said, waited)), Counter(map(said, chosen))
        n = len(waited)
        for key in one | other:
            spread = (max(one[key], other[key]) / n / n) ** 0.5
            assert abs(one[key] - other[key]) / n < 6 * spread, (said, key, one[key], other[key])


def test_long_expressions_of_many_arguments() -> None:
    random, wide = Random(3), Lengths(300, (10, 10))
    for _ in range(20):
        expression = wide.draw(random, 100, 301)
        assert 100 <= len(expression) <= 300
        assert set(arguments(expression)) == {10}
        assert depth(expression) < MAX_DEPTH


@pytest.mark.parametrize("deep", [1, 2, 30])
def test_operators_inside_each_other(deep: int) -> None:
    random = Random(4)
    for _ in range(50):
        expression = draw_nested(random, deep)
        counts = arguments(expression)
        assert depth(expression) == counts.total() == deep
        assert set(counts) <= {2, 3, 4, 5}
