"""spaCy's dependencies, from a pipeline trained here; skipped unless spaCy is installed."""

from pathlib import Path

import pytest

from treenn.parsers.spacy_parser import SpacyParser
from treenn.testing import check_parser
from treenn.trees import InputError

spacy = pytest.importorskip("spacy", reason="needs spaCy: python -m pip install 'treenn[spacy]'")

SENTENCES = {
    "the old dogs like bones .": ([2, 2, 3, 3, 3, 3], ["det", "amod", "nsubj", "ROOT", "dobj", "punct"]),
    "old bones like the dogs .": ([1, 2, 2, 4, 2, 2], ["amod", "nsubj", "ROOT", "det", "dobj", "punct"]),
}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a pipeline overfitted to two sentences."""
    from spacy.tokens import Doc
    from spacy.training import Example

    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("parser", config={"min_action_freq": 1})
    examples = []
    for text, (heads, relations) in SENTENCES.items():
        gold = Doc(nlp.vocab, words=text.split(), heads=heads, deps=relations)
        examples.append(Example(Doc(nlp.vocab, words=text.split()), gold))
    nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples)
    folder = tmp_path_factory.mktemp("spacy") / "pipeline"
    nlp.to_disk(folder)
    return folder


def test_dependencies_become_a_binary_tree(pipeline: Path) -> None:
    parser = SpacyParser(str(pipeline))
    assert [str(parser.parse(text.split())) for text in SENTENCES] == [
        "(X (X (X the) (X (X old) (X dogs))) (X (X (X like) (X bones)) (X .)))",
        "(X (X (X old) (X bones)) (X (X (X like) (X (X the) (X dogs))) (X .)))",
    ]


def test_it_keeps_the_rules_of_parsers(pipeline: Path) -> None:
    check_parser(SpacyParser(str(pipeline)))


def test_a_pipeline_that_is_not_there_is_refused() -> None:
    with pytest.raises(
        InputError,
        match="model 'nowhere': spaCy has no such pipeline here; install it by python -m spacy download nowhere",
    ):
        SpacyParser("nowhere")


def test_a_pipeline_without_a_parser_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(InputError, match="blank': must be a spaCy pipeline with a parser; it has nothing"):
        SpacyParser(str(tmp_path / "blank"))
