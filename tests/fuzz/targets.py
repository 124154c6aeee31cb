"""What is fuzzed: for each target valid inputs, and a check that raises `InputError` or nothing.

A check writes what it read and reads it again, wherever there is a writer; a difference is an `AssertionError`.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nltk
from fuzz.mutation import PIECES

from treebanks import Pair
from treebanks.listops import _read as read_listops
from treebanks.logic import _read as read_logic
from treebanks.plain_brackets import nested_tree
from treebanks.sick import _judgments
from treenn.experiment.gather import read_results
from treenn.experiment.plan_file import read_plan
from treenn.experiment.search.space import read_space
from treenn.labelling.label_file import LabelFile
from treenn.models.saving import read_folder
from treenn.models.vectors import read_vectors
from treenn.parsers.chart import ChartParser
from treenn.parsers.loading import load_parser
from treenn.text import split_sentences, tokenize
from treenn.text.cleaning import clean
from treenn.trees import (
    InputError,
    NaryTree,
    Tree,
    binarize,
    clean_penn,
    format_conllu,
    format_tree,
    from_nltk,
    nary_from_nltk,
    parse_conllu,
    parse_nary,
    parse_trees,
    read_conllu,
    read_nary,
    read_sick_constituents,
    read_sick_dependencies,
    read_trees,
    to_nltk,
    unbinarize,
)
from treenn.trees.files import read_text
from treenn.trees.json_values import dump_json, read_object, read_words
from treenn.trees.ptb_escapes import escape

Check = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Args:
        name: its name.
        check: reads bytes, by way of a file in the folder if need be.
        seeds: valid inputs.
        pieces: what is put into them besides `PIECES`.
    """

    name: str
    check: Check
    seeds: Sequence[bytes]
    pieces: Sequence[str] = ()


TARGETS: dict[str, Target] = {}


def target(*seeds: str | bytes, pieces: Sequence[str] = ()) -> Callable[[Check], Check]:
    """Register a check under its name."""

    def register(check: Check) -> Check:
        name = check.__name__
        data = [seed if isinstance(seed, bytes) else seed.encode() for seed in seeds]
        TARGETS[name] = Target(name, check, data, (*PIECES, *pieces))
        return check

    return register


TREES = (
    "(3 (2 not) (1 bad))\n(2 so)\n",
    "# a comment\n(4 (2 a) (3 (1 -LRB-) (0 \u00a0)))\r\n(X (X a) (2 \\/))\n",
    "(1\n  (2 a)\n  (2 b)\n)\n",
)
PENN = (
    "( (S (NP-SBJ (DT The) (NN dog)) (VP (VBZ barks)) (. .)) )\n( (S (NP (NN a))) )\n",
    "(S\n  (NP Japan 's)\n  (VP (VBD won) it))\n",
    "(X (\\X a) (-LRB- -LRB-) (`` ``))",
)


def file(folder: Path, data: bytes, name: str = "input") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def comes_back(trees: Sequence[Tree | NaryTree]) -> None:
    """Write trees as brackets and for nltk, and read them again."""
    for tree in trees:
        text = format_tree(tree)
        again: Any = parse_trees(text) if isinstance(tree, Tree) else parse_nary(text)
        assert [format_tree(each) for each in again] == [text]
        assert again[0].words == tree.words
        assert [str(label) for label in again[0].labels] == [str(label) for label in tree.labels]
        assert (from_nltk if isinstance(tree, Tree) else nary_from_nltk)(to_nltk(tree)) == tree


@target(*TREES)
def brackets(data: bytes, folder: Path) -> None:
    path = file(folder, data)
    for how in ({"classes": 5}, {}, {"factor": "left"}, {"classes": 5, "factor": "right", "untagged": True}):
        skipped: list[InputError] = []
        try:
            trees = read_trees(path, **how)
        except InputError:
            trees = attempt(read_trees, path, **how, on_error=skipped.append)
            assert skipped or not trees
        else:
            assert read_trees(path, **how, on_error=skipped.append) == trees
            assert not skipped
        comes_back(trees)


def attempt(read: Callable[..., list[Any]], *arguments: Any, **how: Any) -> list[Any]:
    """The parsed trees, or None."""
    try:
        return read(*arguments, **how)
    except InputError:
        return []


