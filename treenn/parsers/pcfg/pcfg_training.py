"""Training the PCFG: a grammar is read off the treebanks' training trees, and scored on dev."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from treebanks.parsing import ParsingTreebank
from treenn.parsers.evalb import evaluate
from treenn.parsers.pcfg.induction import induced
from treenn.parsers.pcfg.markov import CONTEXT, PART
from treenn.parsers.pcfg.pcfg_parser import MAX_WORDS, PCFGParser
from treenn.parsers.pcfg.pcfg_settings import Settings
from treenn.training.run_dir import PARSER, Run, check_run_dir, open_run_dir
from treenn.trees import InputError, NaryTree, Tree
from treenn.trees.arguments import AnyPath, check

if TYPE_CHECKING:
    from treenn.models.vectors import WordVectors

AnyTree: TypeAlias = Tree | NaryTree
Progress: TypeAlias = Callable[[int, int, str], None]

_BATCH = 100  # sentences of dev that are parsed between two reports of progress


def train(
    treebank: ParsingTreebank,
    settings: Settings | None = None,
    *,
    vectors: Sequence[WordVectors] = (),
    helpers: Sequence[ParsingTreebank] = (),
    out: AnyPath | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> tuple[PCFGParser, dict[str, Any]]:
    """Read a grammar off the training trees of a treebank and its helpers. Nothing in it is random.

    Trees in which a node has no label say nothing of categories; they are passed over.

    Args:
        treebank: what to train on, and by whose dev trees to score.
        settings: left out, the defaults of `Settings`.
        vectors: not used: a grammar knows its words as they are.
        helpers: treebanks whose training trees are added.
        out: a folder for the parser.
        overwrite: replace what a treenn command left in `out`.
        progress: told how many trees of dev are parsed.

    Returns:
        The parser, and the results: the size of the grammar, the scores on dev, seconds, settings, environment.

    Raises:
        InputError: where no tree has labels, or a label holds what the grammar's symbols need for themselves.
    """
    treebank = check("treebank", treebank, ParsingTreebank)
    settings, out = check("settings", settings, Settings | None), check("out", out, AnyPath | None)
    from treenn.runtime.environment import environment  # Loads torch, which parsing does without.

    if out is not None:
        check_run_dir(Path(out), Run(PARSER), overwrite=overwrite)
    settings, report, start = settings or Settings(), progress or (lambda done, total, text: None), time.perf_counter()
    report(0, 1, "reading the grammar")
    trees = [tree for bank in (treebank, *helpers) for tree in bank.trees("train")]
    labelled = [tree for tree in trees if None not in tree.labels]
    if not labelled:
        raise InputError(
            f"no training tree of {treebank.name} has a category at each node, and a grammar is made of these; "
            "questionbank and craft have them"
        )
    _check_labels(labelled)
    parser = PCFGParser(induced(labelled, settings), settings)
    seconds = time.perf_counter() - start
    results = {
        "parser": "pcfg",
        "treebank": treebank.name,
        "helpers": [bank.name for bank in helpers],
        "settings": asdict(settings),
        "trees": len(labelled),
        "trees_without_labels": len(trees) - len(labelled),
        "symbols": len(parser.rules.symbols),
        "binary_rules": len(parser.rules.joins.pair),
        "words": len(parser.rules.lexicon),
        "seconds": seconds,
        "history": [],
        "seeds": [],
        "dev": _scores(parser, treebank.splits.get("dev", ()), report),
        "environment": environment(),
    }
    if out is not None:
        open_run_dir(Path(out), Run(PARSER), overwrite=overwrite)
        parser.save(Path(out))
    return parser, results


def _check_labels(trees: Sequence[AnyTree]) -> None:
    for label in sorted({str(label) for tree in trees for label in tree.labels}):
        if not label or label.startswith(PART) or {CONTEXT, "+"} & {*label}:
            raise InputError(
                f"label {label!r} is empty, begins with {PART}, or holds {CONTEXT} or +, which a grammar needs for "
                "itself; rename it"
            )


def _scores(parser: PCFGParser, trees: Sequence[AnyTree], report: Progress) -> dict[str, object]:
    """Those on dev."""
    gold = [tree for tree in trees if len(tree.words) <= MAX_WORDS]
    found: list[Tree] = []
    for start in range(0, len(gold), _BATCH):
        found += parser.parse_batch([tree.words for tree in gold[start : start + _BATCH]])
        report(len(found), len(gold), "scoring dev")
    return evaluate(gold, found).as_dict()
