"""`treenn lm`: training of language models, and the other commands of the group."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from treenn.commands import generation_options, lm_grammar, lm_options, options
from treenn.commands.lm_evaluate import evaluate
from treenn.commands.lm_generate import generate, poems
from treenn.commands.lm_table import print_metrics
from treenn.commands.output import print_json, progress_bar, tell
from treenn.commands.resume_options import options_of_run, restored
from treenn.commands.settings_options import takes_settings
from treenn.models.settings import Settings
from treenn.trees.errors import InputError, option

if TYPE_CHECKING:
    from treebanks import TextCorpus
    from treebanks.grammar_treebank import GrammarTreebank

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
    resume: generation_options.Resume = False,
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
    order = order_of(values["model"])
    settings = Settings(**(values if order is None else {**values, "model": lm_options.RECIPE["model"]}))
    data = _read_data(context, values["model"])
    if "vocabulary_size" not in options.given(context) and data.unit == "word":
        settings = replace(settings, vocabulary_size=lm_options.WORDS)
    if order is not None:
        assert isinstance(data, TextCorpus)
        _train_ngram(context, data, order, settings.vocabulary_size, json=json)
    else:
        _train_network(context, data, settings, json=json)


def _read_data(context: typer.Context, model: str) -> TextCorpus | GrammarTreebank:
    """Train and dev of --corpus or --treebank."""
    params = context.params
    if (params["corpus"] is None) == (params["treebank"] is None):
        raise InputError("--corpus: must be corpus, poems, a folder or a file, or --treebank must be given instead")
    if params["corpus"] is not None:
        how = {name: params[name] for name in ("unit", "forms", "split")}
        return lm_options.read_training_corpus(params["corpus"], **how)
    lm_grammar.check_no_text_options(context)
    return lm_grammar.read_training_treebank(params["treebank"], model, params["max_actions"])


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
    print_metrics(results.metrics["dev"].values, "dev", results.vocabulary, data.unit)
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
    print_metrics(results.metrics["dev"].values, "dev", words, data.unit)
    tell(f"The model of epoch {results.best_epoch} is in {out}; evaluate it: treenn lm evaluate {out} FILE")


app.command()(evaluate)
app.command()(generate)
app.command()(poems)
