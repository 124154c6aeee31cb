"""Random pairs of formulas with the distribution of the published generator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from treebanks.logic.formulas import EVERY_ROW, RELATIONS, VARIABLES, count_operators, relation, truth_table
from treebanks.pairs import Pair
from treebanks.plain_brackets import nested_tree

LONGEST = 12
"""The number of operators of the last group, which also has all longer formulas."""

BINARY = 4 / 9
"""The probability that a formula has a binary operator instead of a variable, each of the two with one half."""

NEGATED = 1 / 3
"""The probability that a formula, also one inside another, is negated."""

_SHARED = 4  # the maximum number of variables of a pair
_BUDGET = 12  # halved, rounded down, for the arguments of a binary operator; below 2 there is none


def draw_formula(random: Random, variables: Sequence[str], budget: int = _BUDGET) -> str:
    """A random formula in brackets, of at most three nested binary operators.

    Args:
        random: the random number generator.
        variables: the variables.
        budget: the budget of binary operators (default: 12).

    >>> draw_formula(Random(4), "abcd")
    '( ( not d ) ( and ( c ( or b ) ) ) )'
    """
    if budget >= 2 and random.random() < BINARY:
        operator = random.choice(("and", "or"))
        left, right = (draw_formula(random, variables, budget // 2) for _ in range(2))
        formula = f"( {left} ( {operator} {right} ) )"
    else:
        formula = random.choice(variables)
    return f"( not {formula} )" if random.random() < NEGATED else formula


def draw_pair(random: Random) -> tuple[str, str]:
    """Two random formulas over the same four variables; either may be a tautology or a contradiction."""
    variables = random.sample(VARIABLES, _SHARED)
    return draw_formula(random, variables), draw_formula(random, variables)


def labelled_pair(left: str, right: str) -> Pair | None:
    """A pair of formulas in brackets with its relation; None if either is a tautology or a contradiction."""
    trees = nested_tree(left), nested_tree(right)
    tables = [truth_table(tree) for tree in trees]
    if any(table in (0, EVERY_ROW) for table in tables):
        return None
    return Pair(*trees, RELATIONS.index(relation(*tables)), group_of(left, right))


def group_of(left: str, right: str) -> int:
    """The number of operators of the longer formula, at most `LONGEST`."""
    return min(LONGEST, max(count_operators(left), count_operators(right)))


def draw_groups(sizes: Mapping[int, int], seed: int | str, known: Iterable[Pair] = ()) -> dict[int, tuple[Pair, ...]]:
    """Draw pairs until each group has its size, without duplicates.

    Args:
        sizes: the number of pairs by `Pair.group`.
        seed: the random seed.
        known: pairs that are excluded (default: none).
    """
    random, seen = Random(seed), {pair.trees for pair in known}
    groups: dict[int, list[Pair]] = {group: [] for group in sizes}
    while any(len(groups[group]) < size for group, size in sizes.items()):
        left, right = draw_pair(random)
        group = group_of(left, right)
        if group not in sizes or len(groups[group]) == sizes[group]:
            continue
        pair = labelled_pair(left, right)
        if pair is not None and pair.trees not in seen:
            seen.add(pair.trees)
            groups[group].append(pair)
    return {group: tuple(pairs) for group, pairs in groups.items()}
