"""`treenn compare --task lm`: a comparison of language models on plain text, or on the sentences of trees."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from treenn.commands import options
from treenn.commands.generation_options import check_data_options, given_settings
from treenn.commands.lm_options import RECIPE, WORDS, known_corpus, read_own_corpus
from treenn.commands.output import progress_bar
from treenn.models.settings import Settings, option
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treebanks import TextCorpus
    from treebanks.grammar_treebank import GrammarTreebank
    from treenn.commands.dataset_options import Data

CORPUS = "corpus"
"""The corpus if --treebank is not given."""

MODELS = "lstm,kneser-ney-5"
"""The models if --models is not given."""


OF_GRAMMARS = ("parser", "samples", "limit")
"""The options that apply to treebanks only."""

OF_TEXT = ("unit", "forms", "name", "split", "split_seed")
"""The options that apply to plain text only."""


def language_model_corpus(context: typer.Context, data: Data) -> str | TextCorpus | GrammarTreebank:
    """The name of a known corpus, which workers load themselves, else the corpus or the trees.

    Trees are read if one of the models is a grammar, or --treebank is the name of a treebank for parsers.

    Raises:
        InputError: if there is none, or an option of other data is given.
    """
    from treebanks.parsing import parsing_names
    from treenn.models.names import GRAMMARS

    check_data_options(data, "lm", ("name", "split", "split_seed"))
    given = options.given(context)
    source = data.source if "treebank" in given else CORPUS
    has_grammars = not GRAMMARS.keys().isdisjoint(context.params["models"].split(","))
    if has_grammars or source in parsing_names():
        return _treebank(context, source, has_grammars=has_grammars)
    if wrong := [name for name in OF_GRAMMARS if name in given]:
        raise InputError(f"{option(wrong[0])}: needs a grammar among --models, such as rnng")
    unit, forms = context.params["unit"], context.params["forms"]
    if (known := known_corpus(source, unit)) is not None:
        return known
    how = {} if data.spec.split is None else {"split": data.spec.split, "seed": data.spec.split_seed}
    return read_own_corpus("--treebank", source, unit, forms=forms, **how)


def _treebank(context: typer.Context, source: str, *, has_grammars: bool) -> GrammarTreebank:
    """The trees of a treebank for parsers, with the estimates of the probabilities of sentences under grammars."""
    from treenn.lm.grammar.evaluation import chart_parser
    from treenn.lm.grammar.treebank_sentences import load_grammar_treebank

    given, params = options.given(context), context.params
    if wrong := [name for name in OF_TEXT if name in given]:
        raise InputError(f"{option(wrong[0])}: does not apply to {source}, which is read as trees")
    estimating = [name for name in ("parser", "samples") if name in given]
    if estimating and not has_grammars:
        raise InputError(f"{option(estimating[0])}: needs a grammar among --models, such as rnng")
    if "samples" in given and params["parser"] is None:
        raise InputError("--samples: needs --parser")
    parser = params["parser"] or ""
    if parser:
        chart_parser(parser)  # before any training
        parser = str(Path(parser).resolve()) if Path(parser).exists() else parser
    with progress_bar(f"reading {source}") as progress:
        progress(0, None, "reading trees")
        treebank = load_grammar_treebank(source, limit=params["limit"])
    return replace(treebank, parser=parser, samples=params["samples"])


def language_model_settings(
    corpus: str | TextCorpus | GrammarTreebank, values: Mapping[str, Any], given: Collection[str]
) -> Settings:
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
