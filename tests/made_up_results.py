"""Synthetic results of `treenn compare` with a given outcome, with or without the optional analyses."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from treenn.analysis.statistics import Difference, adjusted
from treenn.experiment.gather import compute_differences
from treenn.experiment.results import COMPARISON_SCHEMA, ComparisonResults, TaskResults
from treenn.experiment.run_record import RunResults, summarize_runs
from treenn.trees.json_records import from_json, to_json

Results = dict[str, Any]
METRICS = ("root", "all_nodes", "inner_nodes", "root_binary", "all_nodes_binary", "macro_f1", "macro_f1_all_nodes")


def make_results(
    skills: Mapping[str, float],
    *,
    seeds: int = 3,
    splits: tuple[str, ...] = ("dev", "test"),
    sentences: int = 400,
    classes: tuple[str, ...] = ("very negative", "negative", "neutral", "positive", "very positive"),
) -> Results:
    """Results of one task, of models that get about `skills[model]` of the sentences right."""
    rng = np.random.default_rng(7)
    gold = {split: _gold(rng, sentences, len(classes)) for split in splits}
    results: Results = {
        "schema": "treenn.comparison",
        "version": 2,
        "seeds": seeds,
        "models": [
            {"name": model, "model": model, "trees": "gold", "shuffle": False, "settings": {}, "trials": None}
            for model in skills
        ],
        "slug": "sst-nodes",
        "supervision": "nodes",
        "match": "parameters",
        "missing": [],
        "command": f"treenn compare --treebank sst --models {','.join(skills)} --seeds {seeds}",
        "created": "2026-11-21T21:00:00+00:00",
        "treebank": {
            "name": "sst",
            "classes": list(classes),
            "sizes": {"train": 8544} | dict.fromkeys(splits, sentences),
        },
        "settings": {"epochs": 10, "batch_size": 25, "learning_rate": 0.05, "vectors": ["glove.50d.txt"]},
        "vectors": [
            {"file": "glove.50d.txt", "size": 50, "words": 21_701, "words_missing": 1_234, "tokens": 227_242}
            | {"tokens_missing": 2_345}
        ],
        "evaluated": list(splits),
        "runs": [
            _run(rng, model, skill, seed, gold, len(classes))
            for model, skill in skills.items()
            for seed in range(seeds)
        ],
        "gold": gold,
    }
    return finish(results)


def plan_json(*tasks: Results) -> Results:
    """The results.json of several tasks, with joint correction of p values."""
    shared = ("schema", "version", "command", "created", "seeds", "models")
    differences = [from_json(Difference, each, "made up") for task in tasks for each in task["differences"]]
    corrected = map(to_json, adjusted(differences))
    entries = [
        {name: value for name, value in task.items() if name not in (*shared, "slug")}
        | {"differences": list(islice(corrected, len(task["differences"])))}
        for task in tasks
    ]
    return {name: tasks[0][name] for name in shared} | {"tasks": entries}


def plan_of(*tasks: Results) -> ComparisonResults:
    """The results of several tasks, with joint correction of p values."""
    return COMPARISON_SCHEMA.parse(plan_json(*tasks), "made up")


def task_results(task: Results) -> TaskResults:
    """The results of one task, without another correction."""
    head = {"command": "", "created": "", "seeds": 1, "models": task["models"], "tasks": [task]}
    return from_json(ComparisonResults, head, "made up").sections[0]


def finish(results: Results) -> Results:
    """Add the summary and the differences."""
    runs = [from_json(RunResults, run, "made up") for run in results["runs"]]
    summary = summarize_runs(runs, results["evaluated"])
    results["summary"] = {model: to_json(each) for model, each in summary.items()}
    results["differences"] = []
    results["differences"] = [to_json(each) for each in compute_differences(task_results(results))]
    return results


def _gold(rng: np.random.Generator, sentences: int, classes: int) -> dict[str, list[int]]:
    return {
        "root": rng.integers(0, classes, sentences).tolist(),
        "nodes": (2 * rng.integers(2, 25, sentences) - 1).tolist(),
    }


def _run(
    rng: np.random.Generator, model: str, skill: float, seed: int, gold: Mapping[str, Any], classes: int
) -> dict[str, Any]:
    predictions = {split: _predict(rng, skill, gold[split], classes) for split in gold}
    measured = {split: _measure(predictions[split], gold[split], classes) for split in gold}
    environment = {
        "treenn": "0.1.0",
        "commit": "abc1234",
        "python": "3.11.7",
        "torch": "2.13.0",
        "threads": 1,
        "device": "cpu",
    }
    return {
        "model": model,
        "seed": seed,
        "treebank": "sst",
        "parameters": 293_755 + len(model),
        "embedding_parameters": 2_500_000,
        "seconds": 90 + 5 * rng.random(),
        "trees_per_second": 900 + 50 * rng.random(),
        "best_epoch": int(rng.integers(4, 10)),
        "epochs": 10,
        "history": [_epoch(rng, epoch, measured["dev"]) for epoch in range(1, 11)],
        "environment": environment,
        "predictions": predictions,
        **measured,
    }


def _predict(rng: np.random.Generator, skill: float, gold: Mapping[str, Any], classes: int) -> dict[str, list[int]]:
    """Predictions that are right with probability `skill`, else off by one; hard sentences are shared by all models."""
    root, nodes = np.array(gold["root"]), np.array(gold["nodes"])
    hard = np.random.default_rng(11).random(len(root))  # shared by all models and seeds: what a paired test uses
    right = 0.7 * hard + 0.3 * rng.random(len(root)) < 0.15 + 0.7 * skill
    guess = np.where(right, root, (root + 1) % classes)
    return {
        "root": guess.tolist(),
        "root_binary": (guess > (classes - 1) / 2).astype(int).tolist(),
        "correct_nodes": rng.binomial(nodes, 0.5 + skill / 2).tolist(),
    }


def _measure(predictions: Mapping[str, Any], gold: Mapping[str, Any], classes: int) -> dict[str, Any]:
    root, middle = np.array(gold["root"]), (classes - 1) / 2
    right = float((np.array(predictions["root"]) == root).mean())
    sided = root != middle
    binary = float((np.array(predictions["root_binary"])[sided] == (root > middle)[sided]).mean())
    nodes = sum(predictions["correct_nodes"]) / sum(gold["nodes"])
    values = (right, nodes, nodes - 0.1, binary, nodes + 0.05, right - 0.02, nodes - 0.15)
    shares = {"root": 0.286, "all_nodes": 0.685, "inner_nodes": 0.503, "root_binary": 0.501, "all_nodes_binary": 0.568}
    return dict(zip(METRICS, values, strict=True)) | {"majority": shares}


def _epoch(rng: np.random.Generator, epoch: int, dev: Mapping[str, Any]) -> dict[str, Any]:
    """One epoch of the history, approaching the final dev metrics."""
    reached = 1 - 0.4 * np.exp(-epoch / 3) + 0.01 * rng.standard_normal()
    metrics = {name: dev[name] * float(reached) for name in METRICS}
    return {"epoch": epoch, "loss": 40.0 / epoch, "seconds": 9.0, "dev": metrics | {"majority": dev["majority"]}}


def enrich(results: Results) -> Results:
    """Add all optional analyses to the runs of a task."""
    rng = np.random.default_rng(3)
    for run in results["runs"]:
        run |= {"peak_memory_mb": 512.0, "prediction_trees_per_second": 4000.0 + rng.random(), "seconds_to_best": 50.0}
        run["settings"] = {"clip_norm": 5.0, "clip_value": None}
        for number, epoch in enumerate(run["history"]):
            epoch["gradient_norm"] = {"mean": 4.0 / (1 + number), "max": 20.0 / (1 + number)}
        splits = [split for split in results["evaluated"] if split != "dev"]
        run["slices"] = {split: _slices(rng) for split in splits}
        run["calibration"] = {split: _calibration(rng) for split in splits}
        run["minimal_pairs"] = _minimal_pairs(rng)
        run["reach"] = {when: _reach("steps" if run["model"] == "lstm" else "edges") for when in ("start", "end")}
    return results


def _slices(rng: np.random.Generator) -> dict[str, Any]:
    def count(total: int) -> dict[str, int]:
        return {"right": int(rng.integers(total // 3, total)), "total": total}

    lengths = [{"from": start, "to": end, **count(90)} for start, end in ((1, 9), (10, 19), (20, None))]
    names = [{"name": name, **count(120)} for name in ("negated", "not negated")]
    but = {"name": "strict", "rule": "(X (but Y))", **count(40), "right_side": 30}
    operators = [{"from": number, "to": number, **count(60)} for number in range(1, 5)]
    return {
        "length": {"unit": "sentences", "rule": "words of the sentence", "bins": lengths},
        "negation": {"unit": "sentences", "rule": "negated: one of the words is not", "bins": names},
        "but": {
            "unit": "sentences",
            "rule": "sentences X but Y",
            "bins": [but],
            "published": {"cases": 131, "shares": {"RNTN": 0.41, "MV-RNN": 0.37, "RNN": 0.36, "naive Bayes": 0.27}},
        },
        "operators": {"unit": "pairs", "rule": "operators of the longer formula", "bins": operators},
    }


def _calibration(rng: np.random.Generator) -> dict[str, Any]:
    curve = [
        {"from": low, "to": low + 0.2, "count": 10, "confidence": low + 0.1, "accuracy": float(rng.random())}
        for low in (0.2, 0.4, 0.6)
    ]
    measured = {"ece": 0.1, "ece_adaptive": 0.11, "nll": 1.2, "brier": 0.6, "curve": curve}
    return {"before": measured, "after": {**measured, "ece": 0.05}, "temperature": 1.3}


def _minimal_pairs(rng: np.random.Generator) -> dict[str, Any]:
    def measures(polarity: str) -> dict[str, Any]:
        changes = dict.fromkeys(("positive_change", "not_negative_change"), 0.1)
        published = {"pairs": 21, "shares": {"RNN": 0.333, "RNTN": 0.714}}
        sign = -1 if polarity == "positive" else 1
        return {"pairs": 100, "right": 70, "moved": 90, "reversed": 60, "published": published, **changes} | {
            "expected_change": sign * float(rng.random())
        }

    counts = {"rule": "Phrases of two parts.", "pairs": 200, "inserted": 150, "removed": 50}
    return {**counts, "positive": measures("positive"), "negative": measures("negative")}


def _reach(path: str) -> dict[str, Any]:
    def curve(factor: float) -> list[dict[str, Any]]:
        return [
            {"from": start, "to": start, "words": 100, "zero": 0, "mean": 0.1 * factor**start}
            | dict.fromkeys(("low", "median", "high"), 0.1)
            for start in range(12)
        ]

    return {"path": path, "sentences": 200, "words": 2400, "steps": curve(0.5), "edges": curve(0.7)}


def disagreement(models: tuple[str, str], line: int = 1, gold: int = 3, nodes: str | None = None) -> dict[str, Any]:
    """An entry of a task's `disagreements`."""
    answers = [{"probabilities": [0.1, 0.1, 0.1, 0.6, 0.1], "class": 3}]
    answers += [{"probabilities": [0.6, 0.1, 0.1, 0.1, 0.1], "class": 0}]
    if nodes is not None:
        answers = [{**answer, "nodes": nodes} for answer in answers]
    return {
        "split": "test",
        "line": line,
        "gold": gold,
        "distance": 0.5,
        "models": dict(zip(models, answers, strict=True)),
    }
