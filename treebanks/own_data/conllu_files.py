"""Reader of dependency trees in CoNLL-U with labels at sentences or words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from treebanks.own_data.labels import LabelCheck
from treebanks.own_data.raw_dataset import RawExample
from treebanks.own_data.spec import DatasetSpec
from treenn.trees.conllu import parse_labelled
from treenn.trees.conllu_labels import Labels
from treenn.trees.skipping import OnError


def read_dependencies(
    path: Path, text: str, spec: DatasetSpec, check: LabelCheck | None, on_error: OnError | None
) -> list[RawExample]:
    """Read labelled dependency trees.

    Args:
        path: the file, for messages.
        text: its text.
        spec: the specification, with the key of the label (`with_key`).
        check: a function that returns the problem of a label (default: None, any label is valid).
        on_error: called with the error of each skipped sentence (default: None, the first error is raised).

    Raises:
        InputError: if a sentence is malformed or has no label, or a label is invalid.
    """
    labels = Labels(with_key(spec).label_column or "", spec.label_level, check)
    return [*parse_labelled(text, labels, path, on_error)]


def with_key(spec: DatasetSpec) -> DatasetSpec:
    """The specification with the key of the label: `label` in comments, `Label` in MISC."""
    return replace(spec, label_column=spec.label_column or ("label" if spec.label_level == "sentence" else "Label"))
