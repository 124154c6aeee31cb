"""The code hash of a training run: a hash of the source that decides its results."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]

_DECIDING = (
    *("treenn.cells", "treenn.contextual", "treenn.encoders", "treenn.evaluation", "treenn.models", "treenn.sequences"),
    *("treenn.kernels", "treenn.lm", "treenn.tasks", "treenn.training", "treenn.translation"),
    *("treenn.trees.tree", "treenn.trees.dependency"),
    *(
        "treenn.runtime.kernel_choice",
        "treenn.runtime.matmul",
        "treenn.runtime.parameters",
        "treenn.runtime.single_backward",
        "treenn.text.feature_hash",
    ),
)
"""Packages and modules whose code decides the result of a training run; all others read, validate, show or write."""

_NAMES = "treenn.models.names"
_TABLES = ("ENCODERS", "DEPENDENCY_ENCODERS")

_DISPLAYS = frozenset(["__repr__", "_repr_html_", "_repr_svg_"])
"""Methods that only show a value, and do not count."""

_DIGITS = 12


@cache
def code_hash(model: str, modules: frozenset[str]) -> str:
    """The first digits of the SHA-256 of the source that decides the results of a network's training.

    The source is that of the training loop, of the network's modules, and of all modules of treenn that these import
    for computation. Comment lines, docstrings, blank lines, reprs, other networks and other packages do not count. The
    data of a run have a separate fingerprint.

    Args:
        model: the name of the network.
        modules: the modules that define the classes of its parts.
    """
    sha = hashlib.sha256()
    for module in sorted(_closure(modules | {"treenn.training.run"})):
        sha.update(f"{module}\n{_source(module, model)}\n".encode())
    return sha.hexdigest()[:_DIGITS]


def _closure(roots: Iterable[str]) -> set[str]:
    """The modules and those that they import, directly or indirectly, as far as they decide results."""
    found, waiting = set[str](), list(roots)
    while waiting:
        module = waiting.pop()
        if module not in found and _decides(module):
            found.add(module)
            waiting += _imports(module)
    return found


def _decides(module: str) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in _DECIDING)


@cache
def _parsed(module: str) -> tuple[str, ast.Module]:
    text = _file(module).read_text(encoding="utf-8")
    return text, ast.parse(text)


def _file(module: str) -> Path:
    path = _ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imports(module: str) -> list[str]:
    """The modules of treenn that a module imports, a name of a package as the module that defines it."""
    found, tree = list[str](), _parsed(module)[1]
    shown = {id(node) for display in _displays(tree) for node in ast.walk(display)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and id(node) not in shown
            and (node.module or "").partition(".")[0] == "treenn"
        ):
            found += [_home(node.module or "", alias.name) for alias in node.names]
    # The table of networks imports all of them; those of the run are among the roots.
    return [each for each in found if module != _NAMES or each.split(".")[1] not in ("cells", "sequences", "encoders")]


def _home(module: str, name: str) -> str:
    if _file(f"{module}.{name}").exists():
        return f"{module}.{name}"
    return _exports(module).get(name, module)


@cache
def _exports(module: str) -> dict[str, str]:
    """The modules that a package's `__init__` imports names from, by name."""
    if _file(module).name != "__init__.py":
        return {}
    imports = [node for node in _parsed(module)[1].body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: node.module or module for node in imports for alias in node.names}


def _source(module: str, model: str) -> str:
    """The statements of a module without comments and docstrings; of a table of networks, only the entry of one."""
    text, tree = _parsed(module)
    skipped = set[int]()
    for first, last in _ignored(module, tree, model):
        skipped.update(range(first, last + 1))
    lines = [line.rstrip() for number, line in enumerate(text.split("\n"), start=1) if number not in skipped]
    return "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))


def _ignored(module: str, tree: ast.Module, model: str) -> Iterator[tuple[int, int]]:
    """The first and last lines of docstrings, of displays, and of the entries of other networks."""
    for display in _displays(tree):
        yield display.lineno, display.end_lineno or display.lineno
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.end_lineno or node.lineno
    for table in _tables(tree) if module == _NAMES else ():
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and key.value != model:
                yield key.lineno, value.end_lineno or value.lineno


def _displays(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The methods that only show a value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in _DISPLAYS:
            yield node


def _tables(tree: ast.Module) -> Iterator[ast.Dict]:
    """The tables of networks."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in _TABLES:
            assert isinstance(node.value, ast.Dict)
            yield node.value
