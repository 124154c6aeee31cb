"""Proposals: imported labels before the model's, blind, and the order by uncertainty against probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from treenn.labelling.proposals import Source, SourceProposals
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.parsers import Parser
from treenn.parsers.shapes import Left, Right
from treenn.sentiment.model import SentimentModel
from treenn.trees import InputError, Tree, parse_tree

WORDS = [("good",), ("bad", "film"), ("good", "good", "film"), ("film",), ("bad",)]
GIVEN = parse_tree("(1 (X good) (2 film))", classes=3)


@pytest.fixture
def model() -> SentimentModel:
    settings = Settings(size=4, word_size=4, embedding_init_range=1.0)
    network = build(settings, make_task("nodes", ("a", "b", "c")), Vocabulary(["good", "bad", "film"]))
    return SentimentModel(network.eval(), ("a", "b", "c"), Right())


def sources(*words: tuple[str, ...]) -> list[Source]:
    return [Source(" ".join(each), each, None, "s.txt", line) for line, each in enumerate(words, start=1)]


def test_without_a_model_only_imported_labels_are_proposed() -> None:
    proposals = SourceProposals([*sources(("a", "b")), Source("good film", GIVEN.words, GIVEN)], Left())
    assert [proposals.tree(number).labels for number in range(2)] == [(None,) * 3, GIVEN.labels]
    assert list(proposals.labels(GIVEN)) == [None] * 3


def test_imported_labels_precede_those_of_the_model(model: SentimentModel) -> None:
    proposals = SourceProposals([*sources(("bad", "film")), Source("good film", GIVEN.words, GIVEN)], Right(), model)
    assert proposals.tree(0) == model.predict_tree(Right().parse(["bad", "film"])).tree
    predicted = model.predict_tree(GIVEN).tree.labels
    assert proposals.tree(1).labels == (predicted[0], 2, 1)
    assert proposals.labels(GIVEN) == predicted


def test_blind_proposals_have_no_labels(model: SentimentModel) -> None:
    proposals = SourceProposals([Source("good film", GIVEN.words, GIVEN)], Right(), model, blind=True)
    assert proposals.tree(0).labels == proposals.labels(GIVEN) == (None,) * 3
    assert proposals.by_uncertainty() == [0]


def test_uncertain_sentences_precede_others(model: SentimentModel) -> None:
    calls: list[tuple[int, int]] = []
    proposals = SourceProposals(sources(*WORDS), Right(), model)
    order = proposals.by_uncertainty(progress=lambda done, total, text: calls.append((done, total)))
    confidence = [max(model.predict_tree(Right().parse(words)).probabilities) for words in WORDS]
    assert len({*confidence}) > 1
    assert order == sorted(range(5), key=confidence.__getitem__)
    assert calls == [(0, 5), (5, 5)]
    rest = [number for number in order if number not in (4, 1)]
    assert SourceProposals(sources(*WORDS), Right(), model).by_uncertainty({4, 1}) == [1, 4, *rest]
    with pytest.raises(InputError, match="needs a model"):
        SourceProposals(sources(*WORDS), Right()).by_uncertainty()


class Refusing(Parser):
    """Refuses the word `bad`."""

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        if any("bad" in words for words in sentences):
            raise InputError("bad is refused")
        return Right().parse_batch(sentences)


def test_refused_sentences_are_located(model: SentimentModel) -> None:
    proposals = SourceProposals(sources(*WORDS), Refusing(), model)
    assert proposals.tree(0).words == ("good",)
    for call in (proposals.by_uncertainty, lambda: proposals.tree(1)):
        with pytest.raises(InputError, match=r"^s\.txt:2: bad is refused$"):
            call()
