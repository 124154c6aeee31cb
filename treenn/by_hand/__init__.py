"""Reference implementations of the classic networks in NumPy, with explicit forward and backward passes.

One network per file, with its equations in the notation of its code, and executable examples. Tests compare outputs and
gradients with torch. The networks do not import each other; start with `perceptron.py`. `bleu.py` is the score of
translations.
"""
