r"""Reports as LaTeX, for `\input` in a paper: booktabs tables, with paragraphs as comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treenn.report.document import Code, Report, Section, Table, Text
from treenn.trees.draw import visible

_SPECIAL = {
    **{character: f"\\{character}" for character in "{}$&#_%"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",
    "`": r"\textasciigrave{}",
    "\N{MINUS SIGN}": r"$-$",
    "\N{EN DASH}": r"\textendash{}",
    "\N{PLUS-MINUS SIGN}": r"$\pm$",
    "\N{HORIZONTAL ELLIPSIS}": r"\dots{}",
}

_MOST_COLUMNS = 5  # in the normal font size


def as_latex(report: Report) -> str:
    r"""Render the tables of a report as LaTeX, for a document with `\usepackage{booktabs}`.

    Non-ASCII letters are unchanged, so class names in other scripts need XeLaTeX or LuaLaTeX.
    """
    lines = [f"% {report.origin}", f"% {_line(report.title)}", r"% In the preamble: \usepackage{booktabs}"]
    lines += [f"% {_line(paragraph)}" for paragraph in report.headline]
    for part in report.parts:
        for section in part.sections:
            lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"% {_line(section.title)}"
    for block in section.blocks:
        if isinstance(block, (Text, Code)):
            yield f"% {_line(block.text)}"
        elif isinstance(block, Table):
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    columns = "".join("l" if index < table.left else "r" for index in range(len(table.columns)))
    yield r"\begin{table}[htbp]"
    yield r"\centering"
    if len(table.columns) > _MOST_COLUMNS:
        yield r"\footnotesize\setlength{\tabcolsep}{3pt}"
    yield rf"\caption{{{escaped(table.caption)}.}}\smallskip"
    yield rf"\label{{tab:{re.sub(r'[^A-Za-z0-9-]+', '-', table.name)}}}"
    yield rf"\begin{{tabular}}{{{columns}}}"
    yield r"\toprule"
    yield _row(list(table.columns))
    yield r"\midrule"
    yield from map(_row, table.rows())
    yield r"\bottomrule"
    yield r"\end{tabular}"
    if table.note:
        yield rf"\par\smallskip\begin{{minipage}}{{\linewidth}}\footnotesize {escaped(table.note)}\end{{minipage}}"
    yield r"\end{table}"


def _row(cells: list[str]) -> str:
    # \relax: a first cell that begins with [ is no argument of \\ or \toprule.
    return rf"\relax {' & '.join(map(escaped, cells))} \\"


def escaped(text: str) -> str:
    r"""Escape a text for LaTeX, on one line.

    >>> print(escaped("50 % of R&D_1, p < 0.05"))
    50 \% of R\&D\_1, p \textless{} 0.05
    """
    text = "".join(_SPECIAL.get(character, character) for character in _line(text))
    return re.sub("-(?=-)", "-{}", text)  # no ligature


def _line(text: str) -> str:
    return visible(" ".join(text.split()))
