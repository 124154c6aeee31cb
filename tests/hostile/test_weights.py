"""Invalid weights, sizes and vocabularies in untrusted folders: refused in one line, before large allocations."""

import json
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hostile_folders import SETTINGS, TOY, VOCABULARY, edit, make_model, overflowing
from killing import Killed, kill_after
from safetensors.torch import load_file, save_file
from torch import Tensor

from treenn.evaluation.predictions import predict
from treenn.models.building import build
from treenn.models.network import NonFiniteError
from treenn.models.saving import load_model, save_model
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart import ChartParser, ChartSettings
from treenn.parsers.chart.examples import Inventory
from treenn.parsers.chart.span_scorer import SpanNetwork
from treenn.parsers.loading import load_parser
from treenn.parsers.pcfg import PCFGParser, PCFGSettings
from treenn.parsers.pcfg.induction import induced
from treenn.parsers.recursive import RecursiveNetworkParser, RecursiveSettings
from treenn.parsers.recursive.merge_scorer import build as build_recursive
from treenn.runtime.quantization import WeightFormat
from treenn.sentiment.model import SentimentModel
from treenn.training import train
from treenn.training.checkpoint import load_checkpoint
from treenn.trees import InputError, parse_nary

CHART = ChartSettings(size=4, layers=1, affix_size=3, word_size=3, span_size=4, split_size=2)
RECURSIVE = RecursiveSettings(size=6, hidden=5, word_size=4, context_size=6)


