"""The results that this project reports: `results/TREEBANK/*.json` as tables in the treebank's card.

The JSON files are those that `treenn compare` writes, in a folder `parsers` those of `treenn parser evaluate --out`,
and in a folder `recipes` those of `treenn reproduce --results`.
`python -m treebanks.results sst` rewrites the card of SST; a test keeps card and files in step.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from treebanks.catalogue import card_path
from treebanks.disagreements import disagreement_text
from treebanks.metrics import applies
from treebanks.recipe_results import recipe_table
from treenn.trees import InputError
from treenn.trees.files import read_text, write_text
from treenn.trees.json_values import read_object

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"

_RESULTS = Path(__file__).parent / "results"
_METRICS = {
    "root": "root",
    "all_nodes": "all nodes",
    "root_binary": "root, binary",
    "inner_nodes": "inner nodes",
    "macro_f1": "macro-F1",
}
_OF_RELATEDNESS = {"pearson": "Pearson", "spearman": "Spearman", "mse": "MSE"}
_WITHOUT = ["F1 without punctuation", "sentence F1 without"]
_PARSER_HEADER = ["parser", "F1", "sentence F1", "exact", *_WITHOUT, "root", "root, binary", "sentences/s"]
_NONE = "None yet: `treenn compare` on this treebank has not been run for the record."


def update(name: str) -> Path:
    """Rewrite the results of a treebank's card, and return the card's path.

    Raises:
        InputError: where the card has no place for results, or a file is not a comparison.
    """
    path = card_path(name)
    write_text(path, with_results(read_text(path), section(name)))
    return path


def section(name: str, folder: Path = _RESULTS) -> str:
    """All results on a treebank as Markdown: one table a comparison, one of all parsers, one of all recipes."""
    tables = [
        table(task, f"treebanks/results/{name}/{path.name}")
        for path in sorted((folder / name).glob("*.json"))
        for task in _tasks(_read(path, "treenn.comparison", (1, 2)))
    ]
    parsers = sorted((folder / name / "parsers").glob("*.json"))
    evaluations = [_read(path, "treenn.parsing", (1,)) for path in parsers]
    if evaluations:
        tables.append(parser_table(evaluations, f"treebanks/results/{name}/parsers/"))
    records = [_read(path, "treenn.recipe", (1,)) for path in sorted((folder / name / "recipes").glob("*.json"))]
    if records:
        tables += _of_recipes(records, f"treebanks/results/{name}/recipes/")
    return "\n\n".join(tables) or _NONE


def with_results(card: str, results: str) -> str:
    """A card with these results between its two markers.

    >>> with_results(f"{BEGIN} old {END} source", "new")
    '<!-- results:begin -->\\nnew\\n<!-- results:end --> source'
    """
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"this card has no place for results: a line {BEGIN} and after it a line {END}")
    return f"{before}{BEGIN}\n{results}\n{END}{after}"


def _tasks(comparison: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tasks of a comparison, each with what all share; version 1 was one task."""
    return [{**comparison, **task} for task in comparison.get("tasks", [comparison])]


def table(comparison: Mapping[str, Any], source: str) -> str:
    """One task of a comparison: a row a model, the majority class below, and what made the numbers."""
    header = ["model", *_metrics(comparison).values(), "seeds", "parameters", "trees/s"]
    rows = [_row(comparison, model) for model in comparison["summary"]]
    environment = comparison["runs"][0]["environment"]
    return "\n".join(
        [
            f"Treebank `{comparison['treebank']['name']}`{_regime(comparison)}, {_split(comparison)} split; "
            f"{'percent, ' * bool(comparison['treebank']['classes'])}mean ± standard deviation over seeds.",
            "",
            *map(_line, [header, ["---"] * len(header), *rows, _majority(comparison)]),
            "",
            f"`{comparison['command']}`, {comparison['created'][:10]}, commit `{environment['commit']}`, "
            f"torch {environment['torch']}, {environment['threads']} thread(s) on {environment['device']}; "
            f"every number is in `{source}`.",
        ]
    )


