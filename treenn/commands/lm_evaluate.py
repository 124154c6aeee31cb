"""`treenn lm evaluate`: the perplexity of a text, and the surprisal of each token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import lm_grammar, lm_options, options
from treenn.commands.lm_table import measure_text, print_metrics
from treenn.commands.output import print_json, progress_bar, say
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treebanks import Sentence
    from treenn.evaluation.token_predictions import TokenPredictions
    from treenn.lm.language_model import LanguageModel


def evaluate(
    context: typer.Context,
    model: lm_options.ModelFolder,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A text with one sentence per line, instead of --treebank.")
    ] = None,
    treebank: lm_grammar.TreebankName = None,
    split: lm_grammar.SplitName = "dev",
    limit: lm_grammar.Limit = None,
    parser: lm_grammar.ParserName = None,
    samples: lm_grammar.Samples = 100,
    seed: lm_grammar.SampleSeed = 0,
    temperatures: lm_grammar.Temperatures = "1,2,4",
    beam: lm_grammar.Beam = 100,
    word_beam: lm_grammar.WordBeam = 10,
    unit: lm_options.UnitName = None,
    other: Annotated[
        Path | None,
        typer.Option(
            "--with", metavar="DIR", help="Interpolate with this model of the same vocabulary; needs --dev or --weight."
        ),
    ] = None,
    dev: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --with: the text on which the weight is estimated.")
    ] = None,
    weight: Annotated[float | None, typer.Option(help="With --with: the weight of the first model.")] = None,
    surprisal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the surprisal of each token in bits to this file, .csv or .json."),
    ] = None,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Report the perplexity of a text, its bits per character, and the surprisal of each token.

    The end of a sentence is a token, and one character. Words outside the vocabulary count as one unknown word, so
    perplexities over different vocabularies are not comparable.

    An evaluation on any file but train.txt and dev.txt is a reading of test, and is appended to the ledger (see `treenn
    evaluate`).

    The probability of a sentence under a grammar is a sum over its trees. Beam search finds a part of them, so that the
    perplexity is an upper bound; --parser estimates the sum by importance sampling, and reports the standard error.

    Example: treenn lm evaluate lstm dev.txt

    Example: treenn lm evaluate grammar --treebank sst --limit 1000 --parser my-parser --samples 100

    Example: treenn lm evaluate lstm test.txt --with ngram --dev dev.txt --surprisal surprisal.csv
    """
    from treenn.commands.output import check_target
    from treenn.experiment.language_reading import enter_reading
    from treenn.lm.grammar import GrammarModel
    from treenn.lm.loading import load_language_model
    from treenn.lm.surprisal import check_surprisal_file, write_surprisal

    check_target("--surprisal", surprisal)
    check_surprisal_file(surprisal)
    if (file is None) == (treebank is None):
        raise InputError("FILE: must be a text with one sentence per line, or --treebank must be given instead")
    first = load_language_model(model, tuple(trust_module))
    lm_options.check_model_unit(first, unit)
    lm_grammar.check_grammar_options(context, first)
    sentences, reading = _read(first, file, treebank, split, limit)
    if isinstance(first, GrammarModel):
        first.beam, first.word_beam = beam, word_beam
        if parser is not None:
            enter_reading([model], first, reading, sentences, options.command_line())
            lm_grammar.estimate(first, sentences, parser, samples, seed, temperatures, json=json)
            return
    with progress_bar(f"evaluating {model}") as progress:
        mixed = None
        if other is not None:
            mixed = _Mixture.of(first, other, dev, weight, tuple(trust_module), progress)
        models = [model] if other is None else [model, other]
        enter_reading(models, first, reading, sentences, options.command_line())
        found = first.predict(sentences, progress)
        if mixed is not None:
            found = mixed.predict(found, sentences, progress)
    if surprisal is not None:
        write_surprisal(surprisal, sentences, found)
    _print(found, first, None if mixed is None else mixed.weight, json=json)
    if surprisal is not None:
        say(f"written: {surprisal}")


def _read(
    model: LanguageModel, file: Path | None, treebank: str | None, split: str, limit: int | None
) -> tuple[tuple[Sentence, ...], Path]:
    """The sentences of the text, and its path for the ledger."""
    if file is not None:
        return lm_options.read_text_file(model, file), file
    assert treebank is not None
    return lm_grammar.read_split(model, treebank, split, limit), lm_grammar.reading_of(treebank, split)


class _Mixture:
    """A second model with the weight of the first.

    Args:
        other: the second model.
        weight: the weight of the first model.
    """

    def __init__(self, other: LanguageModel, weight: float) -> None:
        self.other, self.weight = other, weight

    @classmethod
    def of(
        cls,
        first: LanguageModel,
        folder: Path,
        dev: Path | None,
        weight: float | None,
        trust: tuple[str, ...],
        progress: Any,
    ) -> _Mixture:
        """Load the second model, and estimate the weight on dev if it is not given."""
        from treenn.lm.interpolation import best_weight, check_comparable
        from treenn.lm.loading import load_language_model

        if (dev is None) == (weight is None):
            raise InputError("--with: needs either --dev FILE or --weight NUMBER")
        if weight is not None and not 0 <= weight <= 1:
            raise InputError(f"--weight {weight}: must be 0 to 1")
        other = load_language_model(folder, trust)
        check_comparable(first, other)
        if weight is None:
            assert dev is not None
            held_out = lm_options.read_text_file(first, dev)
            weight = best_weight(first.predict(held_out, progress), other.predict(held_out, progress))
        return cls(other, weight)

    def predict(self, found: TokenPredictions, sentences: Sequence[Sentence], progress: Any) -> TokenPredictions:
        """The predictions of the mixture, from those of the first model."""
        from treenn.lm.interpolation import interpolated

        return interpolated(found, self.other.predict(sentences, progress), self.weight)


def _print(found: TokenPredictions, model: LanguageModel, weight: float | None, *, json: bool) -> None:
    values, vocabulary = measure_text(found), len(model.vocabulary)
    counts = {
        "sentences": found.n_examples,
        "tokens": int(found.tokens.sum()),
        "characters": int(found.characters.sum()),
    }
    if json:
        extra = {} if weight is None else {"weight": weight}
        print_json({**values, **counts, "vocabulary": vocabulary, "unit": model.unit, **extra})
        return
    rows = [(name, f"{count:,}") for name, count in counts.items()]
    rows += [] if weight is None else [("weight of the first model", f"{weight:.3f}")]
    print_metrics(values, "", vocabulary, model.unit, rows)
