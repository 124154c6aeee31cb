"""Annotation of sentences: labels and structures of trees, independent of any front end."""

from treenn.labelling.agreement import Agreement, compare_annotations
from treenn.labelling.annotations import Annotations, read_annotations
from treenn.labelling.cursor import Refused
from treenn.labelling.entry import Entry
from treenn.labelling.export import export_annotations
from treenn.labelling.label_file import LabelFile
from treenn.labelling.proposals import Source, SourceProposals
from treenn.labelling.session import Session
from treenn.labelling.view import View

__all__ = [
    "Agreement",
    "Annotations",
    "Entry",
    "LabelFile",
    "Refused",
    "Session",
    "Source",
    "SourceProposals",
    "View",
    "compare_annotations",
    "export_annotations",
    "read_annotations",
]
