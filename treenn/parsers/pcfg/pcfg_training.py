"""Training a PCFG parser: grammar induction from training trees, and evaluation on dev."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treebanks.parsing import ParsingTreebank
from treenn.parsers.evalb import AnyTree, evaluate
from treenn.parsers.pcfg.induction import induced
from treenn.parsers.pcfg.markov import CONTEXT, PART
from treenn.parsers.pcfg.pcfg_parser import MAX_WORDS, PCFGParser
from treenn.parsers.pcfg.pcfg_settings import PCFGSettings
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_dir import check_run_dir, open_run_dir
from treenn.training.run_marker import PARSER, RunMarker
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, check

if TYPE_CHECKING:
    from treenn.models.vectors import WordVectors

_BATCH = 100  # number of dev sentences between two calls of progress


def train(
    treebank: ParsingTreebank,
    settings: PCFGSettings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    auxiliary_treebanks: Sequence[ParsingTreebank] = (),
    out: AnyPath | None = None,
    overwrite: bool = False,
    progress: Progress = ignore,
) -> tuple[PCFGParser, dict[str, Any]]:
    """Estimate a grammar from the training trees of a treebank and of auxiliary treebanks.

    Training is deterministic. Trees with an unlabelled node are skipped.

    Args:
        treebank: the treebank whose dev trees are used for evaluation.
        settings: the hyperparameters (default: `PCFGSettings()`).
        vectors: ignored; a grammar has no word vectors.
        auxiliary_treebanks: treebanks whose training trees are added.
        out: a folder for the parser (default: None).
        overwrite: whether to replace the results of an earlier treenn command in `out` (default: False).
        progress: called with the number of dev trees done, their total number and a text.

    Returns:
        The parser and its results: the size of the grammar, dev scores, seconds, settings, environment.

    Raises:
        InputError: if no tree has labels, or a label contains a character that the grammar's symbols reserve.
    """
    treebank = check("treebank", treebank, ParsingTreebank)
    settings, out = check("settings", settings, PCFGSettings | None), check("out", out, AnyPath | None)
    from treenn.runtime.environment import environment  # imports torch, which parsing does not need

    if out is not None:
        check_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
    settings, start = settings or PCFGSettings(), time.perf_counter()
    progress(0, 1, "reading the grammar")
    trees = [tree for bank in (treebank, *auxiliary_treebanks) for tree in bank.trees("train")]
    labelled = [tree for tree in trees if None not in tree.labels]
    if not labelled:
        reason = f"no training tree of {treebank.name} has a category at each node"
        raise InputError(f"{reason}; must be a treebank with categories, such as questionbank or craft")
    _check_labels(labelled)
    parser = PCFGParser(induced(labelled, settings), settings)
    seconds = time.perf_counter() - start
    results = {
        "parser": "pcfg",
        "treebank": treebank.name,
        "auxiliary_treebanks": [bank.name for bank in auxiliary_treebanks],
        "settings": asdict(settings),
        "trees": len(labelled),
        "trees_without_labels": len(trees) - len(labelled),
        "symbols": len(parser.rules.symbols),
        "binary_rules": len(parser.rules.binary.pair),
        "words": len(parser.rules.lexicon),
        "seconds": seconds,
        "history": [],
        "seeds": [],
        "dev": _scores(parser, treebank.splits.get("dev", ()), progress),
        "environment": environment(),
    }
    if out is not None:
        open_run_dir(Path(out), RunMarker(PARSER), overwrite=overwrite)
        parser.save(Path(out))
    return parser, results


def _check_labels(trees: Sequence[AnyTree]) -> None:
    for label in sorted({str(label) for tree in trees for label in tree.labels}):
        if not label or label.startswith(PART) or {CONTEXT, "+"} & {*label}:
            reason = f"must not be empty, begin with {PART}, or contain {CONTEXT} or +, which a grammar reserves"
            raise InputError(f"label {label!r} {reason}; rename it")


def _scores(parser: PCFGParser, trees: Sequence[AnyTree], progress: Progress) -> dict[str, object]:
    """Evaluate the parser on dev."""
    gold = [tree for tree in trees if len(tree.words) <= MAX_WORDS]
    predicted: list[Tree] = []
    for start in range(0, len(gold), _BATCH):
        predicted += parser.parse_batch([tree.words for tree in gold[start : start + _BATCH]])
        progress(len(predicted), len(gold), "scoring dev")
    return evaluate(gold, predicted).as_dict()
