"""Results on treebank cards: `treebanks/results/TREEBANK/*.json` as tables in `treebanks/cards/TREEBANK.md`.

The JSON files are results of `treenn compare`, in a folder `parsers` those of `treenn parser evaluate --out`, and in a
folder `recipes` records of `treenn reproduce --results`. `python -m treenn.report.cards sst` rewrites the card of
SST; a test compares cards and files.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import treebanks
from treebanks.catalogue_entry import card_path
from treenn.evaluation.metrics import METRICS
from treenn.experiment.ledger_history import FILE, HISTORY_SCHEMA
from treenn.experiment.recipes.record import RECIPE_SCHEMA, RecipeRecord
from treenn.experiment.results import COMPARISON_SCHEMA, ComparisonResults, TaskResults
from treenn.parsers.evalb import Evaluation
from treenn.report.earlier_readings import earlier_readings
from treenn.report.formatting import constant_name, label_of, majority, shown_metrics
from treenn.report.markdown import table_lines
from treenn.report.recipe_disagreements import disagreement_text
from treenn.report.recipe_tables import recipe_table
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.files import read_text
from treenn.trees.json_records import Schema

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"

_RESULTS = Path(treebanks.__file__).parent / "results"
_OTHER_RECORDS = (FILE, "static-page.json")  # of test readings and of `treenn play --export`
_OMITTED = ("all_nodes_binary", "macro_f1_all_nodes")  # metrics without a column
_WITHOUT = ["F1 without punctuation", "sentence F1 without"]
_PARSER_HEADER = ["parser", "F1", "sentence F1", "exact", *_WITHOUT, "root", "root, binary", "sentences/s"]
_NONE = "None yet: `treenn compare` on this treebank has not been run for the record."


@dataclass(frozen=True)
class ParserSentiment:
    """Accuracy of one sentiment model over a parser's trees."""

    root: float | None = None
    root_binary: float | None = None


@dataclass(frozen=True)
class SentimentByTrees:
    """Accuracy of a sentiment model, by its folder, over the trees of a parser."""

    parser: ParserSentiment
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class ParserEvaluation(Evaluation):
    """The results of `treenn parser evaluate`, as far as cards have them."""

    parser: str
    split: str
    processor_seconds: float
    environment: Mapping[str, object]
    sentiment: SentimentByTrees | None = None


PARSING_SCHEMA = Schema("treenn.parsing", 1, ParserEvaluation, "evaluation of `treenn parser evaluate`")


def update(name: str) -> Path:
    """Rewrite the results of a treebank's card, and return the card's path.

    Raises:
        InputError: if the card lacks the markers, or a file is malformed.
    """
    path = card_path(name)
    write_text(path, with_results(read_text(path), section(name)))
    return path


def section(name: str, folder: Path = _RESULTS) -> str:
    """All results on a treebank as Markdown: a table for each task of a comparison, one of parsers, one of recipes."""
    results, place = folder / name, f"treebanks/results/{name}/"
    tables = []
    for path in sorted(results.glob("*.json")):
        if path.name not in _OTHER_RECORDS:
            comparison, source = COMPARISON_SCHEMA.read(path), place + path.name
            for task in comparison.sections:
                earlier = earlier_readings(results, [path], task.treebank.name, _split(task), source)
                tables += [table(comparison, task, source), earlier]
    if files := sorted((results / "parsers").glob("*.json")):
        evaluations, source = [PARSING_SCHEMA.read(path) for path in files], f"{place}parsers/"
        earlier = earlier_readings(results, files, name, evaluations[0].split, source)
        tables += [parser_table(evaluations, source), earlier]
    if files := sorted((results / "recipes").glob("*.json")):
        records, source = [RECIPE_SCHEMA.read(path) for path in files], f"{place}recipes/"
        earlier = earlier_readings(results, files, records[0].treebank.name, "test", source)
        tables += _of_recipes(records, source, earlier)
    if (history := results / FILE).exists():
        unknown = "\n".join(f"- {each}" for each in HISTORY_SCHEMA.read(history).unknown)
        tables.append(
            f"All readings of unseen splits in committed records are in `{place}{FILE}`. Unknown are:\n\n{unknown}"
        )
    return "\n\n".join(tables) or _NONE


def with_results(card: str, results: str) -> str:
    """A card with these results between its markers.

    >>> with_results(f"{BEGIN} old {END} source", "new")
    '<!-- results:begin -->\\nnew\\n<!-- results:end --> source'
    """
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"this card has no place for results: a line {BEGIN} and after it a line {END}")
    return f"{before}{BEGIN}\n{results}\n{END}{after}"


