"""Wrong arguments of public functions raise an `InputError` that names them; any sequence is accepted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy import load_instead, toy_treebank

import treebanks
import treebanks.reviews
import treebanks.sentiment
import treenn
from treebanks import Pair, PairTreebank, Treebank
from treebanks.parsing import ParsingTreebank, load_parsing
from treenn.cells import Average, BinaryTreeLSTM, TreeGRU
from treenn.encoders import TreeEncoder
from treenn.encoders.initialization import initialize
from treenn.evaluation.measuring import measure
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Range, Space, read_space
from treenn.explain.explanation import explain
from treenn.models.building import build
from treenn.models.heads import Head
from treenn.models.network import Network
from treenn.models.saving import save_model
from treenn.models.vocabulary import Vocabulary
from treenn.parsers import chart, pcfg, recursive
from treenn.parsers.chart.examples import Inventory
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.parsers.recursive.merge_scorer import build as build_recursive
from treenn.sequences import LSTM, Transformer, bidirectional
from treenn.training import train
from treenn.trees import (
    DependencyTree,
    InputError,
    NaryTree,
    Tree,
    binarize,
    escape,
    format_tree,
    from_networkx,
    from_nltk,
    palette,
    parse_tree,
    read_nary,
    read_sick_constituents,
    read_sick_dependencies,
    to_networkx,
    to_nltk,
    unbinarize,
    unescape,
    write_trees,
)

TREE = parse_tree("(3 (2 not) (1 bad))", classes=5)
TOY = toy_treebank(20, 5, 5)
TINY = treenn.Settings(size=3, word_size=2, epochs=1)
MODEL = build(TINY, 5, Vocabulary(["bad"]))
CHART = chart.ChartSettings(size=4, layers=1, affix_size=3, word_size=3, span_size=4, split_size=2)


class Series:
    """The part of a pandas Series that is read."""

    ndim = 1

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __iter__(self) -> Any:
        return iter(self.items)


def kinds_of(items: list[Any]) -> list[Any]:
    """A list as a tuple, a generator, an array and a Series."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return [tuple(items), (item for item in items), array, Series(items)]


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: treenn.pack(TREE), "trees of type Tree: must be a list of Trees; for a single one, write"),
    (lambda: treenn.pack(["a b"]), r"trees\[0\] 'a b': must be a Tree; treenn.parse_tree reads one from text"),
    (lambda: treenn.pack("(3 a)"), r"trees '\(3 a\)': must be a list of Trees; treenn.parse_tree"),
    (lambda: treenn.pack(None), "trees None: must be a list of Trees"),
    (lambda: treenn.pack([TREE, None]), r"trees\[1\] None: must be a Tree"),
    (lambda: treenn.pack([DependencyTree(("a",), (-1,))]), r"trees\[0\] of type DependencyTree: must be a Tree"),
    (lambda: treenn.pack(np.zeros((2, 2))), "trees: must be a list, not an array of 2 dimensions"),
    (lambda: treenn.pack_dependencies([TREE]), r"trees\[0\] of type Tree: must be a DependencyTree; treenn.trees"),
    (lambda: treenn.predict(MODEL, TREE), "trees of type Tree: must be a list of Trees"),
    (lambda: treenn.predict(MODEL, []), "trees: must be one tree or more"),
    (lambda: treenn.predict(MODEL, ["a"]), r"trees\[0\] 'a': must be a Tree"),
    (lambda: treenn.predict((MODEL, TINY), [TREE]), "model of type tuple: must be a Network; treenn.load_model"),
    (lambda: treenn.predict("sentiment", [TREE]), "model 'sentiment': must be a Network; treenn.load_model"),
    (lambda: treenn.predict(MODEL, [TREE], 0), "batch_size 0: must be 1 or more"),
    (lambda: treenn.predict(MODEL, [TREE], 2.5), "batch_size 2.5: must be a whole number"),
    (lambda: measure([1]), "predictions of type list: must be a Predictions"),
    (lambda: MODEL.predict([]), "trees: must be one tree or more, the list is empty"),
    (
        lambda: treenn.draw_svg("(3 (2 a) (2 b))"),
        r"tree '\(3 .*': must be a Tree, a NaryTree or a DependencyTree; treenn.parse_tree",
    ),
    (lambda: treenn.draw_svg(None), "tree None: must be a Tree, a NaryTree or a DependencyTree"),
    (lambda: treenn.draw_svg([TREE]), "tree of type list: must be a Tree, a NaryTree"),
    (lambda: treenn.draw_svg(TREE, classes=0), "classes 0: must be 1 to 10000"),
    (lambda: treenn.draw_text("(3 (2 a) (2 b))"), r"tree '\(3 .*': must be a Tree or a NaryTree"),
    (lambda: treenn.draw_text(TREE, width="80"), "width '80': must be a whole number"),
    (lambda: treenn.draw_text(TREE, classes=None), "classes None: must be a whole number"),
    (lambda: palette(10**30), "classes 1000000000000000000000000000000: must be 1 to 10000"),
    (lambda: palette(2.5), "classes 2.5: must be a whole number"),
    (lambda: format_tree("(3 a)"), r"tree '\(3 a\)': must be a Tree or a NaryTree"),
    (lambda: write_trees("unwritten", TREE), "trees of type Tree: must be a list of Trees or NaryTrees"),
    (lambda: write_trees("unwritten", ["(3 a)"]), r"trees\[0\] '\(3 a\)': must be a Tree or a NaryTree"),
    (lambda: binarize(TREE), "tree of type Tree: must be a NaryTree"),
    (lambda: unbinarize("(3 a)"), r"tree '\(3 a\)': must be a Tree"),
    (lambda: to_nltk("(3 a)"), r"tree '\(3 a\)': must be a Tree or a NaryTree"),
    (lambda: to_networkx(None), "tree None: must be a Tree or a NaryTree"),
    (lambda: from_networkx(None), "graph of type NoneType: must be a networkx.DiGraph"),
    (lambda: from_nltk("(3 a)"), r"'\(3 a\)': must be an nltk.Tree"),
    (lambda: TREE.children(5), "node 5: must be 0 to 2"),
    (lambda: TREE.children(-1), "node -1: must be 0 to 2"),
    (lambda: TREE.subtree(1.0), "node 1.0: must be a whole number, 0 to 2"),
    (lambda: TREE.map_labels({1: 2}), "change of type dict: must be a function"),
    (lambda: Tree("ab", ((0, 1),)), "words 'ab': must be a list of texts"),
    (lambda: Tree(None, ()), "words None: must be a list of texts"),
    (lambda: Tree(("a", None), ((0, 1),)), r"words\[1\] None: must be text"),
    (lambda: Tree(("a", "b"), (0, 1)), r"merges\[0\] 0: must be a list of whole numbers"),
    (lambda: Tree(("a", "b"), ((0, 1, 1),)), "merges: must be pairs of node numbers"),
    (lambda: Tree(("a", "b"), ((0.0, 1.0),)), r"merges\[0\]\[0\] 0.0: must be a whole number"),
    (lambda: Tree(("a",), (), (math.nan,)), r"labels\[0\] nan: must be a whole number, a finite number or text"),
    (lambda: Tree(("a",), (), (True,)), r"labels\[0\] True: must be a whole number, a finite number or text"),
    (lambda: Tree(("a",), (), "3"), "labels '3': must be a list of numbers or texts"),
    (lambda: NaryTree(("a",), (0,), (1, 1)), r"children\[0\] 0: must be a list of whole numbers"),
    (lambda: NaryTree(("a",), None, (1,)), "children None: must be a list"),
    (lambda: DependencyTree(("a",), -1), "heads -1: must be a list of whole numbers"),
    (lambda: DependencyTree(("a",), ("root",)), r"heads\[0\] 'root': must be a whole number"),
    (lambda: DependencyTree(("a",), (-1,), (3,)), r"relations\[0\] 3: must be text"),
    (
        lambda: treenn.train([TREE]),
        "treebank of type list: must be a Treebank, a PairTreebank, a DependencyTreebank, a TextCorpus, a Gram",
    ),
    (lambda: treenn.train(None), "treebank None: must be a Treebank"),
    (lambda: treenn.train("rewievs"), "no treebank is called 'rewievs'"),
    (
        lambda: train(Treebank("mine", TOY.classes, {"train": TOY.train})),
        "treebank mine has no split 'dev'; its",
    ),
    (lambda: train(Treebank("mine", TOY.classes, {"dev": TOY.dev})), "treebank mine has no split 'train'"),
    (
        lambda: train(Treebank("mine", ("bad", "good"), TOY.splits)),
        "label . of node . of tree 0 of mine train: must",
    ),
    (lambda: train(TOY, {"epochs": 3}), r"settings of type dict: must be a Settings; treenn.Settings\(epochs=3\)"),
    (lambda: train(TOY, TINY, vectors="glove.txt"), "vectors 'glove.txt': must be a list of WordVectors; treenn.read"),
    (lambda: train(TOY, TINY, vectors=["glove.txt"]), r"vectors\[0\] 'glove.txt': must be a WordVectors; treenn.read"),
    (lambda: train(TOY, TINY, out=3), "out 3: must be a path"),
    (lambda: train(TOY, TINY, device="tpu"), "device tpu: must be cpu or cuda"),
    (lambda: train(TOY, TINY, device=torch.device("cpu")), "device of type device: must be cpu or cuda"),
    (lambda: train(TOY, TINY, progress=3), "progress 3: must be a function"),
    (lambda: train(TOY, replace(TINY, model="rntn", size=2000)), "size 2000: rntn would have 32,"),
    (lambda: train(TOY, replace(TINY, model="mv-rnn", size=2000)), "size 2000: mv-rnn would have "),
    (lambda: Treebank("mine", "01", TOY.splits), "classes '01': must be a list of texts"),
    (lambda: Treebank("mine", ("0",), {"train": TREE}), r"splits\['train'\] of type Tree: must be a list of Trees"),
    (lambda: Treebank("mine", ("0",), {"train": ["a"]}), r"splits\['train'\]\[0\] 'a': must be a Tree"),
    (lambda: Treebank("mine", ("0",), [TREE]), "splits of type list: must be a mapping"),
    (lambda: TOY.trees("text"), "treebank toy has no split 'text'; its splits are: train, dev, test"),
    (lambda: Treebank("mine", ("0",), {}).train, "treebank mine has no split 'train'; its splits are: none"),
    (lambda: Pair(TREE, "b", 0), "right 'b': must be a Tree"),
    (lambda: Pair(TREE, TREE, None), "target None: must be a finite number"),
    (lambda: PairTreebank("mine", None, {"train": [TREE]}), r"splits\['train'\]\[0\] of type Tree: must be a Pair"),
    (
        lambda: treenn.Plan.of([TREE], ["lstm"]),
        "treebank of type list: must be text, a Treebank, a PairTreebank, a DependencyTreebank, a TextCorpus, a Gram",
    ),
    (lambda: treenn.Plan.of("reviews", "lstm"), "models 'lstm': must be a list of texts; for a single one"),
    (lambda: treenn.Plan.of("reviews", ["lstm"], seeds=-1), "seeds -1: must be 1 to 10000"),
    (lambda: treenn.Plan.of("reviews", ["lstm"], seeds=10**12), "seeds 1000000000000: must be 1 to 10000"),
    (lambda: treenn.Plan.of("reviews", ["lstm"], vectors="glove.txt"), "vectors 'glove.txt': must be a list of texts"),
    (lambda: treenn.Plan.of("reviews", ["lstm"], settings={}), "settings of type dict: must be a Settings"),
    (lambda: treenn.compare("reviews", "out"), r"plan 'reviews': must be a Plan; treenn.Plan.of\("),
    (lambda: treenn.compare(treenn.Plan.of(TOY, ["lstm"]), None), "out None: must be a path"),
    (lambda: treenn.compare(treenn.Plan.of(TOY, ["lstm"]), "out", jobs=1.5), "jobs 1.5: must be a whole number"),
    (lambda: Search("reviews", "lstm"), "models 'lstm': must be a list of texts"),
    (lambda: Search("reviews", ["lstm"], trials=-1), "trials -1: must be 1 to 10000"),
    (lambda: Search("reviews", ["lstm"], space={"dropout": (0.1,)}), "space of type dict: must be a Space"),
    (lambda: Range(0.01, float("inf")), "high inf: must be a finite number, more than 0"),
    (lambda: Range(0, 1), "low 0: must be more than 0"),
    (lambda: Range(2, 1), "low 2: must be at most high 1"),
    (lambda: Space({"dropout": 0.5}), "dropout 0.5: must be a list"),
    (lambda: Space({"speed": (1,)}), "speed: not a setting that can be searched"),
    (lambda: Space({"epochs": Range(0.5, 1.5)}), "epochs 0.5: must be a whole number"),
    (lambda: Space({"dropout": ()}), "dropout: must be a range, or a list of at least one value"),
    (lambda: Space({"dropout": (0.5,)}).draw(0, -1), "seed -1: must be 0 to"),
    (lambda: Head(4, 5)(torch.ones(2, 3)), r"states has shape \(2, 3\): must be \(n, 4\), as wide as the head"),
    (lambda: Head(0, 5), "size 0: must be 1 to 10000"),
    (lambda: bidirectional(LSTM, 4, 2.5), "hidden_size 2.5: must be a whole number"),
    (lambda: bidirectional("lstm", 4, 3), "make 'lstm': must be a function"),
    (lambda: build({}, 5, Vocabulary(["a"])), "settings of type dict: must be a Settings"),
    (lambda: build(TINY, 0, Vocabulary(["a"])), "classes 0: must be 1 to 10000"),
    (lambda: build(TINY, 5, ["a"]), "vocabulary of type list: must be a Vocabulary"),
    (lambda: save_model(None, MODEL), "folder None: must be a path, as text or pathlib.Path"),
    (lambda: pcfg.PCFGParser.load(3), "folder 3: must be a path, as text or pathlib.Path"),
    (lambda: write_trees(None, [TREE]), "path None: must be a path, as text or pathlib.Path"),
    (lambda: Vocabulary("abc"), "words 'abc': must be a list of texts"),
    (lambda: Vocabulary(["a", 3]), r"words\[1\] 3: must be text"),
    (lambda: Vocabulary(["a"]).encode("abc"), "words 'abc': must be a list of texts"),
    (lambda: explain("lstm", "(3 a)", input_size=4, size=3), r"tree '\(3 a\)': must be a Tree; treenn.parse_tree"),
    (lambda: explain("lstm", TREE, input_size=4, size=0), "size 0: must be 1 to 10000"),
    (lambda: explain(None, TREE, input_size=4, size=3), "name None: must be text"),
    (lambda: treenn.check_cell("tree-gru", 3), "make 'tree-gru': must be a function"),
    (lambda: treenn.check_cell(lambda: TreeGRU(3, 4), 0), "input_size 0: must be 1 to 10000"),
    (lambda: treenn.check_parser("left"), "parser 'left': must be a Parser; treenn.load_parser loads one"),
    (lambda: initialize(TreeGRU(3, 4), "zero"), "name zero: must be orthogonal, identity or xavier"),
    (lambda: initialize("tree-gru", "xavier"), "network 'tree-gru': must be a Module"),
    (lambda: BinaryTreeLSTM(3, 4, float("inf")), "forget_bias inf: must be a finite number"),
    (lambda: chart.train("sst"), "treebank 'sst': must be a ParsingTreebank; treebanks.parsing.load_parsing"),
    (lambda: pcfg.train([TREE]), "treebank of type list: must be a ParsingTreebank; treebanks.parsing.load_parsing"),
    (lambda: recursive.train(ParsingTreebank("mine", {"dev": [TREE]})), "treebank mine has no split 'train'"),
    (lambda: chart.train(ParsingTreebank("mine", {}), {"epochs": 3}), "settings of type dict: must be a ChartSettings"),
    (lambda: ParsingTreebank("mine", {"train": ["a"]}), r"splits\['train'\]\[0\] 'a': must be a Tree or a NaryTree"),
    (lambda: load_parsing(None), "name None: must be text"),
    (lambda: parse_tree("(3 a)", classes=10**30), "classes 1000000000000000000000000000000: must be 1 to 10000"),
    (lambda: escape(None), "word None: must be text"),
    (lambda: unescape(b"a"), "word of type bytes: must be text"),
    (lambda: treenn.pack([TREE], dedup=np.zeros(2)), "dedup of type ndarray: must be True or False"),
    (lambda: Average(3, 4, layers=10**30), "layers 1000000000000000000000000000000: must be 0 to 100"),
    (lambda: Transformer(3, 4, heads=10**30), "heads 1000000000000000000000000000000: must be 1 to 10000"),
    (lambda: treenn.Settings(root_weight=10**30), "root_weight 1000000000000000000000000000000: must be 1e.18 or less"),
    (lambda: treenn.Settings(clip_value=1e300), "clip_value 1e.300: must be 1e.18 or less"),
    (lambda: treenn.Settings(forget_bias=-1e300), "forget_bias -1e.300: must be 1e.18 or less"),
    (lambda: treebanks.sentiment.binary("sst"), "treebank 'sst': must be a Treebank; treebanks.load"),
    (lambda: treebanks.sentiment.binary(TOY, neutral="fourth"), "neutral fourth: must be third or drop"),
    (lambda: treebanks.reviews.generate({"train": -1}), r"sizes\['train'\] -1: must be 0 or more"),
    (lambda: treebanks.reviews.generate({"train": "9"}), r"sizes\['train'\] '9': must be a whole number"),
    (lambda: treebanks.reviews.generate({"train": 1}, seed=1.5), "seed 1.5: must be a whole number"),
    (lambda: treebanks.reviews.generate(["train"]), "sizes of type list: must be a mapping"),
    (lambda: treebanks.load(None), "name None: must be text"),
    (lambda: treebanks.load(["sst"]), "name of type list: must be text"),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_argument_is_named(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        call()
    assert str(refused.value).startswith(message[:2].replace("\\", ""))


def test_nothing_is_written_before_arguments_are_checked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for settings in ({"model": "rntn", "size": 2000}, {"supervision": "spans"}):
        with pytest.raises(InputError):
            train(Treebank("mine", TOY.classes, {"train": TOY.train}), treenn.Settings(**settings), out=out)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        treenn.compare(treenn.Plan.of("rewievs", ["lstm"]), out)
    assert not out.exists()


@pytest.mark.parametrize("kind", range(4), ids=["tuple", "generator", "array", "Series"])
def test_lists_may_be_of_any_kind(kind: int, tmp_path: Path) -> None:
    def as_kind(items: list[Any]) -> Any:
        return kinds_of(items)[kind]

    assert treenn.pack(as_kind([TREE, TREE])).sizes == (3, 3)
    assert treenn.pack_dependencies(as_kind([DependencyTree(("a",), (-1,))])).sizes == (1,)
    assert len(treenn.predict(MODEL, as_kind([TREE]), batch_size=np.int64(1)).classes) == 3
    write_trees(tmp_path / "trees.txt", as_kind([TREE]))
    assert Tree(as_kind(["not", "bad"]), as_kind([(0, 1)]), as_kind([2, 1, 3])) == TREE
    assert TREE.with_labels(as_kind([2, 1, 3])) == TREE
    assert DependencyTree(as_kind(["a", "b"]), as_kind([-1, 0])).heads == (-1, 0)
    made = Treebank("toy", as_kind(list(TOY.classes)), {split: as_kind(list(t)) for split, t in TOY.splits.items()})
    assert made == TOY
    assert treenn.Plan.of("reviews", as_kind(["lstm"]), vectors=as_kind([Path("a")])).vectors == ("a",)


def test_arrays_of_numbers_make_trees() -> None:
    made = Tree(np.array(["not", "bad"]), np.array([[0, 1]]), np.array([2, 1, 3]))  # type: ignore[arg-type]
    assert made == TREE
    assert {type(number) for row in made.merges for number in row} | set(map(type, made.labels)) == {int}
    assert hash(Tree(["a", "b"], [[0, 1]])) == hash(Tree(("a", "b"), ((0, 1),)))  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [str, Path])
