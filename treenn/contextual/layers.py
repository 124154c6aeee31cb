"""Selection of a pretrained encoder's layers."""

import re

from treenn.trees.errors import InputError, argument


def layer_numbers(text: str) -> tuple[int, ...]:
    """Parse a list of layers: 0 is the input of the first layer, 1 its output, and so on.

    Raises:
        InputError: if the text is not a list of distinct numbers separated by commas.

    >>> layer_numbers("4,6")
    (4, 6)
    """
    if not re.fullmatch(r"\d+(,\d+)*", text):
        raise InputError(f"{argument('contextual_layers')} {text}: must be numbers with commas between them, as in 4,6")
    numbers = tuple(int(number) for number in text.split(","))
    if len(set(numbers)) < len(numbers):
        raise InputError(f"{argument('contextual_layers')} {text}: must name each layer once")
    return numbers
