"""Proofs for plug-ins: `check_cell` for a cell of your own, `check_parser` for a parser."""

from treenn.testing.cells import CellError, check_cell
from treenn.testing.parsers import ParserError, check_parser

__all__ = ["CellError", "ParserError", "check_cell", "check_parser"]
