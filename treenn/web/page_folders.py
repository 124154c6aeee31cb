"""The folders of a static page: a model and a parser in 8 bits, which Python loads, too."""

from __future__ import annotations

import shutil
from pathlib import Path

from treenn.cells import BinaryTreeLSTM
from treenn.datasets.tokenizers import TreebankTokenizer
from treenn.encoders import TreeEncoder
from treenn.models.saving import SHIPPED, model_folder, save_model
from treenn.parsers import Parser
from treenn.parsers.chart import ChartParser
from treenn.parsers.loading import SHIPPED as SHIPPED_PARSER
from treenn.parsers.loading import parser_folder
from treenn.runtime.quantization import CODES, EIGHT_BITS, SCALE, WeightFormat
from treenn.runtime.weight_file import NAME, read_shapes
from treenn.sentiment.model import SentimentModel, load_sentiment
from treenn.trees.errors import InputError, argument

FILES = ("config.json", "vocabulary.json", NAME)
"""The files of a folder that the page contains."""

RANK = 75
"""The rank of the word vectors of the shipped model and parser in the page."""

REDUCED = WeightFormat(8, RANK)
"""The storage of the shipped model and parser in the page."""


def save_folders(model: str, parser: str | None, out: Path) -> SentimentModel:
    """Write the folders `model` and `parser` of a static page, and load them.

    The shipped model and the shipped parser are reduced: word vectors are codes of rank `RANK`, and the parser has the
    first network of its ensemble. The files of other folders are copied if their weights are stored in 8 bits, and
    converted to 8 bits otherwise.

    Args:
        model: a folder of `treenn train` or `treenn export`, or `sentiment`, the shipped model.
        parser: the folder of a chart parser, or `chart`, the shipped one (default: as in `load_sentiment`).
        out: the folder that gets both folders.

    Returns:
        The model with the parser, loaded from the written folders.

    Raises:
        InputError: if the page cannot compute such a model or parser; as `load_sentiment`.
    """
    loaded = load_sentiment(model, parser)
    name = parser_name(loaded, parser)
    check_supported(loaded, model)
    _save_model(loaded, model, out / "model")
    _save_parser(_chart_parser(loaded.parser, name), name, out / "parser")
    return load_sentiment(out / "model", out / "parser")


def parser_name(model: SentimentModel, parser: str | None) -> str:
    """The parser of a page by its name or folder: as given, that of the model's training texts, or the shipped one."""
    recorded = model.network.text_parsing
    return parser or (SHIPPED_PARSER if recorded is None else recorded.trees)


def check_supported(model: SentimentModel, name: str) -> None:
    """Validate that a static page can compute a model.

    Raises:
        InputError: if it is no binary Tree-LSTM with classes, or has contextual vectors or another tokenizer.
    """
    network, where = model.network, f"{argument('model')} {name}"
    cell = network.encoder.cell if isinstance(network.encoder, TreeEncoder) else None
    if not isinstance(cell, BinaryTreeLSTM) or network.contextual is not None:
        trained = network.settings.model if network.settings else "user-defined"
        kind = trained if network.contextual is None else "with contextual vectors"
        raise InputError(f"{where}: is {kind}; the page computes tree-lstm without contextual vectors only")
    if not model.classes:
        raise InputError(f"{where}: predicts scores; the page needs a model of classes")
    if not isinstance(model.tokenizer, TreebankTokenizer):
        raise InputError(f"{where}: has another tokenizer than SST's, which is that of the page")


def _chart_parser(parser: Parser, name: str) -> ChartParser:
    if not isinstance(parser, ChartParser):
        raise InputError(f"{argument('parser')} {name}: must be a chart parser, such as chart")
    return parser


def _save_model(model: SentimentModel, name: str, out: Path) -> None:
    if name != SHIPPED and _is_packed(folder := model_folder(name)):
        _copy(folder, out)
    else:
        save_model(out, model.network, weight_format=REDUCED if name == SHIPPED else EIGHT_BITS)


def _save_parser(parser: ChartParser, name: str, out: Path) -> None:
    folder = parser_folder(name)
    if name == SHIPPED_PARSER:
        parser.first_networks(1).save(out, REDUCED)
    elif folder is not None and _is_packed(folder):
        _copy(folder, out)
    else:
        parser.save(out, EIGHT_BITS)


def _is_packed(folder: Path) -> bool:
    """True if the weights of a folder are stored in 8 bits."""
    return any(name.endswith((SCALE, CODES)) for name in read_shapes(folder / NAME))


def _copy(folder: Path, out: Path) -> None:
    out.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(folder / name, out / name)