@pytest.fixture(autouse=True)
def little_memory() -> Iterator[None]:
    """Limit the address space, so that an array of gigabytes fails."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**31, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def make_chart_parser(folder: Path) -> Path:
    vocabulary = Vocabulary(["good", "film"])
    network = SpanNetwork(torch.randn(3, 3), torch.zeros(3), Inventory(), CHART)
    ChartParser([network], vocabulary, labels=False).save(folder)
    return folder


def make_recursive_parser(folder: Path) -> Path:
    RecursiveNetworkParser(build_recursive(RECURSIVE, Vocabulary(["good", "film"])), RECURSIVE).save(folder)
    return folder


def make_grammar(folder: Path) -> Path:
    settings = PCFGSettings()
    trees = parse_nary("(S (NP (NN food)) (VP (VBZ eats) (NP (DT the) (JJ old) (NN dog))) (. .))")
    PCFGParser(induced(trees, settings), settings).save(folder)
    return folder


def make_pair_model(folder: Path) -> Path:
    save_model(folder, build(SETTINGS, make_task("pairs", ["a", "b", "c"]), VOCABULARY))
    return folder


def make_small_model(folder: Path) -> Path:
    network = build(SETTINGS, make_task("nodes", TOY.classes), VOCABULARY)
    save_model(folder, network, weight_format=WeightFormat(8, 2))
    return folder


KINDS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], Any], str]] = {
    "model": (make_model, load_model, "encoder.cell.U"),
    "embedding": (make_model, load_model, "embedding.weight"),
    "head": (make_model, load_model, "head.linear.bias"),
    "pairs": (make_pair_model, load_model, "embedding.weight"),
    "chart, vector": (make_chart_parser, load_parser, "0.norm.weight"),
    "chart, scale": (make_chart_parser, load_parser, "0.words.weight.scale"),
    "8 bits": (make_small_model, load_model, "head.linear.weight.scale"),
    "codes": (make_small_model, load_model, "embedding.weight.codes.scale"),
    "basis": (make_small_model, load_model, "embedding.weight.basis"),
    "recursive": (make_recursive_parser, load_parser, "embedding.weight"),
}
"""How to make a folder, how to read it, and a tensor in it."""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[Callable[[Path], Path], Callable[[Path], Any], str]:
    return KINDS[request.param]


def rewrite(folder: Path, change: Callable[[dict[str, Tensor]], object]) -> None:
    weights = {name: tensor.clone() for name, tensor in load_file(folder / "model.safetensors").items()}
    change(weights)
    save_file(weights, folder / "model.safetensors")


FILES = ("/config.json:", "/vocabulary.json:", "/model.safetensors:")


def refused(load: Callable[[Path], Any], folder: Path) -> str:
    with pytest.raises(InputError) as error:
        load(folder)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(str(folder))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_weights_must_be_finite(kind: Any, number: float, tmp_path: Path) -> None:
    make, load, name = kind
    folder = make(tmp_path / "folder")
    load(folder)
    rewrite(folder, lambda weights: weights[name].view(-1)[-1:].fill_(number))
    assert refused(load, folder).startswith(f"/model.safetensors: {name} has a NaN or infinite number")


def test_all_weights_nan(kind: Any, tmp_path: Path) -> None:
    make, load, _ = kind
    folder = make(tmp_path / "folder")
    rewrite(folder, lambda weights: [w.fill_(float("nan")) for w in weights.values() if w.is_floating_point()])
    assert "has a NaN or infinite number" in refused(load, folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda weights, name: weights.pop(name), "{} is missing; these are the weights of another network"),
        (lambda weights, name: weights.update(more=torch.zeros(2)), "'more' is not expected; "),
        (lambda weights, name: weights.update({name: weights[name][:1, ...].clone()[..., :1]}), "{} has the shape "),
        (lambda weights, name: weights.update({name: weights[name].unsqueeze(0)}), "{} has the shape 1 x "),
        (lambda weights, name: weights.update({name: torch.ones_like(weights[name], dtype=torch.int64)}), "{} is of"),
        (lambda weights, name: weights.update({name: torch.ones_like(weights[name], dtype=torch.bool)}), "{} is of"),
        (lambda weights, name: weights.update({name: weights[name].to(torch.complex64)}), "{} is of dtype"),
    ],
)
def test_weights_of_another_network(kind: Any, change: Any, message: str, tmp_path: Path) -> None:
    make, load, name = kind
    folder = make(tmp_path / "folder")
    rewrite(folder, lambda weights: change(weights, name))
    said = refused(load, folder)
    assert said.startswith("/model.safetensors: ")
    assert message.format(name) in said


def test_no_weights_at_all(kind: Any, tmp_path: Path) -> None:
    make, load, _ = kind
    folder = make(tmp_path / "folder")
    rewrite(folder, lambda weights: weights.clear())
    assert " is missing; " in (said := refused(load, folder)) or "more than model.safetensors has weights for" in said


@pytest.mark.parametrize("content", [b"", b"\0" * 8, b"\xff" * 8, b"\xff" * 100, b"{}", None])
def test_files_that_are_cut_or_something_else(kind: Any, content: bytes | None, tmp_path: Path) -> None:
    make, load, _ = kind
    folder = make(tmp_path / "folder")
    whole = (folder / "model.safetensors").read_bytes()
    for some in [whole[:-1], whole[: len(whole) // 2], whole[:20]] if content is None else [content]:
        (folder / "model.safetensors").write_bytes(some)
        assert refused(load, folder).startswith("/model.safetensors: these weights cannot be read: ")


def test_no_file_of_weights_or_a_pipe(kind: Any, tmp_path: Path) -> None:
    make, load, _ = kind
    folder = make(tmp_path / "folder")
    (folder / "model.safetensors").unlink()
    assert refused(load, folder) == "/model.safetensors: there is no such weight file"
    os.mkfifo(folder / "model.safetensors")
    assert refused(load, folder) == "/model.safetensors: there is no such weight file"
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").mkdir()
    assert refused(load, folder) == "/model.safetensors: there is no such weight file"


@pytest.mark.parametrize("size", [7, 10**5, 10**9, 10**15, 10**19, 10**30])
@pytest.mark.parametrize("model", ["tree-lstm", "lstm", "rntn", "mv-rnn", "transformer", "bilstm-attention", "cnn"])
def test_sizes_are_compared_with_the_weights_first(model: str, size: int, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "folder")
    settings = json.loads((folder / "config.json").read_text())["settings"]
    edit(folder / "config.json", settings=settings | {"size": size, "model": model})
    assert refused(load_model, folder).startswith(FILES)
    edit(folder / "config.json", settings=settings, word_size=size)
    assert refused(load_model, folder).startswith(FILES)


@pytest.mark.parametrize("setting", ["size", "layers", "affix_size", "span_size", "split_size", "word_size"])
@pytest.mark.parametrize("size", [7, 10**9, 10**15, 10**30])
def test_sizes_of_a_chart_parser_are_compared_first(setting: str, size: int, tmp_path: Path) -> None:
    folder = make_chart_parser(tmp_path / "folder")
    network = json.loads((folder / "config.json").read_text())["networks"][0]
    changed = {"word_size": size} if setting == "word_size" else {"settings": network["settings"] | {setting: size}}
    edit(folder / "config.json", networks=[network | changed])
    assert refused(load_parser, folder).startswith(FILES)


def test_chart_parser_with_wrong_network_count_is_refused(tmp_path: Path) -> None:
    folder = make_chart_parser(tmp_path / "folder")
    network = json.loads((folder / "config.json").read_text())["networks"][0]
    edit(folder / "config.json", networks=[network] * 10**3)
    assert "1.outside is missing" in refused(load_parser, folder)
    edit(folder / "config.json", networks=[])
    assert "networks is empty" in refused(load_parser, folder)


@pytest.mark.parametrize("setting", ["size", "hidden", "context_size", "context_layers", "word_size"])
@pytest.mark.parametrize("size", [8, 10**9, 10**15, 10**30])
def test_sizes_of_a_recursive_parser_are_compared_first(setting: str, size: int, tmp_path: Path) -> None:
    folder = make_recursive_parser(tmp_path / "folder")
    settings = json.loads((folder / "config.json").read_text())["settings"]
    changed = {"word_size": size} if setting == "word_size" else {"settings": settings | {setting: size}}
    edit(folder / "config.json", **changed)
    assert refused(load_parser, folder).startswith(FILES)


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": "abcde"},
        {"classes": 5},
        {"classes": []},
        {"classes": None},
        {"classes": [1, 2, 3, 4, 5]},
        {"classes": ["a"] * 4},
        {"word_size": None},
        {"word_size": "4"},
        {"word_size": 4.0},
        {"word_size": True},
        {"word_size": 0},
        {"word_size": -1},
        {"settings": None},
        {"settings": []},
        {"settings": {"model": "no such"}},
        {"settings": {"contextual_layers": "x"}},
        {"format": None},
        {"format": "1"},
        {"task": 5},
        {"task": "trees"},
    ],
)
def test_a_config_of_something_else(changes: dict[str, Any], tmp_path: Path) -> None:
    folder = make_model(tmp_path / "folder")
    edit(folder / "config.json", **changes)
    assert refused(load_model, folder).startswith(FILES)


@pytest.mark.parametrize("content", ["[]", "5", "null", '"x"', "[1]", '[["a"]]', "{}", '{"a": 1}', '["a", "a"]', ""])
@pytest.mark.parametrize("name", ["config.json", "vocabulary.json"])
def test_json_of_something_else(kind: Any, name: str, content: str, tmp_path: Path) -> None:
    make, load, _ = kind
    folder = make(tmp_path / "folder")
    (folder / name).write_text(content)
    assert refused(load, folder).startswith(FILES)


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        '{"rules": [], "words": {}}',
        '{"rules": {}, "words": {}}',
        '{"rules": {"ROOT": [["A", "B", 1.0]]}, "words": {}}',
        '{"rules": {"ROOT": [["A", "B", NaN]]}, "words": {}}',
        '{"rules": {"ROOT": [["A", "B", 2.0]]}, "words": {}}',
        '{"rules": {"ROOT": [["A", "B", "C", 1.0]]}, "words": {}}',
        '{"rules": {"ROOT": 5}, "words": {}}',
        '{"rules": {"ROOT": [[1.0]]}, "words": {}}',
        '{"rules": {"ROOT": [["A", "1"]]}, "words": {}}',
        '{"rules": {"^": [["A", 1.0]]}, "words": {"A": {"a": 1.0}}}',
        '{"rules": {"^": [["^", 1.0]]}, "words": {"^": 5}}',
        '{"rules": {}, "words": {"^": {"a": 1.0}}}',
    ],
)
def test_a_grammar_of_something_else(content: str, tmp_path: Path) -> None:
    folder = make_grammar(tmp_path / "folder")
    assert load_parser(folder).parse(["food", "flies"]).words == ("food", "flies")
    (folder / "grammar.json").write_text(content)
    assert refused(load_parser, folder).startswith("/grammar.json: ")


def test_settings_of_a_grammar_of_something_else(tmp_path: Path) -> None:
    folder = make_grammar(tmp_path / "folder")
    for settings in (5, [], {"horizontal": "1"}, None):
        edit(folder / "config.json", settings=settings)
        assert refused(load_parser, folder).startswith("/config.json: ")


def test_finite_weights_that_give_no_finite_answer(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "folder")
    rewrite(folder, lambda weights: weights.update(overflowing(weights)))
    network = load_model(folder)
    classes = network.classes
    with pytest.raises(NonFiniteError, match="a probability of this model is NaN: its weights are too large"):
        predict(network, TOY.test)
    with pytest.raises(NonFiniteError):
        SentimentModel(network, classes, load_parser("left")).predict("not a good film")


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("number", [3e38, -3e38])
def test_a_recursive_parser_of_too_large_weights(width: int, number: float, tmp_path: Path) -> None:
    folder = make_recursive_parser(tmp_path / "folder")
    settings = json.loads((folder / "config.json").read_text())["settings"]
    edit(folder / "config.json", settings=settings | {"width": width})
    for part in ("scorer", "cell", "context"):
        make_recursive_parser(folder)
        rewrite(folder, lambda weights, part=part: [w.fill_(number) for n, w in weights.items() if part in n])
        assert has_tree_or_error(load_parser(folder))


@pytest.mark.parametrize("number", [6e4, -6e4])
def test_a_chart_parser_of_too_large_weights(number: float, tmp_path: Path) -> None:
    folder = make_chart_parser(tmp_path / "folder")
    rewrite(folder, lambda weights: [w.fill_(3e38) for n, w in weights.items() if n.endswith(".scale")])
    assert "has a NaN or infinite number" in refused(load_parser, folder)
    make_chart_parser(folder)

    def enlarge(weights: dict[str, Tensor]) -> None:
        for name, tensor in weights.items():
            if tensor.is_floating_point():
                tensor.fill_(1e36 if name.endswith(".scale") else number)

    rewrite(folder, enlarge)
    assert has_tree_or_error(load_parser(folder))


def has_tree_or_error(parser: Any) -> bool:
    """Saturated functions may still give a tree; NaN never does."""
    words = ("a", "good", "film", "a", "good", "film")
    try:
        return bool(parser.parse(words).words == words)
    except InputError as error:
        return "a score is NaN" in str(error)


@pytest.fixture
def unfinished(tmp_path: Path) -> Path:
    with pytest.raises(Killed):
        train(TOY, SETTINGS, out=tmp_path / "run", progress=kill_after(4))
    return tmp_path / "run"


@pytest.mark.parametrize("prefix", ["model.", "optimizer."])
def test_a_checkpoint_is_held_to_the_same(prefix: str, unfinished: Path) -> None:
    from safetensors import safe_open

    path = unfinished / "checkpoint.safetensors"
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    weights = load_file(path)
    name = next(name for name, tensor in weights.items() if name.startswith(prefix) and tensor.dim() > 1)
    save_file(weights | {name: torch.full_like(weights[name], np.nan)}, path, metadata=metadata)
    if prefix == "model.":
        with pytest.raises(InputError, match=r"checkpoint\.safetensors: \S+ has a NaN or infinite number"):
            train(TOY, SETTINGS, out=unfinished, resume=True)
    save_file(weights | {name: torch.zeros(3, 1)}, path, metadata=metadata)
    with pytest.raises(InputError, match=r"checkpoint\.safetensors: this checkpoint cannot be read: ") as error:
        train(TOY, SETTINGS, out=unfinished, resume=True)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("progress", ["", "[", "[]", "5", "{}", '{"history": []}', "[" * 100_000])
def test_the_progress_in_a_checkpoint(progress: str, unfinished: Path) -> None:
    path = unfinished / "checkpoint.safetensors"
    save_file(load_file(path), path, metadata={"progress": progress, "numbers": "{}"})
    with pytest.raises(InputError, match=r"checkpoint\.safetensors: (this|the key) "):
        train(TOY, SETTINGS, out=unfinished, resume=True)


def test_a_checkpoint_without_metadata_or_a_pipe(unfinished: Path) -> None:
    path = unfinished / "checkpoint.safetensors"
    save_file(load_file(path), path)
    with pytest.raises(InputError, match=r"checkpoint\.safetensors: this checkpoint cannot be read: "):
        train(TOY, SETTINGS, out=unfinished, resume=True)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(InputError, match=r"this checkpoint cannot be read: it is no file"):
        load_checkpoint(path, build(SETTINGS, 5, VOCABULARY), [])


@pytest.mark.parametrize("content", [b"", b"x" * 100, None])
def test_resume_refuses_broken_best_epoch_weights(content: bytes | None, unfinished: Path) -> None:
    if content is None:
        rewrite(unfinished, lambda weights: weights["embedding.weight"].fill_(float("nan")))
    else:
        (unfinished / "model.safetensors").write_bytes(content)
    with pytest.raises(InputError, match=r"model\.safetensors: (these weights cannot|embedding\.weight has a NaN)"):
        train(TOY, SETTINGS, out=unfinished, resume=True)


def test_half_and_double_precision_are_read(tmp_path: Path) -> None:
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        folder = make_model(tmp_path / str(dtype))

        def convert(weights: dict[str, Tensor], dtype: torch.dtype = dtype) -> None:
            weights |= {name: tensor.to(dtype) for name, tensor in weights.items()}

        rewrite(folder, convert)
        assert all(each.dtype == torch.float32 for each in load_model(folder).parameters())
    rewrite(folder, lambda weights: weights["embedding.weight"].fill_(1e300))
    assert "embedding.weight has a NaN or infinite number" in refused(load_model, folder)


def test_weights_beyond_half_precision_are_not_exported(tmp_path: Path) -> None:
    network = build(SETTINGS, 5, VOCABULARY)
    with torch.no_grad():
        network.head.linear.bias[1] = 1e5
    save_model(tmp_path / "whole", network)
    with pytest.raises(InputError, match=r"head\.linear\.bias has a NaN or infinite number \(in float16\)"):
        save_model(tmp_path / "half", network, half=True)
    assert not (tmp_path / "half/model.safetensors").exists()


def test_a_pipe_in_place_of_json(kind: Any, tmp_path: Path) -> None:
    make, load, _ = kind
    for name in ("config.json", "vocabulary.json"):
        folder = make(tmp_path / name)
        (folder / name).unlink()
        os.mkfifo(folder / name)
        assert refused(load, folder) == f"/{name}: cannot read this file: it is a pipe or a device, not a regular file"


def test_a_grammar_needs_its_unknown_word(tmp_path: Path) -> None:
    folder = make_grammar(tmp_path / "folder")
    rules = {"^": [["S", 1.0]], "S": [["A", "A", 1.0]]}
    edit(folder / "grammar.json", rules=rules, words={"A": {"a": 0.5, "b": 0.5}})
    assert refused(load_parser, folder).startswith("/grammar.json: at least one tag must have the word '<unknown>'")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"head.linear.weight.scale": -torch.ones(5, 1)}, "head.linear.weight.scale has a negative number"),
        ({"head.linear.weight.scale": torch.ones(5)}, "head.linear.weight.scale has the shape 5; must be 5 x 1"),
        ({"head.linear.weight": torch.ones(5, 6)}, "head.linear.weight is of dtype torch.float32; must be torch.int8"),
        ({"head.linear.bias.scale": torch.ones(1)}, "head.linear.bias is of dtype torch.float16; must be torch.int8"),
        ({"embedding.weight.basis": torch.ones(3, 4)}, "basis has the shape 3 x 4, and embedding.weight.codes {} x 2"),
        ({"embedding.weight.basis": torch.ones(2, 129)}, "embedding.weight.codes has the rank 2: must be 3 or more"),
        ({"embedding.weight.basis": torch.ones(2, 5)}, "embedding.weight has the shape {} x 5; config.json"),
        ({"embedding.weight.basis.scale": torch.ones(2, 1)}, "embedding.weight.basis is of dtype torch.float16"),
        ({"embedding.weight.codes": torch.ones(7)}, "and embedding.weight.codes 7; must be rank x width"),
        ({"encoder.cell.U.codes": torch.ones(7, 1)}, "'encoder.cell.U.codes' is not expected"),
    ],
)
def test_parts_of_small_weights_that_do_not_fit(changes: dict[str, Tensor], message: str, tmp_path: Path) -> None:
    folder = make_small_model(tmp_path / "folder")
    load_model(folder)
    rewrite(folder, lambda weights: weights.update(changes))
    assert message.format(len(VOCABULARY)) in refused(load_model, folder)