def test_folders_are_named_by_text_or_path(make: Callable[[Path], Any], tmp_path: Path) -> None:
    run = train(TOY, TINY, out=make(tmp_path / "model"))
    model = treenn.load_model(make(tmp_path / "model"))
    settings, classes = model.settings, model.classes
    assert (settings, classes) == (run.settings, TOY.classes)
    assert isinstance(model, Network)


@pytest.mark.parametrize("make", [str, Path])
def test_models_and_parsers_are_saved_under_either(make: Callable[[Path], Any], tmp_path: Path) -> None:
    save_model(make(tmp_path / "model"), MODEL)
    assert treenn.load_sentiment(make(tmp_path / "model"), "left").classes == MODEL.classes
    (tmp_path / "trees.txt").write_text("(S (NP dogs) (VP bark))\n")
    grammar = pcfg.train(
        ParsingTreebank("mine", dict.fromkeys(("train", "dev"), read_nary(make(tmp_path / "trees.txt"))))
    )
    inner = recursive.RecursiveSettings(size=4, hidden=4, word_size=3, context_size=4)
    parsers = [
        grammar[0],
        recursive.RecursiveNetworkParser(build_recursive(inner, Vocabulary(["dogs"])), inner),
        chart.ChartParser(
            [SpanNetwork(torch.ones(2, 3), torch.zeros(2), Inventory(), CHART)], Vocabulary(["dogs"]), labels=False
        ),
    ]
    for parser in parsers:
        folder = make(tmp_path / type(parser).__name__)
        parser.save(folder)
        saved = type(parser).load(folder)
        assert saved.parse(["dogs", "bark"]) == treenn.load_parser(folder).parse(["dogs", "bark"])


