"""Every figure of README and guide (comparison, parsers, speed, tokenizer) equals its record in treebanks/results."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {
    path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "treenn/guide").glob("*.md"))
}
README = PAGES["README"]
RESULTS = ROOT / "treebanks" / "results"


def read(name):
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def row(start):
    """The only table row with this start."""
    [found] = [line for page in PAGES.values() for line in page.splitlines() if line.startswith(f"| {start}")]
    return found


def spread(summary, scale=100, digits=1):
    std = "" if summary["std"] is None else f" ± {scale * summary['std']:.{digits}f}"
    return f"{scale * summary['mean']:.{digits}f}{std}"


def task(name, supervision):
    [found] = [each for each in read(name)["tasks"] if each["supervision"] == supervision]
    return found


SHAPES = {f"tree-lstm, {name}": name.removesuffix("-branching").removesuffix(" trees") for name in (
    "left-branching", "right-branching", "balanced", "random trees"
)}  # fmt: skip
NETWORKS = {"tree-lstm": "Tree-LSTM", "lstm": "LSTM", "bilstm": "BiLSTM"}
LOGIC = {
    "recursive-tanh": "plain cell",
    "recursive-tanh, balanced": "balanced",
    "lstm, with brackets": "LSTM that reads the brackets",
}
ROWS = [
    ("ListOps, trained on", "listops/listops", "roots", "test", "root", NETWORKS),
    ("the same, 900 to 1000", "listops/listops", "roots", "900-1000", "root", NETWORKS),
    ("propositional logic", "logic/logic", "roots", "6-operators", "root", LOGIC | {"lstm": "that does not"}),
    ("the same, 12 operators", "logic/logic", "roots", "12-operators", "root", LOGIC | {"lstm": "that does not"}),
]


@pytest.mark.parametrize(("start", "record", "supervision", "split", "metric", "models"), ROWS)
def test_a_rows_figures_are_the_records(start, record, supervision, split, metric, models):
    summary, line = task(record, supervision)["summary"], row(start)
    assert all(
        f"{title} {spread(summary[name][split][metric])}" in line for name, title in models.items() if name in summary
    )
    others = [name for name in summary if name.startswith(("tree-lstm, balanced", "tree-lstm, random"))]
    assert all(f"{SHAPES[name]} {spread(summary[name][split][metric])}" in line for name in others)


def matched(line):
    return line.split("|")[-2].strip()


def within_2_percent(parameters):
    """Whether all numbers of parameters are within 2 % of the first one, the tree's."""
    return all(abs(number - parameters[0]) <= 0.02 * parameters[0] for number in parameters)


@pytest.mark.parametrize(("start", "record", "supervision"), [each[:3] for each in ROWS])
def test_what_is_called_matched_is(start, record, supervision):
    found, marks = task(record, supervision), matched(row(start))
    used = [
        run for run in found["runs"] if run["model"].partition(",")[0] in ("tree-lstm", "recursive-tanh", *NETWORKS)
    ]
    assert "P" in marks and within_2_percent([run["parameters"] for run in used])
    assert ("L" in marks) == (supervision != "published")
    trials = {each["name"]: each.get("trials") for each in read(record)["models"]}
    logged = [(trials[name] or {}).get("number") for name in NETWORKS if name in trials]
    assert ("T" in marks) == (None not in logged and len(set(logged)) == 1)
    seeds = {sum(run["model"] == name for run in used) for name in dict.fromkeys(run["model"] for run in used)}
    assert {int(number) for number in re.findall(r"\d+", marks)} == seeds


