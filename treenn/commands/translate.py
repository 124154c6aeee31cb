"""`treenn translate`: training, evaluation and application of translation models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import generation_options, options, translate_options, translate_search
from treenn.commands.output import print_json, print_table, progress_bar, tell
from treenn.commands.resume_options import options_of_run, restored
from treenn.commands.settings_options import takes_settings
from treenn.commands.text_input import STANDARD_INPUT, TYPED, read_lines
from treenn.models.settings import Settings
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from treebanks import Translation
    from treenn.translation.beam_search import BeamOptions
    from treenn.translation.model import Output, TranslationModel

app = typer.Typer(help="Train, evaluate and apply translation models.", no_args_is_help=True)


@app.command()
@takes_settings(without=translate_options.NOT_OF_TRANSLATION, defaults=translate_options.RECIPE)
def train(
    context: typer.Context,
    out: options.Out,
    corpus: translate_options.Corpus = "multi30k",
    languages: translate_options.Languages = None,
    split: translate_options.Split = "90/5/5",
    train_pairs: translate_options.TrainPairs = None,
    trees: translate_options.Trees = None,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    device: options.Device = "cpu",
    resume: generation_options.Resume = False,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
    **values: Any,
) -> None:
    """Train a translation model on train, and evaluate it on dev by greedy decoding; test is not read.

    --model is an encoder: a sequence network (bilstm, lstm, gru, ...), whose word states the decoder attends to, or a
    tree network (tree-lstm, ...), whose states of words and phrases it attends to. Sources are parsed by --trees; the
    trees are cached. The decoder is an LSTM with attention and input feeding. The units of source and target are
    byte-pair units (--vocabulary-size), learned on train; targets in Chinese or Japanese have characters.

    Example: treenn translate train --corpus multi30k --model bilstm --out bilstm

    Example: treenn translate train --corpus multi30k --model tree-lstm --trees balanced --out tree

    Example: treenn translate train --corpus pairs.txt --languages en-zh --train-pairs 5000 --out small
    """
    import torch

    from treenn import training
    from treenn.trees.json_records import to_json

    if (earlier := restored(context)) is not None:
        earlier.command.invoke(earlier)
        return
    data = translate_options.read_corpus(corpus, languages, split=split)
    data = data if train_pairs is None else data.subset(train_pairs)
    settings = translate_options.with_units_of(Settings(**values), data.languages[1], options.given(context))
    data = translate_options.parsed(data, trees)
    torch.set_num_threads(1)  # for reproducibility
    how: dict[str, Any] = {"out": out, "resume": resume, "overwrite": overwrite, "device": device}
    how |= {"command": options.command_line(), "options": options_of_run(context), "keep_checkpoint": True}
    with progress_bar(f"{settings.model} on {data.name}") as progress:
        results = training.train(data, settings, progress=progress, **how).results
    if json:
        print_json(to_json(results))
        return
    _print_metrics(results.metrics["dev"].values, "dev", {"decoding": "greedy"})
    tell(f"The model of epoch {results.best_epoch} is in {out}; evaluate it: treenn translate evaluate {out}")


@app.command()
def evaluate(
    model: translate_options.ModelFolder,
    corpus: translate_options.Corpus = "multi30k",
    languages: translate_options.Languages = None,
    split: Annotated[str, typer.Option(metavar="NAME", help="The split of a known corpus or folder.")] = "dev",
    trees: translate_options.Trees = None,
    beam: translate_options.Beam = 5,
    alpha: translate_options.Alpha = 0.6,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the translations to this file.")] = None,
    widths: translate_search.Widths = None,
    alphas: translate_search.Alphas = None,
    chart: translate_search.Chart = None,
    html: translate_search.Html = None,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Report BLEU and chrF of beam search on a split, with the signatures of sacrebleu.

    An evaluation on any split but train and dev is a reading of test, and is appended to the ledger (see `treenn
    evaluate`).

    With --widths, every width is combined with every exponent of --alphas. Outputs that differ from the reference are
    search errors if the reference has the higher score, else model errors; the second table has them by length.

    Example: treenn translate evaluate bilstm --split dev --beam 5

    Example: treenn translate evaluate bilstm --widths 1,2,5,10,20 --alphas 0,0.6,1 --chart widths.svg

    Example: treenn translate evaluate bilstm --split test --out test.de
    """
    from treenn.commands.output import check_target
    from treenn.experiment.translation_reading import enter_translation_reading
    from treenn.translation.model import TranslationModel
    from treenn.trees.file_kind import check_replaceable

    translate_search.check_files(widths, alphas, chart, html)
    if out is not None:
        if widths is not None:
            raise InputError(f"--out {out}: cannot be combined with --widths")
        check_target("--out", out)
        check_replaceable(out, None)
    settings = None if widths is None else translate_search.numbers_of(widths, alphas, alpha)
    search = translate_options.search_options(beam, alpha)
    loaded = TranslationModel.load(model, tuple(trust_module))
    data = translate_options.evaluated_corpus(corpus, languages or "-".join(loaded.languages), split, model)
    loaded.check_languages(data.languages)
    pairs = translate_options.parsed(data, loaded.trees(trees)).examples(split)
    enter_translation_reading(model, loaded, data, split, options.command_line())
    names = (model.resolve().name, data.name, split)
    if settings is None:
        _evaluate_search(loaded, pairs, names, search, out, json=json)
    else:
        curves = translate_search.curves_of(loaded, pairs, names, settings)
        translate_search.deliver_curves(curves, chart, html, json=json)