@target(*PENN, *TREES)
def penn(data: bytes, folder: Path) -> None:
    path = file(folder, data)
    for untagged in (False, True):
        skipped: list[InputError] = []
        trees = attempt(read_nary, path, untagged=untagged, on_error=skipped.append)
        comes_back(trees)
        comes_back([cleaned for tree in trees if (cleaned := clean_penn(tree)) is not None])
        for tree in trees:
            if not any(isinstance(label, str) and (label[0] == "@" or "+" in label) for label in tree.labels):
                assert unbinarize(binarize(tree)) == tree
    for encoding in ("latin-1", "utf-16", "gb18030", "shift_jis"):
        attempt(read_nary, path, encoding=encoding)
    read_nary(path)


@target("utf-8", "latin-1", "UTF_16", "gb18030", "cp1252", "hex", "idna", pieces=("utf", "8", "sig", "_", "rot13"))
def encodings(data: bytes, folder: Path) -> None:
    read_text(file(folder, b"(2 caf\xe9)"), data.decode(errors="replace"))


WORDS = (
    "# text = a\n1-2\tab\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\t_\t_\t_\t_\t2\tdet\t_\t_\n2\tb\t_\t_\t_\t_\t0\troot\t_\tLabel=x"
    "\n2.1\tc\t_\t_\t_\t_\t_\t_\t0:root\t_\n\n1\t-LRB-\t_\t_\t_\t_\t0\t_\t_\t_\n\n"
)


@target(
    WORDS, WORDS.replace("\n", "\r\n"), WORDS.replace("\n", "\r"), pieces=("\t_\t_", "\n1\ta\t_\t_\t_\t_\t0\tr\t_\t_")
)
def conllu(data: bytes, folder: Path) -> None:
    path, skipped = file(folder, data), list[InputError]()
    trees = attempt(read_conllu, path, on_error=skipped.append)
    assert not trees or parse_conllu(format_conllu(trees)) == trees
    for options in ({"label": "text"}, {"label": "Label", "label_level": "words"}):
        labelled = attempt(read_conllu, path, **options, on_error=lambda _: None)
        assert not labelled or parse_conllu(format_conllu(labelled, **options), **options) == labelled
    assert read_conllu(path) == trees
    assert not skipped


_SICK = "dogs like old bones\nyes\n@@2 0 4 2\n0\n@@nsubj root amod dobj\nroot\n@@6 5 7 7 6 0 5\n0\n"


@target(_SICK, "-LRB- b\n@@2 0\n@@a b\n@@3 3 0\n", pieces=("@@", " 0 ", "\n0"))
def sick(data: bytes, folder: Path) -> None:
    texts = [*data.split(b"@@"), b"", b"", b""]
    for suffix, text in zip(("toks", "parents", "rels", "cparents"), texts, strict=False):
        file(folder, text, f"a.{suffix}")
    skipped: list[InputError] = []
    trees = attempt(read_sick_constituents, folder / "a", on_error=skipped.append)
    for tree in trees:
        assert parse_trees(format_tree(tree)) == [tree]
    attempt(read_sick_dependencies, folder / "a", on_error=skipped.append)
    attempt(read_sick_dependencies, folder / "a")
    read_sick_constituents(folder / "a")


JUDGED = "pair_ID\tsentence_A\trelatedness_score\tentailment_judgment\n1\ta\t4.5\tNEUTRAL\n2\tb\t1\tENTAILMENT\n"


@target(JUDGED, pieces=("CONTRADICTION", "NaN", "pair_ID"))
def judgments(data: bytes, folder: Path) -> None:
    for score, _ in _judgments(file(folder, data), None).values():
        assert 1 <= float(score) <= 5


@target(
    "3\t( ( ( [MAX 2 ) 3 ) ] )\n9\t9\n", "4\t( ( ( [SM ( ( ( [MED 4 ) 5 ) ] ) ) 0 ) ] )\n", pieces=("[MIN", "[SM", "]")
)
def listops(data: bytes, folder: Path) -> None:
    skipped: list[InputError] = []
    trees = attempt(read_listops, file(folder, data), skipped.append)
    for tree in trees:
        assert tree.label in range(10)
        assert parse_trees(format_tree(tree))[0].words == tree.words
    assert read_listops(file(folder, data)) == trees


@target("#\ta\t( a ( and b ) )\n<\t( not a )\t( not ( not a ) )\n", pieces=("not", "( a", ") )", "^", "v"))
def logic(data: bytes, folder: Path) -> None:
    pairs: list[Pair] = read_logic(file(folder, data), 1, nested_tree, None)
    for pair in pairs:
        for tree in pair.trees:
            assert nested_tree(_as_nested(tree)) == tree


