"""What a network computes: its equations, out of its docstring, and itself unrolled over a sentence or a tree."""
