"""`reload`: the treebank of a comparison's results, for the sentences in reports."""

from __future__ import annotations

from pathlib import Path

from treebanks import AnyTreebank
from treebanks.own_data.dataset_toml import FIELDS
from treebanks.own_data.spec import Origin, is_safe
from treenn.datasets.loading import is_known, load_dataset
from treenn.experiment.plan_record import TreebankSummary
from treenn.trees.errors import InputError

_loaded: dict[TreebankSummary, AnyTreebank] = {}


def remember(summary: TreebankSummary, treebank: AnyTreebank) -> None:
    """Store a treebank that was read from files in this process, for `reload`."""
    if summary.origin is not None:
        _loaded[summary] = treebank


def reload(summary: TreebankSummary) -> AnyTreebank | None:
    """Load the treebank of results. The caller validates that it has the same labels.

    Results are untrusted: a parser or tokenizer that could run their code is not loaded.

    Args:
        summary: the treebank's description in the results.

    Returns:
        The treebank; None if it is missing on this machine or malformed, or if its trees require such a parser.
    """
    if summary in _loaded:
        return _loaded[summary]
    try:
        if summary.origin is None:
            return load_dataset(summary.name) if is_known(summary.name) else None
        return read_again(summary.origin)
    except InputError:
        return None


def read_again(origin: Origin) -> AnyTreebank | None:
    """The treebank of the files in results; None if they are missing, or if its trees require an unsafe parser.

    Raises:
        InputError: if a file is malformed.
    """
    files = [Path(file) for file in (origin.path, origin.dev, origin.test) if file is not None]
    if not all(file.is_dir() or file.is_file() for file in files):
        return None
    if origin.parsed and not is_safe(origin.spec):
        return None
    return load_dataset(Path(origin.path), origin.spec, dev=origin.dev, test=origin.test, given=FIELDS)