@pytest.mark.parametrize("make", [str, Path])
def test_files_are_named_by_text_or_path(make: Callable[[Path], Any], tmp_path: Path) -> None:
    conllu = "1\ta\t_\t_\t_\t_\t0\troot\t_\t_\n"
    texts = {"a.txt": "(3 a)\n", "a.conllu": conllu, "v.txt": "a 1 2\n", "space.toml": "dropout = [0.5]\n"}
    for name, text in (texts | {"s.toks": "a\n", "s.parents": "0\n", "s.rels": "root\n", "s.cparents": "0\n"}).items():
        (tmp_path / name).write_text(text)
    assert treenn.read_trees(make(tmp_path / "a.txt"))[0].words == ("a",)
    assert treenn.read_conllu(make(tmp_path / "a.conllu"))[0].words == ("a",)
    assert read_sick_dependencies(make(tmp_path / "s"))[0].words == ("a",)
    assert read_sick_constituents(make(tmp_path / "s"))[0].words == ("a",)
    assert treenn.read_vectors(make(tmp_path / "v.txt"), ["a"]).size == 2
    assert read_space(make(tmp_path / "space.toml")).settings
    write_trees(make(tmp_path / "new" / "b.txt"), [TREE])
    assert treenn.read_trees(make(tmp_path / "new" / "b.txt"), classes=5) == [TREE]


