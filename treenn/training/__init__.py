"""Training one model on one treebank, and going on where a run was cut off."""

from treenn.training.trainer import Progress, Run, train

__all__ = ["Progress", "Run", "train"]
