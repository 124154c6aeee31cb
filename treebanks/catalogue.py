"""The catalogue: every treebank that is known, its licence and source, and the checksums of its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from treenn.trees import InputError

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class File:
    """One file of a treebank as published: its place in the treebank's folder, its size in bytes, its SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Download:
    """What `treenn data fetch` gets from the official source.

    Args:
        url: a zip archive, or the treebank's one file itself.
        size: bytes to download.
        sha256: of those bytes.
        inside: where in the archive the files lie, e.g. `"trees/"`; `None` where the URL is the file itself.
    """

    url: str
    size: int
    sha256: str
    inside: str | None = None


@dataclass(frozen=True)
class Entry:
    """One treebank (or set of word vectors) of the catalogue.

    Args:
        name: what commands and `treebanks.load` call it.
        title: what it is, in a line.
        kind: `"treebank"`, `"vectors"`, or `"generated"`, which ships with the package as code.
        licence: as its authors state it.
        citation: the paper to cite.
        homepage: the official page.
        folder: where its files lie under `TREEBANKS_HOME`.
        files: what lies there; empty for what is generated.
        download: how to get it; `None` where there is no fixed official file to download.
        by_hand: how to get it where `download` is `None`.
        synthetic: what generated its examples and labels, as a clause; empty for text that people wrote.
    """

    name: str
    title: str
    kind: Literal["treebank", "vectors", "generated"]
    licence: str
    citation: str
    homepage: str
    folder: str = ""
    files: tuple[File, ...] = ()
    download: Download | None = None
    by_hand: str = ""
    synthetic: str = ""

    @property
    def card(self) -> str:
        """The treebank's card, in Markdown."""
        return card_path(self.name).read_text(encoding="utf-8")


def card_path(name: str) -> Path:
    """Where the card of a treebank lies in the package."""
    return _HERE / "cards" / f"{name}.md"


def entry(name: str) -> Entry:
    """The entry of a treebank; `"sst-binary"` is a task on `"sst"` and has the same one.

    Raises:
        InputError: lists the names that are known.

    >>> entry("sst").licence
    'none stated; cite Socher et al. 2013'
    """
    for known in ENTRIES:
        if known.name == name.removesuffix("-binary"):
            return known
    raise InputError(f"no treebank is called {name!r}; there are {', '.join(known.name for known in ENTRIES)}")


def synthetic(name: str) -> str:
    """What generated a task's examples and labels, as a clause; empty for text that people wrote and unknown names.

    >>> synthetic("reviews-binary"), synthetic("sst")
    ('a grammar generated its sentences and labels', '')
    """
    return next((known.synthetic for known in ENTRIES if f"{name}-".startswith(f"{known.name}-")), "")


