"""`treenn lm`: training and evaluation of language models."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import lm_grammar, lm_options, options
from treenn.commands.lm_generate import generate, poems
from treenn.commands.output import print_json, print_table, progress_bar, say, tell
from treenn.commands.resume_options import options_of_run, restored
from treenn.commands.settings_options import takes_settings
from treenn.models.settings import Settings
from treenn.trees.errors import InputError, option

if TYPE_CHECKING:
    from treebanks import TextCorpus
    from treebanks.grammar_treebank import GrammarTreebank
    from treenn.evaluation.token_predictions import TokenPredictions

app = typer.Typer(help="Train, evaluate and sample language models.", no_args_is_help=True)

_OF_NGRAMS = (
    "corpus",
    "treebank",
    "max_actions",
    "unit",
    "out",
    "resume",
    "overwrite",
    "json",
    "forms",
    "split",
    "model",
    "vocabulary_size",
)


@app.command()
@takes_settings(without=lm_options.NOT_OF_LANGUAGE_MODELS, defaults=lm_options.RECIPE)
def train(
    context: typer.Context,
    out: options.Out,
    corpus: lm_options.Corpus = None,
    treebank: lm_grammar.TreebankName = None,
    max_actions: lm_grammar.MaxActions = 250,
    unit: lm_options.UnitName = None,
    forms: lm_options.Forms = False,
    split: lm_options.Split = "90/5/5",
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    device: options.Device = "cpu",
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume the run in --out with its options; finished ones are kept.")
    ] = False,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Train a language model on train, and evaluate it on dev; test is not read.

    --model is a network that reads from left to right (lstm, gru, elman, stacked-lstm, neural-ngram, ...), or
    kneser-ney-N, an n-gram model of order N. The vocabulary has the most frequent words of train (--vocabulary-size,
    default: 10,000 words, all characters); other words count as one unknown word. The end of a sentence counts as a
    token.

    A grammar generates trees with their sentences: rnng, labelled trees or unlabelled binary trees, and rnng-tree-lstm,
    only the latter. It is trained on the trees of --treebank, and dev is reported with the gold trees.

    Example: treenn lm train --corpus corpus --model kneser-ney-5 --out ngram

    Example: treenn lm train --corpus corpus --model lstm --precision bf16 --out lstm

    Example: treenn lm train --corpus poems --model gru --out poems

    Example: treenn lm train --treebank sst --model rnng --size 128 --word-size 128 --out grammar
    """
    from treebanks import TextCorpus
    from treenn.lm.ngram_model import order_of

    if (earlier := restored(context)) is not None:
        earlier.command.invoke(earlier)
        return
    if (corpus is None) == (treebank is None):
        raise InputError("--corpus: must be corpus, poems, a folder or a file, or --treebank must be given instead")
    order = order_of(values["model"])
    settings = Settings(**(values if order is None else {**values, "model": lm_options.RECIPE["model"]}))
    data: TextCorpus | GrammarTreebank
    if treebank is not None:
        lm_grammar.check_no_text_options(context)
        data = lm_grammar.read_training_treebank(treebank, values["model"], max_actions)
    else:
        assert corpus is not None
        data = lm_options.read_training_corpus(corpus, unit, forms=forms, split=split)
    if "vocabulary_size" not in options.given(context) and data.unit == "word":
        settings = Settings(**{**vars(settings), "vocabulary_size": lm_options.WORDS})
    if order is not None:
        assert isinstance(data, TextCorpus)
        _train_ngram(context, data, order, settings.vocabulary_size, json=json)
    else:
        _train_network(context, data, settings, json=json)


def _train_ngram(context: typer.Context, data: TextCorpus, order: int, vocabulary_size: int, *, json: bool) -> None:
    from treenn.lm.ngram_training import train_ngram
    from treenn.trees.json_records import to_json

    others = [name for name in options.given(context) if name not in _OF_NGRAMS]
    if others:
        raise InputError(f"{option(others[0])}: does not apply to kneser-ney-{order}")
    how = {name: context.params[name] for name in ("resume", "overwrite")}
    out = context.params["out"]
    with progress_bar(f"kneser-ney-{order} on {data.name}") as progress:
        progress(0, None, "counting n-grams")
        results = train_ngram(data, order, vocabulary_size, out, command=options.command_line(), **how)
    if json:
        print_json(to_json(results))
        return
    print_table(_metric_rows(results.metrics["dev"].values), "dev", "", title=_title(results.vocabulary, data.unit))
    tell(f"{results.ngrams:,} n-grams; the model is in {out}; evaluate it: treenn lm evaluate {out} FILE")


