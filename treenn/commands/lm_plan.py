"""`treenn compare --task lm`: a comparison of language models on plain text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import typer

from treenn.commands import options
from treenn.commands.generation_options import check_data_options, given_settings
from treenn.commands.lm_options import RECIPE, WORDS, known_corpus, read_own_corpus
from treenn.models.settings import Settings

if TYPE_CHECKING:
    from treebanks import TextCorpus
    from treenn.commands.dataset_options import Data

CORPUS = "corpus"
"""The corpus if --treebank is not given."""

MODELS = "lstm,kneser-ney-5"
"""The models if --models is not given."""


def language_model_corpus(context: typer.Context, data: Data) -> str | TextCorpus:
    """The name of a known corpus, which workers load themselves, else the corpus.

    Raises:
        InputError: if there is none, or an option of other data is given.
    """
    check_data_options(data, "lm", ("name", "split", "split_seed"))
    source = data.source if "treebank" in options.given(context) else CORPUS
    unit, forms = context.params["unit"], context.params["forms"]
    if (known := known_corpus(source, unit)) is not None:
        return known
    how = {} if data.spec.split is None else {"split": data.spec.split, "seed": data.spec.split_seed}
    return read_own_corpus("--treebank", source, unit, forms=forms, **how)


def language_model_settings(corpus: str | TextCorpus, values: Mapping[str, Any], given: Collection[str]) -> Settings:
    """The settings of `treenn lm train`, and those that are given.

    Args:
        corpus: the corpus.
        values: the settings of the options.
        given: the given options.
    """
    from treebanks.text.reading import CORPORA

    unit = CORPORA[corpus] if isinstance(corpus, str) else corpus.unit
    size = WORDS if unit == "word" else 0
    return Settings(**{**RECIPE, "vocabulary_size": size, **given_settings(values, given)})
