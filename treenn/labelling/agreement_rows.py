"""Counts and coefficients of an agreement as text, for the terminal and for the page."""

from __future__ import annotations

from treenn.labelling.agreement import Agreement
from treenn.labelling.coefficients import Coefficients

_FIELDS = {
    "Cohen's κ": "kappa",
    "κ, linear weights": "linear_kappa",
    "κ, quadratic weights": "quadratic_kappa",
    "Krippendorff's α, nominal": "alpha",
    "Krippendorff's α, ordinal": "ordinal_alpha",
}
_OF_NOMINAL = ("kappa", "alpha")


def count_lines(result: Agreement) -> list[str]:
    """The numbers of common and other sentences, and the agreement on structures, one sentence per line."""
    lines = [f"sentences labelled by both {result.first} and {result.second}: {result.sentences}"]
    for name, count in ((result.first, result.only_first), (result.second, result.only_second)):
        if count:
            lines.append(f"sentences labelled by {name} only: {count}")
    if result.other_words:
        lines.append(f"sentences with different words: {result.other_words}; only their labels as a whole are compared")
    if result.bracket_f1 is not None:
        f1 = f"F1 of unlabelled brackets: {100 * result.bracket_f1:.1f}"
        lines.append(f"sentences with different structures: {result.other_structure}; {f1}")
    return lines


def coefficient_rows(result: Agreement) -> list[tuple[str, str, str]]:
    """The name of each figure, its value for whole sentences, and that for phrases and words.

    A dash is an undefined coefficient. Weighted and ordinal coefficients are omitted for nominal classes.
    """
    roots, spans = result.roots, result.spans
    fields = {name: field for name, field in _FIELDS.items() if result.scale == "ordinal" or field in _OF_NOMINAL}
    return [
        ("labelled by both", str(roots.items), str(spans.items)),
        ("equal labels, %", _percentage(roots), _percentage(spans)),
        *((name, _number(getattr(roots, field)), _number(getattr(spans, field))) for name, field in fields.items()),
    ]


def _percentage(side: Coefficients) -> str:
    return f"{100 * side.agreed / side.items:.1f}" if side.items else "–"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
