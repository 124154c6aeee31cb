"""Trees: data types, readers and writers, binarization, conversions and drawing."""

from treenn.trees.binarize import binarize, unbinarize
from treenn.trees.binarize_dependencies import BinarizedDependencies, binarize_dependencies
from treenn.trees.brackets import (
    format_tree,
    parse_nary,
    parse_tree,
    parse_trees,
    read_nary,
    read_trees,
    write_trees,
)
from treenn.trees.conllu import parse_conllu, read_conllu
from treenn.trees.conllu_writer import format_conllu, write_conllu
from treenn.trees.convert import (
    from_networkx,
    from_nltk,
    nary_from_networkx,
    nary_from_nltk,
    to_networkx,
    to_nltk,
)
from treenn.trees.dependency import DependencyTree
from treenn.trees.draw import draw_text
from treenn.trees.errors import InputError
from treenn.trees.nary import NaryTree
from treenn.trees.palette import palette
from treenn.trees.penn import clean_penn
from treenn.trees.ptb_escapes import escape, unescape
from treenn.trees.sick_files import read_sick_constituents, read_sick_dependencies
from treenn.trees.skipping import OnError
from treenn.trees.svg import draw_svg
from treenn.trees.tree import Label, Tree

__all__ = [
    "BinarizedDependencies",
    "DependencyTree",
    "InputError",
    "Label",
    "NaryTree",
    "OnError",
    "Tree",
    "binarize",
    "binarize_dependencies",
    "clean_penn",
    "draw_svg",
    "draw_text",
    "escape",
    "format_conllu",
    "format_tree",
    "from_networkx",
    "from_nltk",
    "nary_from_networkx",
    "nary_from_nltk",
    "palette",
    "parse_conllu",
    "parse_nary",
    "parse_tree",
    "parse_trees",
    "read_conllu",
    "read_nary",
    "read_sick_constituents",
    "read_sick_dependencies",
    "read_trees",
    "to_networkx",
    "to_nltk",
    "unbinarize",
    "unescape",
    "write_conllu",
    "write_trees",
]
