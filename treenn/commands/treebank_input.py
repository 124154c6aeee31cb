"""The trees of a data set as the input of `treenn predict`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from treenn.commands.output import progress_bar
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.trees import Tree


def check_no_texts(
    texts: Sequence[str] | None, files: Sequence[str], text_column: str | None, parser: str | None, divides: bool
) -> None:
    """Validate that --treebank is not combined with another input.

    Args:
        texts: the arguments TEXT.
        files: the values of --file.
        text_column: the value of --text-column.
        parser: the value of --parser.
        divides: whether --tokenized or --no-split is given.

    Raises:
        InputError: if there is another input, or an option that applies to texts only.
    """
    others = {"TEXT": texts, "--file": files, "--text-column": text_column, "--parser": parser}
    given = [name for name, value in others.items() if value] + ["--tokenized or --no-split"] * divides
    if given:
        raise InputError(f"--treebank: cannot be combined with {given[0]}; its own trees are read")


def trees_of(source: str, split: str) -> Sequence[Tree]:
    """Load the trees of a split of single sentences. The arguments and errors are those of `single_sentences`."""
    return tuple(single_sentences(source, split).trees(split))


def single_sentences(source: str, split: str) -> AnyTreebank:
    """Load a treebank of single sentences that has a split.

    Args:
        source: the value of --treebank; a single file is the split test.
        split: the split.

    Raises:
        InputError: if there is no such treebank or split, or it has pairs.
    """
    from treebanks import PairTreebank
    from treenn.datasets.loading import load_dataset

    with progress_bar(f"reading {source}") as progress:
        treebank = load_dataset(source, for_training=False, progress=progress)
    if isinstance(treebank, PairTreebank):
        raise InputError(f"--treebank {source}: must be a treebank of single sentences, not of pairs")
    if split not in treebank.splits:
        raise InputError(f"--split {split}: {treebank.name} has the splits {', '.join(treebank.splits)}")
    return treebank
