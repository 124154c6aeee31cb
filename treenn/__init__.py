"""Recursive (tree-structured) neural networks: trees, cells, encoders, training, and the comparison with recurrence.

Names listed here are imported on first use, so that `import treenn` costs nothing and reading trees needs no torch.
"""

import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

_HOME = {
    "BinaryTreeLSTM": "treenn.cells",
    "Cell": "treenn.cells",
    "DependencyEncoder": "treenn.encoders",
    "DependencyTree": "treenn.trees",
    "Encoder": "treenn.encoders",
    "InputError": "treenn.trees",
    "PackedForest": "treenn.encoders",
    "Parser": "treenn.parsers",
    "Plan": "treenn.experiment.plan",
    "SequenceEncoder": "treenn.encoders",
    "Settings": "treenn.models.settings",
    "Tree": "treenn.trees",
    "TreeClassifier": "treenn.estimators",
    "TreeEditor": "treenn.web.tree_editor",
    "TreeEncoder": "treenn.encoders",
    "TreeTable": "treenn.encoders",
    "TreeRegressor": "treenn.estimators",
    "TreeSentimentClassifier": "treenn.estimators.deprecated_classifier",
    "Vocabulary": "treenn.models.vocabulary",
    "check_cell": "treenn.testing",
    "check_parser": "treenn.testing",
    "compare": "treenn.experiment.compare",
    "cross_validate": "treenn.report.evaluation.cross_validation",
    "draw_svg": "treenn.trees",
    "draw_text": "treenn.trees",
    "evaluate": "treenn.experiment.evaluate",
    "evaluation_report": "treenn.report.evaluation.build",
    "load_dataset": "treenn.datasets.loading",
    "load_model": "treenn.models.saving",
    "load_parser": "treenn.parsers.loading",
    "load_sentiment": "treenn.sentiment.model",
    "pack": "treenn.encoders",
    "pack_dependencies": "treenn.encoders",
    "parse_tree": "treenn.trees",
    "predict": "treenn.evaluation.predictions",
    "read_conllu": "treenn.trees",
    "read_trees": "treenn.trees",
    "read_vectors": "treenn.models.vectors",
    "train": "treenn.training",
    "write_trees": "treenn.trees",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'treenn' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__


def _load_all() -> None:
    """Import all public names and packages: pdoc documents only those that are in a module's namespace."""
    packages = [module.name for module in iter_modules(__path__) if module.ispkg]
    __all__.extend(packages)
    for module in (sys.modules[__name__], *(import_module(f"treenn.{name}") for name in packages)):
        names = getattr(module, "__all__", ())
        vars(module).update({name: getattr(module, name) for name in names if name not in packages})


if "pdoc" in sys.modules:
    _load_all()