def _as_nested(tree: Tree) -> str:
    parts: list[str] = list(tree.words)
    for left, right in tree.merges:
        parts.append(f"( {parts[left]} {parts[right]} )")
    return parts[-1]


@target("( ( not a ) ( and b ) )", "d", "( a ( b ( c d ) ) )")
def nested(data: bytes, folder: Path) -> None:
    tree = nested_tree(data.decode(errors="replace"))
    if not any("(" in word or ")" in word for word in tree.words):
        assert nested_tree(_as_nested(tree)) == tree


VECTORS = (
    "the 0.1 -0.2\n( 1 2\nfilm 3e-1 .4\n. . 5 6\n",
    "\ufeff2 3\nnew york 7 8 9\nfilm\t1 2  3\n10 000 1 2 3\n",
    "film 1\r\nsoup 2\r\n",
)


@target(*VECTORS, pieces=("film", "film 1", "nan", "1e39", "3 2\n"))
def vectors(data: bytes, folder: Path) -> None:
    words = ["film", "the", "(", "new york", "\ud800"]
    skipped: list[InputError] = []
    try:
        table = read_vectors(file(folder, data), words, on_error=skipped.append)
    except InputError:
        table = None
    if table is not None:
        for word in words:
            vector = table.find(word)
            assert vector is None or vector.shape == (table.size,)
    read_vectors(file(folder, data), words)


def _zipped(text: str) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        archive.writestr(zipfile.ZipInfo("vectors.txt"), text, zipfile.ZIP_DEFLATED)  # without a time
    return buffer.getvalue()


@target(*(gzip.compress(text.encode(), mtime=0) for text in VECTORS), *map(_zipped, VECTORS))
def packed_vectors(data: bytes, folder: Path) -> None:
    read_vectors(file(folder, data), ["film", "the"])


CONFIG = (
    '{"format": 2, "reads": "trees", "settings": {"model": "tree-lstm", "size": 4, "dropout": 0.5, "clip_norm": null, '
    '"optimizer": "adagrad"}, "classes": ["a", "b"], "word_size": 3}'
)
JSON_PIECES = ('"size"', '"4"', "4.5", ", ", ": ", '"settings"', '"a": ', "NaN", "Infinity", '"\\ud800"')


@target(CONFIG, CONFIG.replace('"format": 2', '"format": 1'), "[]", "{}", pieces=JSON_PIECES)
def model_config(data: bytes, folder: Path) -> None:
    file(folder, data, "config.json")
    file(folder, b'["a"]', "vocabulary.json")
    settings = read_folder(folder).settings
    assert isinstance(settings.size, int) and settings.size > 0


@target('{"parser": "chart", "format": 4, "labels": false, "networks": []}', '{"parser": "pcfg"}', pieces=JSON_PIECES)
def parser_config(data: bytes, folder: Path) -> None:
    file(folder, data, "config.json")
    file(folder, b'["a"]', "vocabulary.json")
    attempt(lambda: [ChartParser.load(folder)])
    load_parser(folder)


@target(
    '{"rules": {"^": [["S", 1.0]], "S": [["A", "A", 1.0]]}, "words": {"A": {"a": 0.5, "<unknown>": 0.5}}}',
    pieces=JSON_PIECES,
)
def grammar(data: bytes, folder: Path) -> None:
    file(folder, b'{"parser": "pcfg", "format": 1, "settings": {}}', "config.json")
    file(folder, data, "grammar.json")
    load_parser(folder)


@target('["a", "b", "\\u00e9"]', '{"a": [1, 2.5, null, true, "x"], "b": {"c": 1e5}}', pieces=JSON_PIECES)
def json_files(data: bytes, folder: Path) -> None:
    path = file(folder, data)
    attempt(read_words, path)
    value = read_object(path, {"a": list})
    dumped = dump_json(value)
    assert "NaN" not in dumped.replace('"NaN', "").replace('NaN"', "") or "NaN" in str(value)
    assert dump_json(read_object(file(folder, dumped.encode()))) == dumped


RESULTS = (
    '{"schema": "treenn.comparison", "version": 2, "seeds": 1, "command": "", "created": "", "models": [{"name": "a", '
    '"model": "lstm", "trees": "gold", "shuffle": false}], "tasks": [{"treebank": {"name": "reviews", "classes": '
    '[], "sizes": {}}, "evaluated": ["dev", "test"], "gold": {"test": {}}, "settings": {}, "runs": [], '
    '"supervision": "nodes", "summary": {}, "differences": [], "disagreements": [], "vectors": [], "missing": []}]}'
)


