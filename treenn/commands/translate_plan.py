"""`treenn compare --task translation` and `treenn tune --task translation`: parallel corpora and their recipe."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import typer

from treenn.commands import options, translate_options
from treenn.commands.generation_options import check_data_options, given_settings
from treenn.models.settings import Settings

if TYPE_CHECKING:
    from treebanks import ParallelCorpus
    from treenn.commands.dataset_options import Data

CORPUS = "multi30k"
"""The corpus if --treebank is not given."""

MODELS = "bilstm,tree-lstm"
"""The models if --models is not given."""


def translation_corpus(context: typer.Context, data: Data) -> str | ParallelCorpus:
    """The name of a known corpus, which workers load themselves, else the parsed corpus.

    Raises:
        InputError: if there is none, or an option of other data is given.
    """
    from treebanks.translation.reading import PARALLEL

    check_data_options(data, "translation", ("name", "split"))
    source = data.source if "treebank" in options.given(context) else CORPUS
    if source in PARALLEL:
        return source
    corpus = translate_options.read_corpus(
        source, None, split=data.spec.split or "90/5/5", splits=("train", "dev", "test"), option="--treebank"
    )
    return translate_options.parsed(corpus, None)


def translation_settings(corpus: str | ParallelCorpus, values: Mapping[str, Any], given: Collection[str]) -> Settings:
    """The settings of `treenn translate train`, and those that are given.

    Args:
        corpus: the corpus.
        values: the settings of the options.
        given: the given options.
    """
    from treebanks.translation.reading import PARALLEL

    languages = PARALLEL[corpus] if isinstance(corpus, str) else corpus.languages
    settings = Settings(**{**translate_options.RECIPE, **given_settings(values, given)})
    return translate_options.with_units_of(settings, languages[1], given)
