"""`treenn play --export`: the playground as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from treenn.commands import options
from treenn.commands.output import check_target, percents, print_table, progress_bar, say
from treenn.trees import InputError
from treenn.trees.atomic_writing import open_atomic, write_text
from treenn.trees.file_kind import check_replaceable
from treenn.trees.json_values import dump_json

if TYPE_CHECKING:
    from treenn.sentiment.model import SentimentModel
    from treenn.web.page_record import PageRecord

_LARGE = 14.0  # MB


def export_page(
    out: Path,
    models: Sequence[str],
    parser: str | None,
    trust: Sequence[str],
    treebank: str | None,
    record: Path | None,
) -> None:
    """Write the static page, after validation of all options.

    Args:
        out: the file.
        models: the folder of the page's model, exactly one.
        parser: the parser's folder or name.
        trust: the argument of --trust-module, which must be empty.
        treebank: the treebank of --evaluate; None to evaluate nothing.
        record: the file of the results.
    """
    from treenn.sentiment.named_models import is_comparison
    from treenn.web.page_record import PAGE_SCHEMA
    from treenn.web.static_page import KIND

    if len(models) != 1:
        raise InputError(f"--model: the page of --export has one model, not {len(models)}")
    if is_comparison(models[0]):
        problem = "is a folder of `treenn compare`; must be that of one model, such as one of its runs"
        raise InputError(f"--model {models[0]}: {problem}")
    if trust:
        raise InputError("--trust-module: a page of --export computes no models of other packages")
    if record is not None and treebank is None:
        raise InputError("--record: needs --evaluate")
    for option, path, kind in (("--export", out, KIND), ("--record", record, f"JSON of {PAGE_SCHEMA.name}")):
        check_target(option, path)
        if path is not None:
            check_replaceable(path, kind)
    page, results = _made(models[0], parser, treebank)
    with open_atomic(out, kind=KIND) as file:
        file.write(page.encode())
    if results is not None:
        _print_results(results)
    if results is not None and record is not None:
        _write_record(results, record)
    size = len(page.encode()) / 1e6
    remedy = "; `treenn export --bits 8 --rank N` makes a model smaller" if size > _LARGE else ""
    say(f"written: {out}, {size:.1f} MB{remedy}")


def _made(name: str, parser: str | None, treebank: str | None) -> tuple[str, PageRecord | None]:
    """The page, and the record of its evaluation, if there was one."""
    from treenn.web.page_folders import parser_name, save_folders
    from treenn.web.page_record import fingerprint, shipped_record
    from treenn.web.static_page import build_page

    with TemporaryDirectory() as temporary:
        folders = Path(temporary)
        with progress_bar("page") as progress:
            progress(0, None, name)
            model = save_folders(name, parser, folders)
        source = fingerprint(name, parser_name(model, parser))
        results = None if treebank is None else _evaluated(name, source, model, folders, treebank)
        shipped = shipped_record()
        stated = shipped if results is None and shipped.fingerprint == source else results
        label = name if name == "sentiment" else Path(name).resolve().name
        return build_page(label, model, folders, "" if stated is None else stated.about), results


def _evaluated(name: str, source: str, model: SentimentModel, folders: Path, treebank: str) -> PageRecord:
    from treenn.experiment.evaluation_data import evaluation_data
    from treenn.experiment.matching_classes import with_classes_of
    from treenn.experiment.trained_model import open_model
    from treenn.web.page_agreement import find_node, measure_agreement
    from treenn.web.page_record import COMPARED, SPLIT, PageRecord, measure_accuracy

    given = evaluation_data(open_model(name), treebank, split=SPLIT)
    if SPLIT not in given.splits:
        raise InputError(f"--evaluate {treebank}: must have a split {SPLIT}; it has {', '.join(given.splits)}")
    data: Any = with_classes_of(model.network, given, SPLIT, name)
    with progress_bar(f"{data.name} {SPLIT}") as progress:
        accuracy = measure_accuracy(model, data, progress)
        if find_node() is None:
            say("There is no Node.js: the page is not compared with Python.")
            return PageRecord(source, accuracy, None)
        texts = [" ".join(tree.words) for tree in data.splits[SPLIT][:COMPARED]]
        return PageRecord(source, accuracy, measure_agreement(model, folders, texts, progress))


def _print_results(results: PageRecord) -> None:
    accuracy, agreement = results.accuracy, results.agreement
    row = percents(vars(accuracy), "root", "root_binary", "f1")
    print_table([(f"{accuracy.sentences:,}", *row)], "sentences", "root", "root binary", "parser F1", title="percent")
    if agreement is not None:
        cells = (agreement.texts, agreement.equal_tokens, agreement.equal_trees, agreement.equal_probabilities)
        heads = ("sentences", "equal tokens", "equal trees", "equal probabilities")
        print_table([tuple(map(str, cells))], *heads, title="the page and Python")
        for difference in agreement.differences:
            say(difference)


def _write_record(results: PageRecord, record: Path) -> None:
    from treenn.runtime.environment import environment
    from treenn.web.page_record import PAGE_SCHEMA, PageFile

    written = PAGE_SCHEMA.to_json(PageFile(options.command_line(), results, environment()))
    write_text(record, dump_json(written, indent=2) + "\n")
    say(f"results: {record}")
