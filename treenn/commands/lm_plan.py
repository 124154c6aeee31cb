"""`treenn compare --task lm`: a comparison of language models on plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from treenn.commands import options
from treenn.commands.generation_options import check_data_options, given_settings
from treenn.commands.lm_options import RECIPE, WORDS, known_corpus, read_own_corpus
from treenn.models.settings import Settings

if TYPE_CHECKING:
    from treebanks import TextCorpus
    from treenn.commands.dataset_options import Data
    from treenn.experiment.plan import Plan

MODELS = "lstm,kneser-ney-5"
"""The models if --models is not given."""


def plan_of_language_models(context: typer.Context, data: Data, values: Mapping[str, Any]) -> Plan:
    """The plan of a comparison of language models; options that are not given have the defaults of `treenn lm train`.

    Args:
        context: the context of the command.
        data: the data of its options.
        values: the settings of its options.

    Raises:
        InputError: if there is no such corpus, or an option does not apply.
    """
    from treenn.experiment.plan import Plan

    given, params = options.given(context), context.params
    check_data_options(data, "lm", ("name", "split", "split_seed"))
    source = "corpus" if "treebank" not in given else data.source
    corpus = _corpus(source, data, params["unit"], forms=params["forms"])
    unit = _unit_of(corpus)
    settings = {**RECIPE, "vocabulary_size": WORDS if unit == "word" else 0, **given_settings(values, given)}
    models = params["models"] if "models" in given else MODELS
    return Plan.of(corpus, models.split(","), params["seeds"], settings=Settings(**settings))


def _corpus(source: str, data: Data, unit: str | None, *, forms: bool) -> str | TextCorpus:
    """The name of a known corpus, which workers load themselves, else the corpus."""
    if (known := known_corpus(source, unit)) is not None:
        return known
    how = {} if data.spec.split is None else {"split": data.spec.split, "seed": data.spec.split_seed}
    return read_own_corpus("--treebank", source, unit, forms=forms, **how)


def _unit_of(corpus: str | TextCorpus) -> str:
    from treebanks.text.reading import CORPORA

    return CORPORA[corpus] if isinstance(corpus, str) else corpus.unit
