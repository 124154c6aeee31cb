"""The transform of `treenn predict --out`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from treenn.commands.shards.parquet_output import prediction_schema
from treenn.commands.shards.transform import BLANK, Transform, count_divided, hash_of, json_row
from treenn.commands.text_input import Line
from treenn.commands.tree_rows import bracket_row
from treenn.trees.errors import InputError, argument

if TYPE_CHECKING:
    from treenn.commands.prediction_stream import Documents
    from treenn.sentiment.model import SentimentModel


@dataclass(frozen=True, kw_only=True)
class PredictTransform(Transform):
    """The transform of texts to classes.

    Args:
        model: the values of --model.
        parser: the value of --parser; None for the model's (default: None).
        contextual: the values of --contextual (default: none).
        trust_module: the values of --trust-module (default: none).
    """

    COMMAND: ClassVar = "predict"
    KEYS: ClassVar = (
        *("text", "label", "probabilities", "tree", "sentences"),
        *("class", "unknown_words", "unknown_share", "warning", "models"),
    )
    WITHOUT: ClassVar = ("contextual", "trust_module")

    model: tuple[str, ...]
    parser: str | None = None
    contextual: tuple[str, ...] = ()
    trust_module: tuple[str, ...] = ()

    def hashes(self) -> dict[str, str]:
        """As `Transform.hashes`."""
        from treenn.sentiment.named_models import find_models

        found = find_models(self.model, lambda message: None)
        parsers = [self.parser] if self.parser is not None else [model.parser or "chart" for model in found]
        return {"model files": hash_of([model.folder for model in found]), "parser files": hash_of(parsers)}

    def schema(self) -> Any:
        """As `Transform.schema`."""
        models = self.models()
        return prediction_schema(self.keep, [not model.classes for model in models.values()], list(models))

    def models(self) -> dict[str, SentimentModel]:
        """The models by name, loaded once per process."""
        return _models(self.model, self.parser, self.contextual, self.trust_module)

    def rows(self, lines: Sequence[Line], notes: Counter[str]) -> Iterator[str]:
        """As `Transform.rows`."""
        from treenn.commands.prediction_stream import blank_documents, predict_lines
        from treenn.sentiment.json_objects import comparison_object, document_object

        models, split = self.models(), not self.no_split
        divided = partial(count_divided, notes)
        if self.form == "text":
            _check_one(models)
        for line, documents in predict_lines(models, lines, tokenized=self.tokenized, split=split, divided=divided):
            notes[BLANK] += documents is None
            notes.update(_warnings(documents))
            found = documents or blank_documents(models, line.text)
            if self.form == "text":
                trees = [sentence.tree for document in found.values() for sentence in document.sentences]
                yield bracket_row(trees)
            else:
                several = len(found) > 1
                objects = comparison_object(found) if several else document_object(*found.values())
                yield json_row(self.keep, line, objects)


def _check_one(models: Mapping[str, SentimentModel]) -> None:
    if len(models) > 1:
        raise InputError(f"{argument('out')}: a .txt file has the trees of one model; the suffix must be another")


def _warnings(documents: Documents | None) -> set[str]:
    return {each.warning for each in (documents or {}).values() if each.warning is not None}


@lru_cache(maxsize=1)
def _models(
    names: tuple[str, ...], parser: str | None, contextual: tuple[str, ...], trust: tuple[str, ...]
) -> dict[str, SentimentModel]:
    from treenn.sentiment.named_models import load_models

    return load_models(names, parser, contextual, trust)
