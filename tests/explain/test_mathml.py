"""MathML of all equations: well-formed, with the symbols of the terminal text in order."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import torch

from treenn.explain.by_hand import BY_HAND
from treenn.explain.equations import Block, section
from treenn.explain.mathml import block_markup, formula_markup, is_formula
from treenn.models.names import ENCODERS


def sections() -> dict[str, tuple[Block, ...]]:
    with torch.device("meta"):
        modules = [module for make in ENCODERS.values() for module in make(8, 8).modules()]
    classes = dict.fromkeys([*map(type, modules), *(network.home for network in BY_HAND.values())])
    return {
        f"{each.__module__}.{each.__name__}": section(each).blocks for each in classes if "treenn" in each.__module__
    }


BLOCKS = [block for blocks in sections().values() for block in blocks]


def letters(text: str) -> str:
    """The letters, digits and operators of a formula, without its layout; an exponent needs no parentheses."""
    return re.sub(r"[\s_^{}()\u2061]", "", text.replace("...", "…").replace("-", "−").replace("ᵀ", "T"))


@pytest.mark.parametrize("block", [block for block in BLOCKS if is_formula(block)])
def test_markup_has_the_symbols_of_the_text(block: Block) -> None:
    root = ElementTree.fromstring(block_markup(block))
    rows = list(root.iter("mtr"))
    assert len(rows) == len(block.equations.splitlines())
    for row, line in zip(rows, block.equations.splitlines(), strict=True):
        assert [cell.get("class") for cell in row] == ["left", "relation", "right", "note"]
        found = "".join("".join(cell.itertext()) for cell in row if cell.get("class") != "note")
        note = "".join(row[-1].itertext())
        wanted = letters(line.removesuffix(note))
        # A fraction, a tilde and a prime with an index have another order than the text.
        assert sorted(letters(found)) == sorted(re.sub(r"/(?=∂)", "", wanted).replace("²", "2").replace("'", "′"))


def test_code_is_no_formula() -> None:
    code = [block for block in BLOCKS if not is_formula(block)]
    assert [block_markup(block)[:5] for block in code] == ["<pre>"] * len(code)
    assert 1 <= len(code) <= 3


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("U_fk", "<msub><mi>U</mi><mi>fk</mi></msub>"),
        ("h_{t-1}ᵀ", "<msubsup><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mrow><mi>T</mi></mrow></msubsup>"),
        ("h~", "<mover><mi>h</mi><mo>~</mo></mover>"),
        ("Wᵀ", "<msup><mi>W</mi><mrow><mi>T</mi></mrow></msup>"),
        ("σ(x)", "<mi>σ</mi><mo>&#x2061;</mo><mo>(</mo><mi>x</mi><mo>)</mo>"),
        ("a < b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        ("its half of x", "<mtext>its&#xa0;</mtext><mtext>half&#xa0;</mtext><mtext>of&#xa0;</mtext><mi>x</mi>"),
        ("h_{t", "<msub><mi>h</mi><mrow><mi>t</mi></mrow></msub>"),
        ("", ""),
    ],
)
def test_formulas(text: str, markup: str) -> None:
    assert formula_markup(text) == markup
