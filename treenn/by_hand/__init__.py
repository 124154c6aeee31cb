"""The classic networks in NumPy alone, forward and backward written out: code to read, one network a file.

Every file has the equations in the letters of its code, and worked examples that run. The tests hold each equal to its
fast counterpart in torch, gradients too. No file needs another but `activation.py`; start with `perceptron.py`.
"""