def _train_network(
    context: typer.Context, data: TextCorpus | GrammarTreebank, settings: Settings, *, json: bool
) -> None:
    import torch

    from treenn import training
    from treenn.models.vocabulary import Vocabulary
    from treenn.trees.json_records import to_json

    torch.set_num_threads(1)  # for reproducibility
    how = {name: context.params[name] for name in ("out", "resume", "overwrite", "device")}
    how |= {"command": options.command_line(), "options": options_of_run(context), "keep_checkpoint": True}
    with progress_bar(f"{settings.model} on {data.name}") as progress:
        results = training.train(data, settings, progress=progress, **how).results
    if json:
        print_json(to_json(results))
        return
    out = Path(context.params["out"])
    words = len(Vocabulary.read(out / "vocabulary.json"))
    print_table(_metric_rows(results.metrics["dev"].values), "dev", "", title=_title(words, data.unit))
    tell(f"The model of epoch {results.best_epoch} is in {out}; evaluate it: treenn lm evaluate {out} FILE")


@app.command()
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
    if file is None:
        assert treebank is not None
        sentences = lm_grammar.read_split(first, treebank, split, limit)
        file = lm_grammar.reading_of(treebank, split)
    else:
        sentences = lm_options.read_text_file(first, file)
    if isinstance(first, GrammarModel):
        first.beam, first.word_beam = beam, word_beam
        if parser is not None:
            enter_reading([model], first, file, sentences, options.command_line())
            lm_grammar.estimate(first, sentences, parser, samples, seed, temperatures, json=json)
            return
    with progress_bar(f"evaluating {model}") as progress:
        mixed = None
        if other is not None:
            mixed = _Mixture.of(first, other, dev, weight, tuple(trust_module), progress)
        enter_reading([model, *([] if other is None else [other])], first, file, sentences, options.command_line())
        found = first.predict(sentences, progress)
        if mixed is not None:
            found = mixed.predict(found, sentences, progress)
    if surprisal is not None:
        write_surprisal(surprisal, sentences, found)
    _present(found, len(first.vocabulary), first.unit, None if mixed is None else mixed.weight, json=json)
    if surprisal is not None:
        say(f"written: {surprisal}")


class _Mixture:
    """A second model with the weight of the first.

    Args:
        other: the second model.
        weight: the weight of the first model.
    """

    def __init__(self, other: Any, weight: float) -> None:
        self.other, self.weight = other, weight

    @classmethod
    def of(
        cls, first: Any, folder: Path, dev: Path | None, weight: float | None, trust: tuple[str, ...], progress: Any
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

    def predict(self, found: TokenPredictions, sentences: Any, progress: Any) -> TokenPredictions:
        """The predictions of the mixture, from those of the first model."""
        from treenn.lm.interpolation import interpolated

        return interpolated(found, self.other.predict(sentences, progress), self.weight)


def _present(found: TokenPredictions, words: int, unit: str, weight: float | None, *, json: bool) -> None:
    from treenn.evaluation.measuring import measure

    values = measure(found)
    values.pop("majority")
    counts = {
        "sentences": found.n_examples,
        "tokens": int(found.tokens.sum()),
        "characters": int(found.characters.sum()),
    }
    extra = {} if weight is None else {"weight": weight}
    if json:
        print_json({**values, **counts, "vocabulary": words, "unit": unit, **extra})
        return
    rows = [*_metric_rows(values), *([name, f"{count:,}"] for name, count in counts.items())]
    rows += [["weight of the first model", f"{value:.3f}"] for value in extra.values()]
    print_table(rows, "", "", title=_title(words, unit))


def _metric_rows(values: Any) -> list[list[str]]:
    from treenn.evaluation.metrics import METRICS

    named = [(METRICS[name], value) for name, value in values.items() if name in METRICS]
    return [
        [f"{metric.title}{', %' * metric.share}", "infinite" if value == math.inf else metric.value(value)]
        for metric, value in named
    ]


def _title(words: int, unit: str) -> str:
    return f"vocabulary: {words:,} {unit}s, comparable with the same vocabulary only"


app.command()(generate)
app.command()(poems)
