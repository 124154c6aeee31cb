"""Answers of the playground: trees, states of the requested nodes, confidences and second-best trees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from web.conftest import CLASSES, make_model

from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.parsers.loading import load_parser
from treenn.parsers.shapes import Left
from treenn.sentiment.model import SentimentModel
from treenn.trees import InputError, Tree
from treenn.web.playground import MOST_SENTENCES, Playground
from treenn.web.requests import LONGEST_TEXT, MAX_WORDS

WORDS, MERGES = ["this", "is", "good"], [[1, 2], [0, 3]]


def ask(playground: Playground, action: str, **request: Any) -> Any:
    return json.loads(json.dumps(playground.answer(action, json.dumps(request).encode())))


def refused(playground: Playground, action: str, body: bytes | dict[str, Any]) -> str:
    with pytest.raises(InputError) as error:
        playground.answer(action, body if isinstance(body, bytes) else json.dumps(body).encode())
    return str(error.value)


def test_a_text_becomes_sentences_with_states(playground: Playground) -> None:
    answer = ask(playground, "parse", text="This is good. Not this film!")
    assert [sentence["text"] for sentence in answer["sentences"]] == ["This is good.", "Not this film!"]
    tree = answer["sentences"][1]["tree"]
    assert tree["words"] == ["Not", "this", "film", "!"]
    wanted = playground.model.predict_tree(Tree(tuple(tree["words"]), tuple(map(tuple, tree["merges"]))))
    first, second = tree["models"]
    assert first["labels"] == list(wanted.tree.labels)
    assert first["probabilities"] == [pytest.approx(row, abs=2e-6) for row in wanted.node_probabilities]
    assert (first["unknown"], len(second["labels"])) == ([3], 7)


def test_words_are_parsed_as_they_are(playground: Playground) -> None:
    answer = ask(playground, "parse", words=["can't", "U.S."])
    assert answer["sentences"][0]["tree"]["words"] == ["can't", "U.S."]


def test_only_requested_nodes_are_returned(playground: Playground) -> None:
    answer = ask(playground, "states", words=WORDS, merges=MERGES, nodes=[3, 4])
    assert [model["nodes"] for model in answer["models"]] == [[3, 4], [3, 4]]
    everything = ask(playground, "states", words=WORDS, merges=MERGES)
    assert everything["models"][0]["labels"][3:] == answer["models"][0]["labels"]


def test_models_with_context_return_all_nodes() -> None:
    made = Playground({"a": make_model("bidirectional-tree-lstm")})
    assert ask(made, "states", words=WORDS, merges=MERGES, nodes=[4])["models"][0]["nodes"] == [0, 1, 2, 3, 4]


def test_prefixes_of_long_sentences_are_omitted(playground: Playground) -> None:
    answer = ask(playground, "prefixes", words=WORDS, merges=MERGES)
    assert [len(curve["labels"]) for curve in answer["curves"]] == [3, 3]
    merges = [[200 + k if k else 0, k + 1] for k in range(200)]
    assert ask(playground, "prefixes", words=["w"] * 201, merges=merges)["curves"] is None


def test_the_chart_parser_reports_confidence_and_second_tree() -> None:
    model = make_model()
    made = Playground({"a": SentimentModel(model.network, CLASSES, load_parser("chart"))})
    [sentence] = ask(made, "parse", text="The film is not as good as its trailer.")["sentences"]
    assert len(sentence["tree"]["confidence"]) == 2 * len(sentence["tree"]["words"]) - 1
    assert 0 < sentence["second"]["probability"] < sentence["probability"] < 1
    assert sentence["second"]["merges"] != sentence["tree"]["merges"]
    edited = ask(made, "states", words=WORDS, merges=[[0, 1], [3, 2]], nodes=[3])["confidence"]
    right = ask(made, "states", words=WORDS, merges=MERGES, nodes=[3])["confidence"]
    assert edited[3] + right[3] == pytest.approx(1, abs=1e-3)
    assert ask(made, "parse", text="Good film")["sentences"][0]["second"] is None


def test_models_of_scores_have_scores() -> None:
    task = make_task("node-scores", None, score_range=(1, 9))
    network = build(Settings(size=6, word_size=5), task, Vocabulary(["good"])).eval()
    made = Playground({"a": SentimentModel(network, (), Left())})
    [scale, _] = ask(made, "scales")["scales"]
    assert (scale["kind"], scale["range"], scale["classes"]) == ("score", [1, 9], [])
    model = ask(made, "states", words=WORDS, merges=MERGES)["models"][0]
    assert all(isinstance(label, float) for label in model["labels"])
    curves = ask(made, "prefixes", words=WORDS, merges=MERGES)["curves"]
    assert curves[0]["labels"][-1] == pytest.approx(model["labels"][-1], rel=1e-4)


def test_no_request_names_a_model(playground: Playground) -> None:
    for key in ("model", "models", "path", "parser", "trust"):
        message = refused(playground, "parse", {"text": "good", key: "/etc/passwd"})
        assert message == f"request: the key '{key}' is unknown; the keys are 'text', 'words'"
        assert "unknown" in refused(playground, "states", {"words": WORDS, "merges": MERGES, key: "x"})
        assert "unknown" in refused(playground, "scales", {key: "x"})


NO_OBJECT = "request: the body must be a JSON object in UTF-8"
ONE_KEY = "request: must have either the key 'text' or the key 'words'"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", NO_OBJECT),
        (b"{", NO_OBJECT),
        (b"[]", "request: the body holds []; it must be a JSON object"),
        (b"null", "request: the body holds null; it must be a JSON object"),
        (b"\xff", NO_OBJECT),
        (b'{"text": NaN}', NO_OBJECT),
        (b"[" * 500_000, NO_OBJECT),
        (b'{"text": 1}', "request: 'text' is 1; it must be text or null"),
        (b'{"words": "abc"}', "request: 'words' is \"abc\"; it must be a list whose values are each text or null"),
        (b"{}", ONE_KEY),
    ],
)
def test_malformed_bodies_are_refused(playground: Playground, body: bytes, message: str) -> None:
    assert refused(playground, "parse", body) == message


BAD_WORD = "request: word 1 must have 1 to 200 characters and no spaces"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"text": "a", "words": ["a"]}, ONE_KEY),
        ({"text": ""}, "the text has no words"),
        ({"text": "a" * (LONGEST_TEXT + 1)}, "request: the text has 20001 characters; must have at most 20000"),
        ({"text": "Good film. " * (MOST_SENTENCES + 1)}, "the text has 51 sentences; must have at most 50"),
        ({"words": []}, "request: the sentence has 0 words; must have 1 to 400"),
        ({"words": ["a b"]}, BAD_WORD),
        ({"words": [""]}, BAD_WORD),
        ({"words": ["a" * 201]}, BAD_WORD),
        ({"words": ["a"] * (MAX_WORDS + 1)}, "request: the sentence has 401 words; must have 1 to 400"),
    ],
)
def test_texts_beyond_limits_are_refused(playground: Playground, request_: dict[str, Any], message: str) -> None:
    assert refused(playground, "parse", request_) == message


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"merges": [[0, 1]]}, "a binary tree over 3 words has 2 merges, not 1"),
        ({"merges": [[0, 1], [3, 3]]}, "merge 1 is (3, 3): the left child ends at word 2"),
        ({"merges": [[0, 2], [3, 1]]}, "merge 0 is (0, 2): the left child ends at word 1"),
        ({"merges": [[0, 1, 2], [3, 2]]}, "merges: must be pairs of node numbers, (left child, right child)"),
        ({"merges": [[0, True], [3, 2]]}, "request: 'merges[0][1]' is true; it must be a whole number"),
        ({"merges": MERGES, "nodes": [5]}, "request: 'nodes' must be numbers from 0 to 4"),
        ({"merges": MERGES, "nodes": [-1]}, "request: 'nodes' must be numbers from 0 to 4"),
        ({}, "request: the key 'merges' is missing; it must be a list"),
    ],
)
def test_malformed_trees_are_refused(playground: Playground, request_: dict[str, Any], message: str) -> None:
    assert refused(playground, "states", {"words": WORDS, **request_}).startswith(message)