def _files(name: str) -> tuple[File, ...]:
    """The files that `checksums/NAME.txt` lists, one a line: SHA-256, size, path."""
    lines = (_HERE / "checksums" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    fields = (line.split("  ", 2) for line in lines)
    return tuple(File(path, int(size), sha256) for sha256, size, path in fields)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="craft",
        title="30,830 Penn-style trees of biomedical articles",
        kind="treebank",
        licence="CC BY 3.0; cite",
        citation="Verspoor et al. 2012, A corpus of full-text journal articles is a robust evaluation tool for "
        "revealing differences in performance of biomedical natural language processing tools, BMC Bioinformatics",
        homepage="https://github.com/UCDenver-ccp/CRAFT",
        folder="parsing/craft",
        files=_files("craft"),
        by_hand="take a release from https://github.com/UCDenver-ccp/CRAFT/releases and copy the 97 files of "
        "structural-annotation/treebank/penn to parsing/craft",
    ),
    Entry(
        name="glove",
        title="GloVe 6B word vectors, 50d and 100d",
        kind="vectors",
        licence="PDDL (public domain)",
        citation="Pennington et al. 2014, GloVe: Global Vectors for Word Representation, EMNLP",
        homepage="https://nlp.stanford.edu/projects/glove/",
        folder="vectors",
        files=_files("glove"),
        download=Download(
            url="https://nlp.stanford.edu/data/glove.6B.zip",
            size=862_182_613,
            sha256="617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
            inside="",
        ),
    ),
    Entry(
        name="listops",
        title="Nested operations on digits, 10,000 test items",
        kind="treebank",
        licence="MIT",
        citation="Nangia & Bowman 2018, ListOps: A Diagnostic Dataset for Latent Tree Learning, NAACL Student Research "
        "Workshop",
        homepage="https://github.com/nyu-mll/spinn/tree/listops-release",
        folder="listops",
        synthetic="a program generated its expressions and labels",
        files=_files("listops"),
        download=Download(
            url="https://raw.githubusercontent.com/nyu-mll/spinn/listops-release/python/spinn/data/listops/test_d20s.tsv",
            size=2_804_179,
            sha256="71335416e6896e8dd8dc69281c8ed9b37316382d05d3705d660461564e843840",
        ),
    ),
    Entry(
        name="logic",
        title="Relations between formulas of 0 to 12 operators",
        kind="treebank",
        licence="none stated",
        citation="Bowman, Potts & Manning 2015, Recursive Neural Networks Can Learn Logical Semantics, CVSC; "
        "Bowman, Manning & Potts 2015, Tree-Structured Composition in Neural Networks without Tree-Structured "
        "Architectures, CoCo",
        homepage="https://github.com/sleepinyourhat/vector-entailment",
        folder="logic",
        synthetic="a program generated its formulas and labels",
        files=_files("logic"),
        by_hand="take train0 to train12 and test0 to test12 from the folder propositionallogic of "
        "https://github.com/sleepinyourhat/vector-entailment and copy them to logic",
    ),
    Entry(
        name="questionbank",
        title="4,000 Penn-style trees of questions",
        kind="treebank",
        licence="free for research; cite",
        citation="Judge, Cahill & van Genabith 2006, QuestionBank: Creating a Corpus of Parse-Annotated Questions, "
        "COLING-ACL",
        homepage="https://www.computing.dcu.ie/~jjudge/qtreebank/",
        folder="parsing",
        files=_files("questionbank"),
        by_hand="take 4000qs.txt from https://www.computing.dcu.ie/~jjudge/qtreebank/ and put it into parsing",
    ),
    Entry(
        name="reviews",
        title="Review sentences from a grammar, labels 0 to 4",
        kind="generated",
        licence="MIT, as treenn",
        citation="this package",
        homepage="",
        synthetic="a grammar generated its sentences and labels",
    ),
    Entry(
        name="sick",
        title="9,927 parsed sentence pairs, relatedness and entailment",
        kind="treebank",
        licence="CC BY-NC-SA 3.0",
        citation="Marelli et al. 2014, A SICK cure for the evaluation of compositional distributional semantic models, "
        "LREC",
        homepage="https://alt.qcri.org/semeval2014/task1/",
        folder="sick",
        files=_files("sick"),
        by_hand="take the trial, training and annotated test data from "
        "https://alt.qcri.org/semeval2014/task1/index.php?id=data-and-tools, put SICK_train.txt, SICK_trial.txt and "
        "SICK_test_annotated.txt into sick, and parse them with the scripts of "
        "https://github.com/stanfordnlp/treelstm, which make the folders train, dev and test",
    ),
    Entry(
        name="sst",
        title="11,855 film review sentences, labels 0 to 4",
        kind="treebank",
        licence="none stated; cite Socher et al. 2013",
        citation="Socher et al. 2013, Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank, "
        "EMNLP",
        homepage="https://nlp.stanford.edu/sentiment/",
        folder="sst",
        files=_files("sst"),
        download=Download(
            url="https://nlp.stanford.edu/sentiment/trainDevTestTrees_PTB.zip",
            size=789_539,
            sha256="5c613a4f673fc74097d523a2c83f38e0cc462984d847b82c7aaf36b01cbbbfcc",
            inside="trees/",
        ),
    ),
)
