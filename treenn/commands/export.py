"""`treenn export`: a trained model or parser with small weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.output import say
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text
from treenn.trees.files import read_text
from treenn.trees.json_values import read_object

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.models.network import Network
    from treenn.models.vocabulary import Vocabulary
    from treenn.runtime.quantization import WeightFormat

_RESULTS = "results.json"


def export(
    model: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of `treenn train` or `treenn parser train`.")],
    out: options.Out,
    bits: Annotated[
        int,
        typer.Option(
            metavar="8|16", help="8: integers with a scale per row, a quarter of the size; 16: half precision."
        ),
    ] = 16,
    rank: Annotated[
        int | None,
        typer.Option(metavar="N", help="With --bits 8: word vectors as codes of N numbers (default: all numbers)."),
    ] = None,
    counts: Annotated[
        str | None,
        typer.Option(
            metavar="TREEBANK", help="With --rank: weight the errors of codes by the words of its train split."
        ),
    ] = None,
    networks: Annotated[
        int | None,
        typer.Option(metavar="N", help="Of a chart parser: only the first N networks of its ensemble (default: all)."),
    ] = None,
    calibrate: Annotated[
        str | None,
        typer.Option(metavar="TREEBANK", help="Fit the temperatures of a model's probabilities on its dev split."),
    ] = None,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    overwrite: options.Overwrite = False,
) -> None:
    """Export a trained model or parser in 8 or 16 bits, without checkpoints.

    The folder has config.json, vocabulary.json and model.safetensors, and that of a parser results.json. It is loaded
    like any other folder, in single precision.

    --calibrate fits two temperatures, which predictions apply to probabilities: one to the sentences of dev, one to
    texts of 2 to 10 of them. The most probable classes stay the same.

    Example: treenn export my-model --out my-small-model --bits 8 --calibrate sst

    Example: treenn export chart --out my-small-parser --bits 8 --rank 75 --networks 1
    """
    from treenn.runtime.quantization import WeightFormat
    from treenn.training.run_dir import check_run_dir
    from treenn.training.run_marker import MODEL, PARSER, RunMarker

    folder = _parser_folder(model)
    check_run_dir(out, RunMarker(MODEL if folder is None else PARSER), overwrite=overwrite)
    if bits not in (8, 16):
        raise InputError(f"--bits {bits}: must be 8 or 16")
    weight_format = WeightFormat(8 if bits == 8 else 16, rank)
    if counts is not None and rank is None:
        raise InputError("--counts: needs --rank")
    if folder is not None and calibrate is not None:
        raise InputError("--calibrate: needs a model; a parser has no probabilities of classes")
    if folder is None and networks is not None:
        raise InputError(f"--networks {networks}: needs a parser; a model has one network")
    words = [] if counts is None else _training_words(counts)
    if folder is not None:
        _export_parser(folder, out, weight_format, words, networks, overwrite=overwrite)
    else:
        _export_model(model, out, weight_format, words, calibrate, contextual, trust_module, overwrite=overwrite)
    say(f"written: {out}, {sum(file.stat().st_size for file in out.iterdir()) / 1e6:.1f} MB")


def _parser_folder(model: Path) -> Path | None:
    """The folder of a parser, also by its name; None for a model."""
    from treenn.parsers.loading import parser_folder

    folder = parser_folder(model)
    config = None if folder is None else folder / "config.json"
    return folder if config is not None and config.is_file() and "parser" in read_object(config) else None


def _training_words(source: str) -> list[str]:
    """The words of a treebank's training trees.

    Raises:
        InputError: if there is no such treebank, or it has no split train.
    """
    from treenn.datasets.loading import load_dataset

    data = load_dataset(source, for_training=False)
    if "train" not in data.splits:
        raise InputError(f"--counts {source}: must have a split train; it has {', '.join(data.splits)}")
    return [word for tree in data.trees("train") for word in tree.words]


def _counted(weight_format: WeightFormat, vocabulary: Vocabulary, words: Sequence[str]) -> WeightFormat:
    """The format with the frequencies of a vocabulary's words."""
    numbers = Counter(vocabulary.encode(words).tolist())
    return replace(weight_format, counts={vocabulary.words[number]: count for number, count in numbers.items()})


