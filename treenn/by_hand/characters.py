"""A character model of one word: an Elman network that says the next letter, trained with teacher forcing.

After Elman (Cognitive Science 1990), "Finding structure in time", whose networks predict the next letter; teacher
forcing is from Williams and Zipser (Neural Computation 1989), "A learning algorithm for continually running fully
recurrent neural networks".
"""

from __future__ import annotations

import numpy as np

from treenn.by_hand import elman, softmax_loss
from treenn.by_hand.activation import Array
from treenn.by_hand.elman import Elman


class CharacterModel:
    """Reads letters, each x_t a 1 at its place in the alphabet and 0 elsewhere; z_t scores the letter that comes next.

        E = − Σ_t log softmax(z_t)[letter t + 1]

    In `jeep` an `e` follows the first `e` and a `p` the second: only what was read before tells them apart. After three
    steps of training the model is still wrong about the second `e`. While it is given the right letters, that is its
    one mistake; left to its own output it reads its wrong `p` next, and what it says then, which had been right, is
    wrong as well. It was trained on right letters alone and has never learned to go on from a wrong one:

    >>> model = CharacterModel("jep")
    >>> model.train("jeep", steps=3)
    >>> model.forced("jeep")  # what it says after j, e, e; right would be eep
    'epp'
    >>> model.alone("j", 3)  # what it says after j and what it said itself
    'epe'

    Trained on, it says the word; and still one wrong letter, a `p` for the first `e`, leads it astray, where the right
    ones to go on with would be `ep`:

    >>> model.train("jeep", steps=100)
    >>> model.forced("jeep"), model.alone("j", 3), model.alone("jp", 2)
    ('eep', 'eep', 'ee')

    Args:
        alphabet: its letters.
        size: units of the network.
        seed: the weights are drawn from N(0, 0.3²) by it; biases start at 0.
    """

    def __init__(self, alphabet: str, size: int = 4, seed: int = 3) -> None:
        self.alphabet, k = alphabet, len(alphabet)
        draw = np.random.default_rng(seed)
        U, W, V = (draw.normal(0, 0.3, shape) for shape in ((size, k), (size, size), (k, size)))
        self.net = Elman(U, W, V, b=np.zeros(size), c=np.zeros(k))

    def train(self, word: str, steps: int, rate: float = 0.1) -> None:
        """Steps of gradient descent, with teacher forcing: at every t the right letter is read, whatever was said."""
        x, y = self._read(word[:-1]), self._read(word[1:]).argmax(axis=1)
        for _ in range(steps):
            h, z = elman.forward(self.net, x)
            back = elman.backward(self.net, x, h, softmax_loss.backward(z, y))
            self.net = Elman(*(parameter - rate * to for parameter, to in zip(self.net, back.to, strict=True)))

    def forced(self, word: str) -> str:
        """What it says after each letter of a word but the last, given the right letters."""
        _, z = elman.forward(self.net, self._read(word[:-1]))
        return "".join(self.alphabet[k] for k in z.argmax(axis=1))

    def alone(self, start: str, n: int) -> str:
        """The `n` letters it says after it was given `start`, reading each of its own as the next input."""
        said = ""
        for _ in range(n):
            _, z = elman.forward(self.net, self._read(start + said))
            said += self.alphabet[z[-1].argmax()]
        return said

    def _read(self, letters: str) -> Array:
        return np.eye(len(self.alphabet))[[self.alphabet.index(letter) for letter in letters]]
