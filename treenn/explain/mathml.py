"""Equations of docstrings as MathML, from the same text that the terminal prints."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from treenn.explain.equations import Block

_TOKEN = re.compile(
    r"""(?P<fraction>∂(?P<above>\w+)/(?=∂))
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>[^\W\d_ᵀ²]+)
      | (?P<dots>\.\.\.)
      | (?P<relation>:=|\+=|=)
      | (?P<space>[ ]+)
      | (?P<sign>.)""",
    re.VERBOSE,
)
_RELATION = re.compile(r"\s(:=|\+=|=)\s")
_NOTE = re.compile(r"\s{3,}(\S.*)$")
_FUNCTIONS = {"tanh", "exp", "sin", "cos", "ReLU", "LN", "σ", "f", "φ"}
_POWERS = {"ᵀ": "<mi>T</mi>", "²": "<mn>2</mn>", "'": "<mo>′</mo>", "↑": "<mo>↑</mo>", "↓": "<mo>↓</mo>"}
_PAIRS = {"{": "}", "(": ")"}


class _Tokens:
    """The tokens of a formula, with one token of lookahead."""

    def __init__(self, text: str) -> None:
        self.items = [(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(text)]
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """Returns the text of a token; empty at the end."""
        return self.items[self.at + ahead][1] if self.at + ahead < len(self.items) else ""

    def take(self) -> tuple[str, str]:
        """Returns the kind and the text of the next token."""
        self.at += 1
        return self.items[self.at - 1]


class Equation(NamedTuple):
    """A line of equations.

    Args:
        left: the formula before the relation sign; empty if there is none.
        relation: the relation sign.
        right: the formula after it.
        note: the number of the equation, or a remark (default: empty).
    """

    left: str
    relation: str
    right: str
    note: str = ""


def read_equation(line: str) -> Equation:
    """Divide a line into its formulas and its note, which follows after three spaces.

    >>> read_equation("o   = σ(W_o x + b_o)          output gate")
    Equation(left='o', relation='=', right='σ(W_o x + b_o)', note='output gate')
    """
    line = line.strip()
    match = _RELATION.search(line)
    left, relation, rest = ("", "", line) if match is None else (line[: match.start()], match[1], line[match.end() :])
    note = _NOTE.search(rest)
    right = rest if note is None else rest[: note.start()]
    return Equation(left.strip(), relation, right.strip(), "" if note is None else note[1])


def is_formula(block: Block) -> bool:
    """True if each line of a block is a formula; a block may also be a table of code."""
    return all(re.search(r"[=+]", line) for line in block.equations.splitlines())


def block_markup(block: Block) -> str:
    """Returns the equations of a block as a `<math>` table, aligned at the relation signs.

    Rows have the attribute `data-symbol`, the letter that they define. Blocks of code are a `<pre>`.
    """
    if not is_formula(block):
        return f"<pre>{escape(block.equations)}</pre>"
    rows = "\n".join(_row(read_equation(line)) for line in block.equations.splitlines())
    return f'<math display="block"><mtable class="equations">\n{rows}\n</mtable></math>'


def formula_markup(text: str) -> str:
    """Returns a formula as MathML without the element `<math>`.

    >>> formula_markup("W_i x")
    '<msub><mi>W</mi><mi>i</mi></msub><mi>x</mi>'
    >>> formula_markup("∂E/∂h_{t-1}")
    '<mfrac><mrow><mo>∂</mo><mi>E</mi></mrow><mrow><mo>∂</mo><msub><mi>h</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow></mfrac>'
    """
    tokens = _Tokens(text)
    return "".join(_sequence(tokens, ""))


def _row(equation: Equation) -> str:
    relation, note = f"<mo>{equation.relation}</mo>", f"<mtext>{escape(equation.note)}</mtext>"
    cells = (
        formula_markup(equation.left),
        relation if equation.relation else "",
        formula_markup(equation.right),
        note if equation.note else "",
    )
    symbol = re.match(r"[^\W\d_]", equation.left)
    mark = f' data-symbol="{symbol[0]}"' if symbol else ""
    names = ("left", "relation", "right", "note")
    row = "".join(f'<mtd class="{name}">{cell}</mtd>' for name, cell in zip(names, cells, strict=True))
    return f"<mtr{mark}>{row}</mtr>"


def _sequence(tokens: _Tokens, closing: str) -> list[str]:
    """The elements up to a closing sign, which is consumed, or to the end."""
    parts: list[str] = []
    while tokens.peek() and tokens.peek() != closing:
        parts.append(_scripted(tokens))
    if tokens.peek():
        tokens.take()
    return parts


def _scripted(tokens: _Tokens) -> str:
    """An element with its subscript and its superscripts."""
    kind, text = tokens.take()
    if kind == "fraction":
        tokens.take()  # the ∂ below
        return _fraction(text[1:-1], _scripted(tokens))
    base = _element(kind, text, tokens)
    if kind in ("space", "relation") or (kind == "sign" and text in ",;+−-⊙·/(["):
        return base
    below, above = "", ""
    while tokens.peek() in ("_", "^", "~", *_POWERS):
        _, sign = tokens.take()
        if sign == "~":
            base = f"<mover>{base}<mo>~</mo></mover>"
        elif sign == "_":
            below = _group(tokens)
        else:
            above += _group(tokens) if sign == "^" else _POWERS[sign]
    if below and above:
        return f"<msubsup>{base}{below}<mrow>{above}</mrow></msubsup>"
    if below or above:
        name = "msub" if below else "msup"
        return f"<{name}>{base}{below or f'<mrow>{above}</mrow>'}</{name}>"
    return base


def _fraction(above: str, below: str) -> str:
    return f"<mfrac><mrow><mo>∂</mo><mi>{above}</mi></mrow><mrow><mo>∂</mo>{below}</mrow></mfrac>"


def _group(tokens: _Tokens) -> str:
    """A script: one element, or the elements in braces or parentheses."""
    kind, text = tokens.take()
    if text in _PAIRS:
        return f"<mrow>{''.join(_sequence(tokens, _PAIRS[text]))}</mrow>"
    return _element(kind, text, tokens)


def _element(kind: str, text: str, tokens: _Tokens) -> str:
    if kind == "number":
        return f"<mn>{text}</mn>"
    if kind == "dots":
        return "<mo>…</mo>"
    if kind == "space":
        return '<mspace width="1em"/>' if len(text) > 1 else ""
    if kind == "word":
        return _word(text, tokens)
    sign = {"-": "−", "*": "·"}.get(text, text)
    return f"<mo>{escape(sign)}</mo>"


def _word(text: str, tokens: _Tokens) -> str:
    """An identifier: upright if it has several letters; functions are applied to what follows."""
    applied = "<mo>&#x2061;</mo>" if text in _FUNCTIONS and tokens.peek() == "(" else ""
    if len(text) > 1 and text not in _FUNCTIONS and tokens.peek() == " " and tokens.peek(1).isalpha():
        return f"<mtext>{escape(text)}&#xa0;</mtext>"
    return f"<mi>{escape(text)}</mi>{applied}"