@target(RESULTS, pieces=JSON_PIECES)
def results(data: bytes, folder: Path) -> None:
    read_results(file(folder, data))


LABELS = (
    "# labels: 0 bad, 1 good\n# sentence: so good\n(1 (0 so) (1 good))\n# skipped: x\n"
    "# unfinished after 1: a b\n# (X (1 a) (X b))\n"
)
MARKED_LABELS = (
    "# labels: 0 bad, 1 good\n# annotator: a\n# note\n# unfinished: new\n# (? (1 a) (X (0? b) (X c)))\n# note\n"
    "# skipped: x\n# (1? x)\n"
)


@target(LABELS, MARKED_LABELS, pieces=("# sentence: a\n", "# unfinished after 9: a\n", "# skipped: ", "?"))
def label_files(data: bytes, folder: Path) -> None:
    path = file(folder, data)
    labels = LabelFile(path, ["bad", "good"], ["so good", "new"])
    entries = [str(entry) for entry in (*labels.others, *labels.entries)]
    for number, entry in enumerate(labels.entries):
        if entry is not None:
            labels.put(number, entry)
            again = LabelFile(path, ["bad", "good"], ["so good", "new"])
            assert [str(entry) for entry in (*again.others, *again.entries)] == entries


SPACE = 'learning_rate = { low = 0.01, high = 0.1 }\ndropout = [0.0, 0.5]\noptimizer = ["adam", "adagrad"]\n'


@target(
    SPACE, 'size = { low = 2, high = 9 }\nschedule = ["linear"]\n', pieces=("low = ", "high = nan", "inf", "{ ", "]")
)
def tuning_spaces(data: bytes, folder: Path) -> None:
    space = read_space(file(folder, data, "space.toml"))
    space.of("tree-lstm").draw(0, 0)


PLAN_FILE = (
    'seeds = 2\nvectors = ["a.txt"]\n[settings]\nepochs = 1\n[[task]]\ntreebank = "reviews"\nsupervision = ["roots"]\n'
    '[[model]]\nname = "tree"\nmodel = "tree-lstm"\n[model.settings]\nsize = 4\n[[model]]\nname = "b"\nmodel = "lstm"\n'
)


@target(PLAN_FILE, pieces=("[[task]]\n", "[[model]]\n", "[settings]\n", "size = ", "1979-05-27", "= [1]"))
def plan_files(data: bytes, folder: Path) -> None:
    read_plan(file(folder, data, "plan.toml"))


NLTK = ("(S (A -LRB-) (B b))", r"(S (NP (NN a\/b)) (VP (X c)) (\X d))")


@target(*NLTK)
def nltk_trees(data: bytes, folder: Path) -> None:
    try:
        theirs = nltk.Tree.fromstring(data.decode(errors="replace"))
    except ValueError:
        return
    tree = nary_from_nltk(theirs)
    ours = to_nltk(tree)
    assert nary_from_nltk(ours) == tree
    if not any(any(character.isspace() for character in word) for word in (*tree.words, *map(str, tree.labels))):
        assert nltk.Tree.fromstring(str(ours)) == ours
        assert parse_nary(str(ours)) == [tree]


TEXTS = (
    "It's \"the '70s\" (more or less), isn't it? No! Dr. Smith can't've gone.",
    "Dull. Boring. Flat... »Now« 😴 see http://example.com/a?b=1 or name@example.com — it isn&#39;t funny.<br />",
    "''The Economist,'' he said; approx. Five, etc.",
)


@target(
    *TEXTS,
    pieces=(
        "'",
        "’",
        "´",
        "′",
        "``",
        "n't",
        "...",
        "…",
        "--",
        "—",
        "&amp;",
        "&#x27;",
        "@name",
        "#tag",
        "Mr.",
        "e.g.",
        '."',
        "❗️",
        "\u200d",
        "<3",
        "\\'",
        "\x92",
        "\u1ffd",
        ".com.",
        "C.",
        "'nt",
    ),
)
def texts(data: bytes, folder: Path) -> None:
    text = data.decode(errors="replace")
    assert clean(clean(text)) == clean(text)
    words = _words(text)
    assert all(word and not word.isspace() for word in words)
    sentences = split_sentences(text)
    assert [word for sentence in sentences for word in _words(sentence)] == words
    for word in words:
        assert parse_nary(f"(X {escape(word)})")[0].words == (word,) or any(map(str.isspace, word))


def _words(text: str) -> list[str]:
    try:
        return tokenize(text)
    except InputError:
        return []
