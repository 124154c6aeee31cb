"""Every figure of README and guide (comparison, parsers, speed, tokenizer) equals its record in treebanks/results."""

import json
import re
from pathlib import Path
from statistics import mean, stdev

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


def test_bfloat16_has_the_accuracy_of_the_record():
    runs, text = read("bench/bf16-sst-dev")["runs"], " ".join(PAGES["reproduce"].split())
    shown = {}
    for precision in ("bf16", "float32"):
        for metric in ("root", "all_nodes"):
            values = [100 * run["dev"][metric] for run in runs if run["precision"] == precision]
            assert len(values) == 5
            shown[precision, metric] = f"{mean(values):.1f} ± {stdev(values):.1f} %"
    assert f"whole sentences {shown['bf16', 'root']} with them, {shown['float32', 'root']} without" in text
    assert shown["bf16", "all_nodes"] == shown["float32", "all_nodes"]
    assert f"all nodes {shown['bf16', 'all_nodes']} both" in text


def test_tokenization_agreement_matches_the_record() -> None:
    record = json.loads((RESULTS / "tokenizer/ewt-test.json").read_text(encoding="utf-8"))
    shown = [f"{100 * record[name]['f1']:.1f}" for name in ("tokens", "tokens_at_hyphens", "sentences")]
    kinds = record["kinds"]
    counts = [sum(kinds.values()), kinds["compound"], kinds["joined words"], kinds["signs"], kinds["other"]]
    section = PAGES["own-data"].split("On UD English")[1].split("\n## ")[0]
    assert re.findall(r"\d+\.\d", section) == shown
    for count in counts:
        assert re.search(rf"(?<![\d.]){count}(?![\d.])", section), count