def _evaluate_search(
    model: TranslationModel,
    pairs: Sequence[Translation],
    names: tuple[str, str, str],
    search: BeamOptions,
    out: Path | None,
    *,
    json: bool,
) -> None:
    """Print the metrics of one beam search, and write its translations to `out`. `names` as for `curves_of`."""
    from time import perf_counter

    from treenn.evaluation.measuring import measure
    from treenn.trees.atomic_writing import write_text

    _, data, split = names
    with progress_bar(f"translating {data}") as progress:
        start = perf_counter()
        predictions = model.predict(pairs, search, progress)
        seconds = perf_counter() - start
    if out is not None:
        write_text(out, "".join(f"{text}\n" for text in predictions.outputs))
    values = {name: value for name, value in measure(predictions).items() if name != "majority"}
    facts = {"sentences": f"{len(pairs):,}", "sentences a second": f"{len(pairs) / seconds:.0f}"}
    if json:
        print_json({**values, "signatures": predictions.signatures, "sentences": len(pairs), "seconds": seconds})
        return
    _print_metrics(values, split, facts)
    for name, signature in predictions.signatures.items():
        tell(f"{name}: {signature}")


@app.command("apply")
def translate(
    model: translate_options.ModelFolder,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Raw text, one sentence per line (default: standard input).")
    ] = None,
    languages: translate_options.Languages = None,
    trees: translate_options.Trees = None,
    beam: translate_options.Beam = 5,
    alpha: translate_options.Alpha = 0.6,
    n_best: Annotated[int, typer.Option(help="The number of translations of each sentence, with --json.")] = 1,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Translate raw text, one sentence per line, into raw text.

    With --json, every sentence has a list of translations with their log-probabilities and normalized scores.

    Example: treenn translate apply bilstm captions.en > captions.de

    Example: echo "A dog runs." | treenn translate apply bilstm --n-best 3 --json
    """
    from treebanks import ParallelCorpus, Translation
    from treebanks.translation.reading import check_languages
    from treenn.translation.model import TranslationModel

    if n_best > 1 and not json:
        raise InputError(f"--n-best {n_best}: needs --json")
    search = translate_options.search_options(beam, alpha, n_best)
    loaded = TranslationModel.load(model, tuple(trust_module))
    if languages is not None:
        loaded.check_languages(check_languages(languages))
    sources = _sentences(file)
    corpus = ParallelCorpus("text", loaded.languages, {"text": [Translation(source, "") for source in sources]})
    pairs = translate_options.parsed(corpus, loaded.trees(trees)).examples("text")
    with progress_bar("translating") as progress:
        translations = loaded.translate(pairs, search, progress)
    if json:
        print_json([_record(source, outputs) for source, outputs in zip(sources, translations, strict=True)])
        return
    for outputs in translations:
        print(outputs[0].text if outputs else "")


def _sentences(file: Path | None) -> list[str]:
    """The sentences of a file or of standard input, one per line.

    Raises:
        InputError: if there is none, or a line is empty, too long or not UTF-8.
    """
    from treebanks.translation.reading import clean_line

    name = STANDARD_INPUT if file is None else str(file)
    lines = list(read_lines([name]))
    if not lines:
        raise InputError("no sentence; must have one per line", source=TYPED if file is None else file)
    return [clean_line(line.decoded, line.source, line.number) for line in lines]


def _record(source: str, outputs: list[Output]) -> dict[str, object]:
    return {"source": source, "translations": [vars(output) for output in outputs]}


def _print_metrics(values: Mapping[str, float | None], split: str, facts: Mapping[str, str]) -> None:
    from treenn.evaluation.metrics import METRICS

    rows = [[METRICS[name].title, METRICS[name].value(value)] for name, value in values.items() if name in METRICS]
    print_table([*rows, *map(list, facts.items())], split, "")
