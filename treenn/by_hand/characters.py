"""Character language model of one word: an Elman network trained with teacher forcing.

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
    """Next-character prediction: x_t is the one-hot vector of letter t, z_t the logits of letter t + 1.

        E = − Σ_t log softmax(z_t)[letter t + 1]

    In `jeep` the first `e` is followed by `e` and the second by `p`: the prediction depends on the hidden state. After
    three training steps, the prediction of the second `e` is wrong. With teacher forcing this is the only error. In
    generation, the wrong `p` is the next input, and the following prediction becomes wrong, too. This is exposure bias:
    the model was trained on correct prefixes only.

    >>> model = CharacterModel("jep")
    >>> model.train("jeep", steps=3)
    >>> model.teacher_forced("jeep")  # predictions after j, e, e; correct: eep
    'epp'
    >>> model.generate("j", 3)  # predictions after j and the model's own output
    'epe'

    After further training, the model generates the word. A wrong prefix, `p` for the first `e`, still causes errors
    (correct: `ep`):

    >>> model.train("jeep", steps=100)
    >>> model.teacher_forced("jeep"), model.generate("j", 3), model.generate("jp", 2)
    ('eep', 'eep', 'ee')

    Args:
        alphabet: the characters.
        size: hidden size (default: 4).
        seed: seed of the weights, which are drawn from N(0, 0.3²); biases are initialized to 0 (default: 3).
    """

    def __init__(self, alphabet: str, size: int = 4, seed: int = 3) -> None:
        self.alphabet, k = alphabet, len(alphabet)
        draw = np.random.default_rng(seed)
        U, W, V = (draw.normal(0, 0.3, shape) for shape in ((size, k), (size, size), (k, size)))
        self.net = Elman(U, W, V, b=np.zeros(size), c=np.zeros(k))

    def train(self, word: str, steps: int, rate: float = 0.1) -> None:
        """Train by gradient descent with teacher forcing, with learning rate `rate` (default: 0.1)."""
        x, y = self._read(word[:-1]), self._read(word[1:]).argmax(axis=1)
        for _ in range(steps):
            h, z = elman.forward(self.net, x)
            back = elman.backward(self.net, x, h, softmax_loss.backward(z, y))
            self.net = Elman(*(parameter - rate * grad for parameter, grad in zip(self.net, back.grad, strict=True)))

    def teacher_forced(self, word: str) -> str:
        """Returns the predictions for the letters of a word after the first, given the correct prefixes."""
        _, z = elman.forward(self.net, self._read(word[:-1]))
        return "".join(self.alphabet[k] for k in z.argmax(axis=1))

    def generate(self, start: str, n: int) -> str:
        """Returns `n` letters after the prefix `start`, by greedy decoding."""
        generated = ""
        for _ in range(n):
            _, z = elman.forward(self.net, self._read(start + generated))
            generated += self.alphabet[z[-1].argmax()]
        return generated

    def _read(self, letters: str) -> Array:
        return np.eye(len(self.alphabet))[[self.alphabet.index(letter) for letter in letters]]
