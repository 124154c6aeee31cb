"""Explanations of networks: equations from docstrings, and drawings of the unrolled network."""
