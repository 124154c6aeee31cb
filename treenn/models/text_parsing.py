"""`TextParsing`: the tokenizer and the parser of a model's training texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from treebanks.treebank import Splits
from treenn.trees.errors import InputError, argument
from treenn.trees.json_values import check_object

_TOKENIZER = "treebank"
"""The tokenizer of the sources of parallel corpora."""

_NAME = re.compile(r"[a-z-]+(:[\w.-]*)?")


@dataclass(frozen=True)
class TextParsing:
    """The tokenizer and the parser of a model's training texts, as `config.json` records them.

    Args:
        tokenizer: the tokenizer, by its name in `treenn.datasets.tokenizers.load_tokenizer`.
        trees: the parser, by its name in `treenn.load_parser`, or its folder.
    """

    tokenizer: str
    trees: str

    @classmethod
    def of(cls, treebank: Splits[Any]) -> Self | None:
        """Return the tokenizer and the parser of a treebank of texts; None for annotated trees."""
        if (parser := getattr(treebank, "parser", None)) is not None:  # of a parallel corpus
            return cls(_TOKENIZER, parser)
        origin = getattr(treebank, "origin", None)
        return cls(origin.spec.tokenizer, origin.spec.trees) if origin is not None and origin.parsed else None

    @classmethod
    def from_config(cls, config: Mapping[str, Any], source: Path) -> Self | None:
        """Read the tokenizer and the parser from a `config.json`; None if it has neither.

        Raises:
            InputError: if only one is there, or one is not text.
        """
        if "tokenizer" not in config and "trees" not in config:
            return None
        check_object(config, {"tokenizer": str, "trees": str}, source)
        return cls(config["tokenizer"], config["trees"])

    def to_config(self) -> dict[str, str]:
        """The keys of `config.json`."""
        return asdict(self)

    def check_permitted(self, trees: str | None = None, name: str = "trees") -> None:
        """Validate that the parser of an untrusted model is one by name, or is named by the caller.

        Args:
            trees: the parser that the caller names (default: None).
            name: the caller's argument, for the message (default: `"trees"`).

        Raises:
            InputError: if the parser is a path that the caller does not name.
        """
        model = self.trees.partition(":")[2]
        if trees is None and (not _NAME.fullmatch(self.trees) or (model and Path(model).exists())):
            raise InputError(
                f"the parser of this model's training texts is {self.trees[:200]!r}, a folder; it is read only if you "
                f"name it, too: {argument(name, 'FOLDER')}"
            )