@pytest.mark.parametrize(
    ("start", "record"),
    [
        ("chart parser", "chart"),
        ("recursive-network parser", "recursive-sst"),
        ("spaCy's", "spacy"),
        ("PCFG of", "pcfg-questionbank"),
        ("balanced |", "balanced"),
        ("right-branching |", "right"),
    ],
)
def test_parsers_have_the_records_figures(start, record):
    found, cells = read(f"sst/parsers/{record}"), [cell.strip() for cell in row(start).split("|")[1:-1]]
    f1 = [f"{100 * found[name]['f1']:.1f}" for name in ("with_punctuation", "without_punctuation")]
    assert cells[1:3] == f1
    if cells[3]:
        assert cells[3] == f"{found['sentences'] / found['processor_seconds']:.0f}"
    sentiment = found["sentiment"]["parser"]
    assert cells[4] == f"{100 * sentiment['root']:.1f} / {100 * sentiment['root_binary']:.1f}"


@pytest.mark.parametrize(
    ("start", "contender"),
    [
        ("treenn, binary Tree-LSTM", "treenn"),
        ("the same, products in bfloat16", "treenn bf16"),
        ("the same, by torch's operations", "treenn, torch's kernels"),
        ("the same, equal subtrees", "treenn no-share"),
        ("DyNet", "DyNet autobatch"),
        ("`torch.nn.LSTM`", "torch.nn.LSTM"),
        ("pytorch-tree-lstm", "pytorch-tree-lstm (child-sum)"),
    ],
)
def test_speeds_are_the_records(start, contender):
    [sitting] = read("bench/peers")["sittings"]
    cells = []
    for batch in (25, 256):
        ours, theirs = (sitting[f"{name}, batch {batch}"]["trees_per_second"] for name in ("treenn", contender))
        cells += [str(theirs), "" if contender == "treenn" else f"{ours / theirs:.2f} times"]
    assert [cell.strip() for cell in row(start).split("|")[2:-1]] == cells


def test_the_rest_of_the_bench_is_the_records():
    found = read("bench/sst-cpu")
    by_batch = {(each["contender"], each["batch"]): each for each in found["training"]}
    text = " ".join(PAGES["reproduce"].split())
    for peer in ("nn.LSTM", "nn.GRU"):
        small, large = (
            by_batch["tree-lstm", batch]["trees_per_second"] / by_batch[peer, batch]["trees_per_second"]
            for batch in (25, 256)
        )
        assert re.search(rf"`{re.escape(peer)}`.{{0,60}} {small:.2f} .{{0,40}}and {large:.2f} times", text)
    for name in ("products_by_torch", "products_by_treenn"):
        assert " and ".join(f"{100 * by_batch['tree-lstm', batch][name]:.0f} %" for batch in (25, 256)) in text
    small, large = (
        by_batch["tree-lstm", batch]["memory"] / by_batch["nn.LSTM", batch]["memory"] for batch in (25, 256)
    )
    assert f"{small:.2f} times `nn.LSTM`'s at batch 25 and {large:.2f} times at 256" in text
    assert f"computed once is {found['prediction'][0]['ratio']:.2f} times as fast" in text
    shares = [
        by_batch[name, 256]["trees_per_second"] / by_batch["tree-lstm", 256]["trees_per_second"]
        for name in ("lstm", "bilstm", "gru")
    ]
    lstm, bilstm, gru = (f"{100 * share:.0f} %" for share in shares)
    assert f"{lstm} (LSTM), {bilstm} (BiLSTM) and {gru} (GRU)" in text


def test_tokenization_agreement_matches_the_record() -> None:
    record = json.loads((RESULTS / "tokenizer/ewt-test.json").read_text(encoding="utf-8"))
    shown = [f"{100 * record[name]['f1']:.1f}" for name in ("tokens", "tokens_at_hyphens", "sentences")]
    kinds = record["kinds"]
    counts = [sum(kinds.values()), kinds["compound"], kinds["joined words"], kinds["signs"], kinds["other"]]
    section = PAGES["own-data"].split("On UD English")[1].split("\n## ")[0]
    assert re.findall(r"\d+\.\d", section) == shown
    for count in counts:
        assert re.search(rf"(?<![\d.]){count}(?![\d.])", section), count
