"""The modules of static pages compute the same as Python: tokens, trees, probabilities, confidences and curves."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from web.conftest import CLASSES
from web.node import needs_node, run_module
from web.page_pairs import save_pair

import treebanks
import treenn
from treenn.parsers.chart import affixes
from treenn.parsers.long_sentences import divide, find_sentences
from treenn.text.cleaning import clean
from treenn.text.shared_tables import shared_tables
from treenn.trees import InputError
from treenn.web.page_agreement import TOLERANCE, measure_agreement
from treenn.web.page_data import page_data
from treenn.web.page_folders import FILES, save_folders
from treenn.web.page_record import COMPARED, fingerprint, measure_accuracy, shipped_record
from treenn.web.playground import Playground

TEXTS = [
    'He called it "a masterpiece." She left, e.g. for Mr. Smith. It was bad... Never again!',
    "It's \"the '70s\" (more or less), isn't it? Dull.",
    "I do'nt, dont, won't, wo n't, cannot, shouldn't've; their wont. d'ye y'all",
    "It isn&#39;t un\u00adbelievable.<br /><br />I don\u00b4t know &amp;amp; &hellip; &#128; &#0; &#xD800; &nope;",
    "No. 5, no. No IV. U.S. E.T. I. A. B. C. etc. p. 7; vs. Ph.D. et al. ol' nothin' 'em",
    "a@b.co http://a.b/c?d=e. www.example.com @me #tag rec.arts.movies AT&T B&B w/o a_b half- and full-time",
    "😀👍🏽❤️👨‍👩‍👧🇩🇪1️⃣ :-) :D </3 <3 xD ^_^ !== != ??!!",
    "“one” ‘two’ „drei“ «vier» ‹fünf› ``six'' 7\" disc the boys' film ' x ' \" y \"",
    "هذا الفيلم ليس جيدا؟ نعم. これは。日本語 ab\u0301c \U0001d400x \U00010400 ² ① ŉ İstanbul ΣΑΣ Straße ﬁlm",
    "so bad.It was. so bad.<3It was 1. item 2. item $5.00 1,000 3:30 .5 . . . -- — – - …",
    "<b>bold</b> <script>alert(1)</script> <p class='x'>para</p>\n\n\ttext\u200b\ufeff\u2028x\u2029y",
    "   ",
]


def pair(folder: Path, **how: Any) -> Playground:
    """A playground of a tiny pair, whose folders `save_folders` wrote to `folder`."""
    model, parser = save_pair(folder, **how)
    return Playground({"tiny": save_folders(model, parser, folder / "page")})


ANSWERS = """return requests.map(([action, request]) => {
  try { return playground.answer(action, request); } catch (error) { return error.message; }
});"""
"""The answers of `playground` to requests; the message of a refusal."""


def by_node(playground: Playground, folder: Path, requests: Sequence[Any], script: str = ANSWERS) -> list[Any]:
    """The result of a script about `playground`, a `LocalPlayground`, and `requests`."""

    def read(name: str) -> dict[str, Any]:
        config, words, weights = ((folder / "page" / name / file).read_bytes() for file in FILES)
        parts = {"config": json.loads(config), "vocabulary": json.loads(words)}
        return parts | {"weights": b64encode(weights).decode()}

    run = f"""({{data, files, requests}}) => {{
      for (const folder of Object.values(files)) folder.weights = Buffer.from(folder.weights, "base64");
      const playground = new local_playground.LocalPlayground(data, files);
      {script}
    }}"""
    value = {"data": page_data(playground.readers), "files": {name: read(name) for name in ("model", "parser")}}
    return list(run_module(run, value | {"requests": requests}, "local_playground"))


def by_python(playground: Playground, requests: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    return [json.loads(json.dumps(playground.answer(name, json.dumps(body).encode()))) for name, body in requests]


def close(found: Any, wanted: Any) -> bool:
    """Equal JSON, with numbers that differ by rounding."""
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and found.keys() == wanted.keys()
            and all(close(found[k], wanted[k]) for k in wanted)
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(close, found, wanted))
    return bool(found == pytest.approx(wanted, abs=2e-4)) if isinstance(wanted, float) else bool(found == wanted)


@needs_node
def test_tokens_are_those_of_python() -> None:
    script = """([tables, texts]) => {
      const made = new tokenizer.Tokenizer(tables);
      return texts.map((text) => [made.clean(text), made.sentences(text)]);
    }"""
    found = run_module(script, [shared_tables(), TEXTS], "tokenizer")
    for text, (cleaned, sentences) in zip(TEXTS, found, strict=True):
        assert cleaned == clean(text)
        assert [(each["text"], tuple(each["words"])) for each in sentences] == find_sentences(text)


@needs_node
def test_long_sentences_are_divided_alike(tmp_path: Path) -> None:
    words = [*(["a", "film", ",", "(", "b", ";", "''", "'", "c"] * 8), "d"]
    marks = page_data([])["marks"]
    script = "([words, longest, marks]) => longest.map((each) => tokenizer.divide(words, each, marks))"
    found = run_module(script, [words, list(range(1, 12)), marks], "tokenizer")
    assert [list(map(tuple, parts)) for parts in found] == [divide(words, longest) for longest in range(1, 12)]


@needs_node
def test_affixes_are_hashed_alike() -> None:
    words = ["Film", "90-minute", "a", "ΣΑΣ", "İi", "x²", "💣bomb", "AAAbbb111--22222222", "naïve", "ǅ"]
    tables = page_data([])["affixes"] | {"digits": shared_tables()["digits"]}
    script = "([words, tables]) => words.map((word) => parser.affixes(word, tables))"
    assert run_module(script, [words, tables], "parser") == [list(affixes.affixes(word)) for word in words]


@needs_node
@pytest.mark.parametrize(
    "how",
    [{}, {"bits": 16, "networks": 1}, {"rank": 2, "spelling": 50}],
    ids=["two networks", "half precision", "codes and spelling"],
)
def test_answers_are_those_of_the_server(tmp_path: Path, how: dict[str, Any]) -> None:
    playground = pair(tmp_path, **how)
    words = ["this", "film", "is", "not", "very", "good", ",", "überdull", "."]
    tree = {"words": words, "merges": playground.parser.parse(words).merges}
    requests: list[tuple[str, dict[str, Any]]] = [
        ("scales", {}),
        ("parse", {"text": "This film is not very good, it isn't! Dull. A b c?"}),
        ("parse", {"words": words}),
        ("parse", {"words": ["one"]}),
        ("states", {**tree, "nodes": [3, 12]}),
        ("states", tree),
        ("prefixes", tree),
    ]
    for request, found, wanted in zip(
        requests, by_node(playground, tmp_path, requests), by_python(playground, requests), strict=True
    ):
        assert close(found, wanted), request


@needs_node
def test_only_new_phrases_are_computed(tmp_path: Path) -> None:
    playground, words = pair(tmp_path, networks=1), ["this", "film", "is", "good"]
    balanced, rotated, replaced = [[0, 1], [2, 3], [4, 5]], [[2, 3], [1, 4], [0, 5]], [*words[:3], "dull"]
    trees = [{"words": words, "merges": balanced}, {"words": words, "merges": rotated}]
    trees += [{"words": replaced, "merges": rotated}, trees[0]]
    script = """playground.readers = playground.readers.slice(0, 1);
      return requests.map((tree) => { playground.answer("states", tree); return playground.model.computed; });"""
    assert by_node(playground, tmp_path, trees, script) == [7, 9, 13, 13]


@needs_node
def test_hostile_requests_are_refused(tmp_path: Path) -> None:
    playground = pair(tmp_path, networks=1)
    requests: list[tuple[str, dict[str, Any]]] = [
        ("parse", {"text": " \n "}),
        ("parse", {"text": "a b " * 2500}),
        ("parse", {"text": "x" * 20001}),
        ("parse", {"text": "Good film. " * 51}),
        ("states", {"words": ["a"] * 201, "merges": []}),
        ("states", {"words": ["a b"], "merges": []}),
    ]
    assert by_node(playground, tmp_path, requests) == [
        "the text has no words",
        "the text has 5000 words; must have at most 1000",
        "the text has 20001 characters; must have at most 20000",
        "the text has 51 sentences; must have at most 50",
        "the sentence has 201 words; must have 1 to 200",
        "word 1 must have 1 to 200 characters and no spaces",
    ]


@needs_node
def test_the_shipped_page_agrees_on_reviews(tmp_path: Path) -> None:
    model = save_folders("sentiment", None, tmp_path)
    texts = [" ".join(tree.words) for tree in treebanks.load("reviews").splits["dev"][:30]]
    agreement = measure_agreement(model, tmp_path, texts)
    assert (agreement.equal_tokens, agreement.equal_trees, agreement.equal_probabilities) == (30, 30, 30)
    assert agreement.largest_difference < TOLERANCE


@needs_node
def test_differences_are_counted_and_listed(tmp_path: Path) -> None:
    pair(tmp_path, networks=1)
    (tmp_path / "other").mkdir()
    other = pair(tmp_path / "other", networks=1, seed=5).model
    agreement = measure_agreement(other, tmp_path / "page", ["This is good.", "Dull."])
    assert (agreement.equal_tokens, agreement.equal_trees, agreement.equal_probabilities) == (2, 2, 0)
    assert [difference[:16] for difference in agreement.differences] == ["a probability by"] * 2


def test_the_record_is_of_the_shipped_model() -> None:
    record = shipped_record()
    assert record.fingerprint == fingerprint("sentiment", "chart")
    assert record.agreement is not None
    assert record.agreement.texts == COMPARED
    assert min(record.agreement.equal_tokens, record.agreement.equal_probabilities) >= 495


def test_the_guide_has_the_recorded_accuracy() -> None:
    accuracy = shipped_record().accuracy
    assert accuracy.root_binary is not None
    row = " | ".join(f"{100 * value:.2f}" for value in (accuracy.root, accuracy.root_binary, accuracy.f1))
    guide = Path(treenn.__file__).parent / "guide" / "play.md"
    assert f"| in the page | {row} |" in guide.read_text(encoding="utf-8")


def test_the_accuracy_is_in_one_sentence(tmp_path: Path) -> None:
    model = pair(tmp_path, networks=1).model
    data = treebanks.Treebank("mine", CLASSES, {"dev": treebanks.load("reviews").splits["dev"][:20]})
    accuracy = measure_accuracy(model, data)
    assert (accuracy.sentences, 0 <= accuracy.root <= 1, 0 < accuracy.f1 <= 1) == (20, True, True)
    assert shipped_record().about.startswith("On 1,101 sentences of sst dev, the accuracy of the model's classes is ")


@pytest.mark.slow
@needs_node
def test_the_record_is_reproduced(tmp_path: Path, real_home: None) -> None:
    try:
        data = treebanks.load("sst")
    except InputError as error:
        pytest.skip(str(error))
    model, record = save_folders("sentiment", None, tmp_path), shipped_record()
    assert measure_accuracy(model, data) == record.accuracy
    texts = [" ".join(tree.words) for tree in data.splits["dev"][:COMPARED]]
    agreement = measure_agreement(model, tmp_path, texts)
    assert (agreement.equal_tokens, agreement.equal_trees) == (COMPARED, COMPARED)
    assert agreement.equal_probabilities >= 495
