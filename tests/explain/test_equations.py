import inspect
import sys

import pytest

from treenn.cells import Cell
from treenn.explain.by_hand import BY_HAND
from treenn.explain.equations import section
from treenn.models.names import ENCODERS
from treenn.sequences import SequenceNetwork


class Documented:
    r"""A documented class.

    Of letters,

        y = f(x)
        z = g(y)

    `g` is another f.

    More:

        w = 1

    That was all.

    Args:
        x: 1

    Shape: `x` is `(n,)`,
        and so is y.

    >>> 1 + 1
    2
    """


def test_blocks_include_the_sentence_around_them() -> None:
    documented = section(Documented)
    assert (documented.name, documented.title, documented.shape) == (
        "Documented",
        "A documented class.",
        "Shape: `x` is `(n,)`, and so is y.",
    )
    first, second = documented.blocks
    assert first == ("Of letters,", "y = f(x)\nz = g(y)", "`g` is another f.")
    assert second == ("More:", "w = 1", "")


class Undocumented:
    pass


def test_class_without_docstring_has_no_equations() -> None:
    assert section(Undocumented) == ("Undocumented", "", (), "")


def computing_parts(name: str) -> list[type]:
    """Classes that need equations: cells, and sequence networks that contain no other."""
    if name in BY_HAND:
        return [BY_HAND[name].home]
    modules = list(ENCODERS[name](8, 8).modules())
    inner = (SequenceNetwork, Cell)
    return [
        type(each)
        for each in modules
        if isinstance(each, inner) and not any(isinstance(below, inner) for below in list(each.modules())[1:])
    ]


@pytest.mark.parametrize("name", [*ENCODERS, *BY_HAND])
def test_every_network_has_equations_from_its_docstring(name: str) -> None:
    parts = computing_parts(name)
    assert parts
    for part in parts:
        blocks = section(part).blocks
        assert any("=" in block.equations for block in blocks), f"{part.__name__} has no equations in its docstring"
        written = [
            line.strip()
            for line in inspect.cleandoc(sys.modules[part.__module__].__dict__[part.__name__].__doc__).splitlines()
        ]
        assert all(line.strip() in written for block in blocks for line in block.equations.splitlines())
