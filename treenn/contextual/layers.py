"""Which layers of a pretrained encoder are read."""

import re

from treenn.trees.errors import InputError, argument


def layer_numbers(text: str) -> tuple[int, ...]:
    """Layers as an option names them: 0 is what goes into the first layer, 1 what comes out of it, and so on.

    Raises:
        InputError: where the text is not numbers with commas between them, each once.

    >>> layer_numbers("4,6")
    (4, 6)
    """
    if not re.fullmatch(r"\d+(,\d+)*", text):
        raise InputError(f"{argument('contextual_layers')} {text}: must be numbers with commas between them, as in 4,6")
    numbers = tuple(int(number) for number in text.split(","))
    if len(set(numbers)) < len(numbers):
        raise InputError(f"{argument('contextual_layers')} {text}: must name each layer once")
    return numbers
