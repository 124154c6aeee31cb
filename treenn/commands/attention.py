"""`treenn attention`: the attention weights of a sentence's words, and the predicted class."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import print_json, tell
from treenn.trees import InputError
from treenn.trees.files import write_text

if TYPE_CHECKING:
    from treenn.models.network import Network


def attention(
    model: Annotated[Path, typer.Argument(metavar="DIR", help="A trained model, e.g. a bilstm-attention.")],
    sentence: Annotated[str, typer.Argument(help="The sentence.")],
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Also draw to this SVG file.")] = None,
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Draw the attention weight of every word of a sentence, by a model with attention pooling.

    Example: treenn attention my-model "It's not a bad film ." --svg weights.svg
    """
    from treenn.models.saving import load_model
    from treenn.sequences.attention_drawing import draw_weights_svg, draw_weights_text
    from treenn.text.tokenizer import tokenize

    network = load_model(model, contextual, trust_module, task="nodes")
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
