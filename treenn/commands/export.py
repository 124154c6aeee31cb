"""`treenn export`: a trained model or parser with small weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import say
from treenn.trees import InputError
from treenn.trees.files import read_text, write_text
from treenn.trees.json_values import read_object

if TYPE_CHECKING:
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
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    overwrite: options.Overwrite = False,
) -> None:
    """Export a trained model or parser in 8 or 16 bits, without checkpoints.

    The folder has config.json, vocabulary.json and model.safetensors, and that of a parser results.json. It is loaded
    like any other folder, in single precision.

    Example: treenn export my-model --out my-small-model --bits 8
    """
    from treenn.runtime.quantization import WeightFormat
    from treenn.training.run_dir import check_run_dir
    from treenn.training.run_marker import MODEL, PARSER, RunMarker

    folder = _parser_folder(model)
    check_run_dir(out, RunMarker(MODEL if folder is None else PARSER), overwrite=overwrite)
    if bits not in (8, 16):
        raise InputError(f"--bits {bits}: must be 8 or 16")
    weight_format = WeightFormat(8 if bits == 8 else 16, rank)
    if folder is not None:
        _export_parser(folder, out, weight_format, overwrite=overwrite)
    else:
        _export_model(model, out, weight_format, contextual, trust_module, overwrite=overwrite)
    say(f"written: {out}, {sum(file.stat().st_size for file in out.iterdir()) / 1e6:.1f} MB")


def _parser_folder(model: Path) -> Path | None:
    """The folder of a parser, also by its name; None for a model."""
    from treenn.parsers.loading import parser_folder

    folder = parser_folder(model)
    config = None if folder is None else folder / "config.json"
    return folder if config is not None and config.is_file() and "parser" in read_object(config) else None


def _export_parser(folder: Path, out: Path, weight_format: WeightFormat, *, overwrite: bool) -> None:
    """Write a parser of networks, and the results of its training if there are any."""
    from treenn.parsers.chart import ChartParser
    from treenn.parsers.loading import load_parser
    from treenn.parsers.recursive import RecursiveNetworkParser
    from treenn.training.run_dir import open_run_dir
    from treenn.training.run_marker import PARSER, RunMarker

    parser = load_parser(folder)
    if not isinstance(parser, ChartParser | RecursiveNetworkParser):
        raise InputError("this parser has no weights; must be of kind chart or recursive", source=folder)
    table = parser.network.words if isinstance(parser, ChartParser) else parser.network.embedding
    weight_format.check_width(table.embedding_dim)
    results = read_text(folder / _RESULTS) if (folder / _RESULTS).is_file() else None
    open_run_dir(out, RunMarker(PARSER), overwrite=overwrite)
    parser.save(out, weight_format)
    if results is not None:
        write_text(out / _RESULTS, results)


def _export_model(
    model: Path,
    out: Path,
    weight_format: WeightFormat,
    contextual: list[str],
    trust_module: list[str],
    *,
    overwrite: bool,
) -> None:
    from treenn.models.building import load_model, save_model
    from treenn.training.run_dir import open_run_dir
    from treenn.training.run_marker import MODEL, RunMarker

    network = load_model(model, contextual, trust_module)
    weight_format.check_width(network.embedding.embedding_dim)
    open_run_dir(out, RunMarker(MODEL), overwrite=overwrite)
    save_model(out, network, weight_format=weight_format)