def parser_table(evaluations: Sequence[Mapping[str, Any]], source: str) -> str:
    """Parsers on a treebank, the best last: a row a parser, with what a sentiment model makes of its trees."""
    ordered = sorted(evaluations, key=lambda each: float(each["with_punctuation"]["f1"]))
    split, environment = ordered[0]["split"], ordered[-1]["environment"]
    return "\n".join(
        [
            f"Parsers, {split} split: agreement with the treebank's own trees, percent, brackets over one word or the "
            "whole sentence left out; root, and root binary, of one Tree-LSTM over the parser's trees; sentences in a "
            "second of processor time.",
            "",
            *map(_line, [_PARSER_HEADER, ["---"] * len(_PARSER_HEADER), *map(_parser_row, ordered)]),
            "",
            f"`treenn parser evaluate`, {environment['threads']} thread(s); every command, number and version is in "
            f"`{source}`.",
        ]
    )


def _of_recipes(records: Sequence[Mapping[str, Any]], source: str) -> list[str]:
    """Published recipes and after them our own; and where our tree network and our best recurrent one differ."""
    ordered = sorted(records, key=lambda record: (record["name"].startswith("own"), record["name"]))
    found = {record["name"]: record for record in ordered}
    recurrent = [found[name] for name in ("own_lstm", "own_bilstm") if name in found]
    tables = [recipe_table(ordered, source)]
    if "own" in found and recurrent:
        best = max(recurrent, key=lambda record: record["summary"]["dev"]["root"]["mean"])
        tables.append(disagreement_text(found["own"], best))
    return tables


def _parser_row(evaluation: Mapping[str, Any]) -> list[str]:
    kept, removed = evaluation["with_punctuation"], evaluation["without_punctuation"]
    shares = [kept["f1"], kept["sentence_f1"], kept["exact"], removed["f1"], removed["sentence_f1"]]
    sentiment = evaluation.get("sentiment", {}).get("parser", {})
    shares += [sentiment.get("root"), sentiment.get("root_binary")]
    speed = f"{evaluation['sentences'] / evaluation['processor_seconds']:,.0f}"  # what else ran does not count
    return [evaluation["parser"], *("" if share is None else f"{100 * share:.2f}" for share in shares), speed]


def _read(path: Path, schema: str, versions: Sequence[int]) -> dict[str, Any]:
    results = read_object(path)
    kind = results.get("schema"), results.get("version")
    if kind not in [(schema, version) for version in versions]:
        wanted = " or ".join(map(str, versions))
        raise InputError(f"this is {kind[0]} version {kind[1]}, wanted is {schema} version {wanted}", source=path)
    return results


def _split(comparison: Mapping[str, Any]) -> str:
    """The test split, or where there are several the last one, which is the hardest."""
    measured = list(next(iter(comparison["summary"].values())))
    return "test" if "test" in measured else str(comparison["evaluated"][-1])


def _regime(comparison: Mapping[str, Any]) -> str:
    return f", supervision `{comparison['supervision']}`" if "supervision" in comparison else ""


def _row(comparison: Mapping[str, Any], model: str) -> list[str]:
    summary = comparison["summary"][model]
    runs = [run for run in comparison["runs"] if run["model"] == model]
    metrics = [_spread(summary[_split(comparison)].get(metric), metric) for metric in _metrics(comparison)]
    speed = f"{summary['trees_per_second']['mean']:,.0f}"
    return [model, *metrics, str(len(runs)), f"{runs[0]['parameters']:,}", speed]


def _majority(comparison: Mapping[str, Any]) -> list[str]:
    majority = comparison["runs"][0][_split(comparison)]["majority"]
    shown = [_spread({"mean": majority.get(metric), "std": None}, metric) for metric in _metrics(comparison)]
    return ["majority class" if comparison["treebank"]["classes"] else "the mean", *shown, "", "", ""]


def _metrics(comparison: Mapping[str, Any]) -> Mapping[str, str]:
    """The columns of a comparison's table: where there are no classes, what is said of numbers."""
    if not comparison["treebank"]["classes"]:
        return _OF_RELATEDNESS
    return {name: title for name, title in _METRICS.items() if applies(comparison, name)}


def _spread(numbers: Mapping[str, float | None] | None, metric: str) -> str:
    if numbers is None or (mean := numbers["mean"]) is None:
        return ""
    std, scale, digits = numbers["std"], *((1, 4) if metric in _OF_RELATEDNESS else (100, 1))
    return f"{scale * mean:.{digits}f}" + ("" if std is None else f" ± {scale * std:.{digits}f}")


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for treebank in sys.argv[1:]:
        print(update(treebank))