def test_a_treebank_is_trained_on_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    load_instead(monkeypatch, TOY)
    assert train("toy", TINY).results.treebank == "toy"


def test_an_unnamed_treebank_can_be_compared_on(tmp_path: Path) -> None:
    mine = replace(TOY, name="reviews")  # whose name is that of another one
    plan = treenn.Plan.of(mine, ["lstm", "average"], seeds=1, settings=TINY)
    results = treenn.compare(plan, str(tmp_path / "comparison"))
    task = results.tasks[0]
    assert [run.treebank for run in task.runs] == ["reviews", "reviews"]
    assert task.treebank.sizes == {"train": 20, "dev": 5, "test": 5}
    assert all(answer.nodes is None for each in task.disagreements for answer in each.models.values())


def test_parts_of_a_network_must_fit_together() -> None:
    with pytest.raises(InputError, match="encoder has input_size 4: must be 2, as the vectors"):
        Network(Vocabulary(["a"]), torch.ones(2, 2), TreeEncoder(BinaryTreeLSTM(4, 3)), Head(3, 5), MODEL.task)
    with pytest.raises(InputError, match="head is 4 wide: must be 3, the encoder's output_size"):
        Network(Vocabulary(["a"]), torch.ones(2, 4), TreeEncoder(BinaryTreeLSTM(4, 3)), Head(4, 5), MODEL.task)