def _export_parser(
    folder: Path,
    out: Path,
    weight_format: WeightFormat,
    words: Sequence[str],
    networks: int | None,
    *,
    overwrite: bool,
) -> None:
    """Write a parser of networks, and the results of its training if there are any."""
    from treenn.parsers.chart import ChartParser
    from treenn.parsers.loading import load_parser
    from treenn.parsers.recursive import RecursiveNetworkParser
    from treenn.training.run_dir import open_run_dir
    from treenn.training.run_marker import PARSER, RunMarker

    parser = load_parser(folder)
    if not isinstance(parser, ChartParser | RecursiveNetworkParser):
        raise InputError("this parser has no weights; must be of kind chart or recursive", source=folder)
    if networks is not None:
        if not isinstance(parser, ChartParser):
            raise InputError(f"--networks {networks}: needs a chart parser", source=folder)
        parser = parser.first_networks(networks)
    table = parser.network.words if isinstance(parser, ChartParser) else parser.network.embedding
    weight_format.check_width(table.embedding_dim)
    has_results = networks is None and (folder / _RESULTS).is_file()  # those of an ensemble are not its networks'
    results = read_text(folder / _RESULTS) if has_results else None
    open_run_dir(out, RunMarker(PARSER), overwrite=overwrite)
    vocabulary = parser.vocabulary if isinstance(parser, ChartParser) else parser.network.vocabulary
    parser.save(out, _counted(weight_format, vocabulary, words))
    if results is not None:
        write_text(out / _RESULTS, results)


def _export_model(
    model: Path,
    out: Path,
    weight_format: WeightFormat,
    words: Sequence[str],
    calibrate: str | None,
    contextual: list[str],
    trust_module: list[str],
    *,
    overwrite: bool,
) -> None:
    from treenn.experiment.evaluation_data import evaluation_data
    from treenn.experiment.trained_model import open_model
    from treenn.models.saving import save_model
    from treenn.training.run_dir import open_run_dir
    from treenn.training.run_marker import MODEL, RunMarker

    trained = open_model(model, contextual, trust_module)
    network = trained.network
    weight_format.check_width(network.embedding.embedding_dim)
    data = None if calibrate is None else evaluation_data(trained, calibrate, split="dev")
    if data is not None and "dev" not in data.splits:
        raise InputError(f"--calibrate {calibrate}: must have a split dev; it has {', '.join(data.splits)}")
    weight_format = _counted(weight_format, network.vocabulary, words)
    if data is not None:
        _calibrate(network, weight_format, data, str(model))
    open_run_dir(out, RunMarker(MODEL), overwrite=overwrite)
    save_model(out, network, weight_format=weight_format)


def _calibrate(network: Network, weight_format: WeightFormat, data: AnyTreebank, model: str) -> None:
    """Fit the temperatures of a network, with its rounded weights."""
    from treenn.experiment.matching_classes import with_classes_of
    from treenn.models.saving import rounded_model
    from treenn.sentiment.temperatures import fit_temperatures

    dev: Any = with_classes_of(network, data, "dev", model)
    rounded = rounded_model(network, weight_format)
    fits = dict(zip(("sentences", "texts"), fit_temperatures(rounded, dev.splits["dev"]), strict=True))
    network.temperature, network.text_temperature = rounded.temperature, rounded.text_temperature
    for name, fit in fits.items():
        error = f"expected calibration error {100 * fit.before:.1f} % before, {100 * fit.after:.1f} % after"
        say(f"{data.name} dev, {fit.count:,} {name}: temperature {fit.temperature:.3f}, {error}")
