"""Tasks: one class for each kind of data, and the task of a treebank."""

from treenn.models.task import Task
from treenn.tasks.treebank_task import task_of

__all__ = ["Task", "task_of"]
