"""Data sets of users: folders and files of labelled trees, texts and pairs, described by `dataset.toml`."""

from treebanks.own_data.dataset_toml import read_spec, write_spec
from treebanks.own_data.description import describe_dataset
from treebanks.own_data.raw_dataset import RawDataset, RawExample, RawText
from treebanks.own_data.reading import read_dataset
from treebanks.own_data.spec import DatasetSpec, Form, Origin, Scale

__all__ = [
    "DatasetSpec",
    "Form",
    "Origin",
    "RawDataset",
    "RawExample",
    "RawText",
    "Scale",
    "describe_dataset",
    "read_dataset",
    "read_spec",
    "write_spec",
]
