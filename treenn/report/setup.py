"""The section with what was compared: supervision, matching, tuning and the models, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from treenn.analysis.statistics import reference
from treenn.report.document import Block, Record, Section, Table, Text, field_of
from treenn.report.formatting import NONE, listing

_SUPERVISION = {
    "nodes": "every phrase with a label: a tree network at each of its nodes, a sequence network over the words of each"
    " phrase",
    "roots": "the labels of whole sentences alone",
    "spans": "the sentence and four of its labelled phrases, drawn anew each epoch",
    "published": "as Tai et al. (2015) trained: networks that read trees at every labelled node, those that read"
    " sequences on the sentence and four of its labelled phrases, drawn anew each epoch",
}


_CONTROLS = {"majority": "nothing", "naive-bayes": "words and pairs of words"}
_TREES = {"gold": "the treebank as it is", "brackets": "words with the brackets of the treebank's trees among them"}


def setting(section: Mapping[str, Any]) -> Section:
    """What all models have in common, and what each has of its own."""
    blocks: list[Block] = [Text(f"{_supervision(section)} {_matching(section)} {_tuning(section)}")]
    if "models" in section:
        blocks.append(_models(section))
    if section["missing"]:
        runs = listing([f"{each['model']} with seed {each['seed']}" for each in section["missing"]])
        blocks.append(Text(f"Planned, and not there (yet): {runs}."))
    return Section("What was compared", blocks)


def _supervision(section: Mapping[str, Any]) -> str:
    if all("nodes" not in gold for gold in section["gold"].values()):
        return "Supervision: one label or score for each pair."
    return f"Supervision: {_SUPERVISION[section['supervision']]}."


def _matching(section: Mapping[str, Any]) -> str:
    first = reference(section)
    if section["match"] == "parameters":
        return f"Matched by parameters: every other network has about as many as {first}, word vectors aside."
    if section["match"] == "time":
        return f"Matched by training time: every other network has as many epochs as fit into what {first} took."
    return "Not matched: neither by parameters nor by time."


def _tuning(section: Mapping[str, Any]) -> str:
    there = [each for each in section.get("models", ()) if each["name"] in section["summary"]]
    trials = {each["name"]: each.get("trials") for each in there}
    tuned = {name: found for name, found in trials.items() if found}
    if not tuned:
        return "No model's settings are from a logged search."
    numbers = {found["number"] for found in tuned.values()}
    said = listing([f"{name} {found['number']} ({found['file']})" for name, found in tuned.items()])
    untuned = [name for name in trials if name not in tuned]
    rest = f" No logged search: {listing(untuned)}." if untuned else ""
    many = "As many" if len(numbers) == 1 else "Not equally many"
    return f"{many} tuning trials for each of these, logged: {said}.{_elsewhere(section, tuned.values())}{rest}"


def _elsewhere(section: Mapping[str, Any], logs: Iterable[Mapping[str, Any]]) -> str:
    """Under what other supervision the trials were, if they were; empty where the log's is not recorded."""
    others = dict.fromkeys(found["supervision"] for found in logs if found.get("supervision"))
    others.pop(section["supervision"], None)
    return f" The trials were under supervision {listing(list(others))}." if others else ""


def _models(section: Mapping[str, Any]) -> Table:
    return Table(
        name=f"{section['slug']}/models",
        caption="The models",
        columns={
            "Name": field_of("name"),
            "Network or control": field_of("model"),
            "Reads": _reads,
            "Its own settings": field_of("settings"),
        },
        records=[_record(each) for each in section["models"] if each["name"] in section["summary"]],
        left=4,
    )


def _record(model: Mapping[str, Any]) -> Record:
    settings = ", ".join(f"{name} = {value}" for name, value in (model.get("settings") or {}).items())
    return {name: model[name] for name in ("name", "model", "trees", "shuffle")} | {"settings": settings or NONE}


def _reads(record: Record) -> str:
    """What a model is given of a sentence."""
    if record["model"] in _CONTROLS:
        return _CONTROLS[record["model"]]
    trees = _TREES.get(record["trees"], f"{record['trees']} trees")
    return f"{trees}, with the words in random order" if record["shuffle"] else trees