def table(results: ComparisonResults, task: TaskResults, source: str) -> str:
    """One task of a comparison: a row for each model, one for the majority class, and the provenance.

    Args:
        results: the comparison.
        task: the task, of `results.sections`.
        source: the path of the JSON file.
    """
    columns = [name for name in shown_metrics(task) if name not in _OMITTED]
    header = ["model", *(METRICS[name].title for name in columns), "seeds", "parameters", "trees/s"]
    split = _split(task)
    rows = [_row(task, model, split, columns) for model in task.summary]
    environment = task.runs[0].environment
    return "\n".join(
        [
            f"Treebank `{task.treebank.name}`, supervision `{task.supervision}`{_leaves(task)}, {split} split; "
            f"{'percent, ' * bool(task.treebank.classes)}mean ± standard deviation over seeds.",
            "",
            *table_lines(header, [*rows, _majority(task, split, columns)]),
            "",
            f"`{results.command}`, {results.created[:10]}, torch {environment['torch']}, {environment['threads']} "
            f"thread(s) on {environment['device']}; every number is in `{source}`.",
        ]
    )


def _split(task: TaskResults) -> str:
    """The split of a task's table; of several, the last is the hardest."""
    return "test" if "test" in task.evaluated else task.evaluated[-1]


def parser_table(evaluations: Sequence[ParserEvaluation], source: str) -> str:
    """Parsers on a treebank in ascending order: agreement, and accuracy of a sentiment model over their trees."""
    ordered = sorted(evaluations, key=lambda each: each.with_punctuation.f1)
    split, environment = ordered[0].split, ordered[-1].environment
    models = " and ".join(sorted({f"`{each.sentiment.model}`" for each in ordered if each.sentiment}))
    accuracy = (
        f"root and binary root accuracy of the sentiment model {models} over the parser's trees; " if models else ""
    )
    return "\n".join(
        [
            f"Parsers, {split} split: agreement with the treebank's trees in percent, without brackets over one word "
            f"or the whole sentence; {accuracy}sentences per second of processor time.",
            "",
            *table_lines(_PARSER_HEADER, map(_parser_row, ordered)),
            "",
            f"`treenn parser evaluate`, {environment['threads']} thread(s); every command, number and version is in "
            f"`{source}`.",
        ]
    )


def _of_recipes(records: Sequence[RecipeRecord], source: str, earlier: str) -> list[str]:
    """Published recipes, then our own; and the disagreements of our tree network and our best recurrent one."""
    ordered = sorted(records, key=lambda record: (record.name.startswith("own"), record.name))
    by_name = {record.name: record for record in ordered}
    recurrent = [by_name[name] for name in ("own_lstm", "own_bilstm") if name in by_name]
    tables = [recipe_table(ordered, source), earlier]
    if "own" in by_name and recurrent:
        tables.append(disagreement_text(by_name["own"], max(recurrent, key=_dev_accuracy)))
    return tables


def _dev_accuracy(record: RecipeRecord) -> float:
    spread = record.summary["dev"]["root"]
    return (spread and spread.mean) or 0.0


def _parser_row(evaluation: ParserEvaluation) -> list[str]:
    whole, bare = evaluation.with_punctuation, evaluation.without_punctuation
    sentiment = evaluation.sentiment.parser if evaluation.sentiment else ParserSentiment()
    shares = (
        whole.f1,
        whole.sentence_f1,
        whole.exact,
        bare.f1,
        bare.sentence_f1,
        sentiment.root,
        sentiment.root_binary,
    )
    speed = f"{evaluation.sentences / evaluation.processor_seconds:,.0f}"  # independent of other processes
    return [evaluation.parser, *("" if share is None else f"{100 * share:.2f}" for share in shares), speed]


def _row(task: TaskResults, model: str, split: str, columns: Sequence[str]) -> list[str]:
    summary, runs = task.summary[model], task.runs_by_model[model]
    metrics = [METRICS[name].spread(task.spread(model, split, name)) for name in columns]
    label = label_of(task, "model")({"model": model})
    return [label, *metrics, str(len(runs)), f"{runs[0].parameters:,}", f"{summary.trees_per_second.mean:,.0f}"]


def _leaves(task: TaskResults) -> str:
    encoder = task.settings.get("contextual")
    return f", words in context of `{encoder}`" if encoder else ""


def _majority(task: TaskResults, split: str, columns: Sequence[str]) -> list[str]:
    values = [METRICS[name].value(majority(task, split, name)) for name in columns]
    return [constant_name(task), *values, "", "", ""]


if __name__ == "__main__":
    for treebank in sys.argv[1:]:
        print(update(treebank))
