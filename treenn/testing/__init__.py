"""Conformance tests of user-defined cells (`check_cell`) and parsers (`check_parser`)."""

from treenn.testing.cells import CellError, check_cell
from treenn.testing.parsers import ParserError, check_parser

__all__ = ["CellError", "ParserError", "check_cell", "check_parser"]
