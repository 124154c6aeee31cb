"""`treenn attention`: the attention weights of a sentence's words, and the predicted class or the translation."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.attention_translation import AttentionFiles, draw_translation
from treenn.commands.output import check_target, print_json, tell
from treenn.commands.svg_files import SvgTarget
from treenn.trees import InputError
from treenn.trees.atomic_writing import write_text
from treenn.trees.file_kind import check_replaceable

if TYPE_CHECKING:
    from treenn.models.network import Network


def attention(
    model: Annotated[
        Path, typer.Argument(metavar="DIR", help="A trained model, e.g. a bilstm-attention, or a translation model.")
    ],
    sentence: Annotated[str, typer.Argument(help="The sentence.")],
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Also draw to this SVG file.")] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Translation models: write a page with the heat map, and with trees."),
    ] = None,
    tree_svg: Annotated[
        str | None,
        typer.Option(
            metavar="DIR/|FILE-{}.svg",
            help="Translation models of trees: also draw the tree with the weights at each unit of the translation.",
        ),
    ] = None,
    trees: Annotated[
        str | None,
        typer.Option(metavar="NAME|DIR", help="Translation models: the parser, as for `treenn translate apply`."),
    ] = None,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Draw the attention weight of every word of a sentence, by a model with attention pooling or for translation.

    A translation model translates the sentence. The weights at each unit of the translation are drawn as a heat map;
    the page also has those of the phrases in the tree of the source.

    Example: treenn attention my-model "It's not a bad film ." --svg weights.svg

    Example: treenn attention en-de "A dog runs." --html attention.html
    """
    from treenn.models.saving import load_model
    from treenn.sequences.attention_drawing import draw_weights_svg, draw_weights_text
    from treenn.text.tokenizer import tokenize

    for name, path, kind in (("--svg", svg, "SVG"), ("--html", html, "attention of treenn in HTML")):
        check_target(name, path)
        if path is not None:
            check_replaceable(path, kind)
    network = load_model(model, contextual, trust_module, task=("nodes", "translation"))
    if network.task.name == "translation":
        files = AttentionFiles(svg, html, None if tree_svg is None else SvgTarget(tree_svg, "--tree-svg"))
        draw_translation(network, model.resolve().name, sentence, trees, files, json=json)
        return
    for name, value in (("--html", html), ("--tree-svg", tree_svg), ("--trees", trees)):
        if value is not None:
            raise InputError(f"{name} {value}: applies to translation models only")
    classes = network.classes or ()
    words = tokenize(sentence)
    weights, number = _read(network, words)
    if svg is not None:
        write_text(svg, draw_weights_svg(words, weights, title=f"Attention; predicted class: {classes[number]}"))
    if json:
        print_json({"words": words, "weights": weights, "class": classes[number]})
    else:
        print(draw_weights_text(words, weights, columns=get_terminal_size().columns))
        tell(f"predicted class: {classes[number]}")


def _read(network: Network, words: list[str]) -> tuple[list[float], int]:
    """Compute the attention weights of the words, and the predicted class."""
    import torch

    from treenn.encoders import SequenceEncoder, pack
    from treenn.models.network import check_probabilities
    from treenn.parsers.shapes import Left

    if not isinstance(network.encoder, SequenceEncoder):
        raise InputError("DIR: must be a model with attention pooling, such as bilstm-attention; this one reads trees")
    forest = pack([Left().parse(words)])  # any tree: only the words are read
    with torch.inference_mode():
        x = network.vectors(forest)
        (weights,) = network.encoder.attention(forest, x)
        scores = network(forest, roots_only=True)[0]
    check_probabilities(torch.cat([weights.flatten(), scores.softmax(dim=0)]).numpy())
    return weights.tolist(), int(scores.argmax())
