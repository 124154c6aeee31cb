"""The shipped treebank: sizes, reproducibility, sentences, and need for composition."""

import hashlib
from collections import Counter
from itertools import pairwise
from statistics import mean

import pytest

import treebanks
from treebanks.catalogue_entry import card_path
from treebanks.reviews import SIZES, generate
from treebanks.reviews.word_senses import WORDS
from treenn.trees import InputError, format_tree, read_trees, write_trees

SPLITS = ("train", "dev", "test", "deep")


@pytest.fixture(scope="module")
def reviews():
    return generate()


@pytest.fixture(scope="module")
def card():
    return card_path("reviews").read_text(encoding="utf-8")


def sentences(trees):
    return [" ".join(tree.words) for tree in trees]


def roots(trees):
    return [tree.label for tree in trees]


def test_it_is_loaded_by_name(reviews):
    assert treebanks.load("reviews") == reviews
    assert {split: len(trees) for split, trees in reviews.splits.items()} == SIZES
    assert reviews.classes == ("very negative", "negative", "neutral", "positive", "very positive")


def test_it_is_the_same_byte_for_byte(reviews, tmp_path):
    digest = hashlib.sha256()
    for split in SPLITS:
        write_trees(tmp_path / split, reviews.splits[split])
        digest.update((tmp_path / split).read_bytes())
        assert tuple(read_trees(tmp_path / split, classes=5)) == reviews.splits[split]
    assert digest.hexdigest() == "cc81121280450b8d4f289187b11c2fe3ee68217d1422489399265620bae21252"


def test_another_seed_draws_other_sentences(reviews):
    other = generate({"test": 200}, seed=1)
    assert other == generate({"test": 200}, seed=1)
    assert len(set(sentences(other.test)) & set(sentences(reviews.train))) < 20


def test_smaller_training_sets_are_prefixes(reviews):
    assert generate({"train": 50}).train == reviews.train[:50]


def test_a_split_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="sizes has the split 'valid'; splits must be train, dev, test, deep"):
        generate({"train": 10, "valid": 10})


def test_no_sentence_comes_twice(reviews):
    lowered = [sentence.lower() for split in SPLITS for sentence in sentences(reviews.splits[split])]
    assert len(set(lowered)) == len(lowered)


def test_deep_is_nested_deeper_than_everything_else(reviews):
    heights = {split: [tree.heights[tree.root] for tree in reviews.splits[split]] for split in SPLITS}
    assert max(max(heights[split]) for split in ("train", "dev", "test")) + 2 <= min(heights["deep"])


@pytest.mark.parametrize("split", SPLITS)
def test_classes_are_balanced_at_the_root(reviews, split):
    shares = [count / SIZES[split] for count in Counter(roots(reviews.splits[split])).values()]
    assert len(shares) == 5
    assert min(shares) > 0.1
    assert max(shares) < 0.35


def test_vocabulary_has_few_unknown_words(reviews):
    known = {word.lower() for tree in reviews.train for word in tree.words}
    assert len(known) >= 400
    for split in ("dev", "test", "deep"):
        words = [word.lower() for tree in reviews.splits[split] for word in tree.words]
        assert mean(word not in known for word in words) < 0.01


def test_labels_do_not_depend_on_context(reviews):
    labels = {}
    for split in SPLITS:
        for tree in reviews.splits[split]:
            for (start, end), label in zip(tree.spans, tree.labels, strict=True):
                phrase = " ".join(tree.words[start:end]).lower()
                assert labels.setdefault(phrase, label) == label, phrase


def test_sentences_are_spelled_as_english(reviews):
    for tree in (tree for split in SPLITS for tree in reviews.splits[split]):
        words = tree.words
        assert words[0][0].isupper()
        assert words[-1] in (".", "!")
        assert tree.merges[-1][1] == len(words) - 1, "the full stop is the right child of the root"
        for word, following in pairwise(words):
            if word.lower() in ("a", "an"):
                assert (word.lower() == "an") == (following[0] in "aeiou"), f"{word} {following}"
        assert not any(word.isupper() and word not in ("I", "A") for word in words)


def test_singular_and_plural_agree(reviews):
    plural = {"we", "friends", "critics", "people", *nouns("PARTS"), *nouns("HIGH_MEASURES+"), *nouns("HIGH_MEASURES-")}
    singular = {"it", "this", "whoever", *nouns("THING"), *nouns("PART"), *nouns("KIN")}
    seen = set()
    for tree in (tree for split in SPLITS for tree in reviews.splits[split]):
        words = [word.lower() for word in tree.words]
        for left, right in tree.merges:
            subject, verb = words[tree.spans[left][1] - 1], words[tree.spans[right][0]]
            if tree.heights[left] < 2 and verb in ("was", "is", "has", "were", "are", "have", "think", "thinks"):
                assert subject not in (singular if verb in ("were", "are", "have", "think") else plural), words
                seen.add(subject)
    assert len(seen & plural) > 20
    assert len(seen & singular) > 50


def nouns(symbol):
    return [word for name, _, words in WORDS if name.rpartition(" ")[2] == symbol for word in words.split()]


def test_a_bag_of_words_does_not_do(reviews):
    # The linear bound on any average of word vectors; a Tree-LSTM reaches 98 % of the roots of test and of deep.
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counts = CountVectorizer(tokenizer=str.split, token_pattern=None)
    train = counts.fit_transform(sentences(reviews.train))
    for strength in (0.1, 1.0):
        model = LogisticRegression(C=strength, max_iter=2000).fit(train, roots(reviews.train))
        accuracy = {
            split: model.score(counts.transform(sentences(trees)), roots(trees))
            for split, trees in reviews.splits.items()
        }
        assert 0.5 < accuracy["test"] < 0.65
        assert accuracy["deep"] < 0.5


def facts(reviews):
    """The card's table of facts, counted."""
    trees = [reviews.splits[split] for split in SPLITS]
    labels = [Counter(label for tree in split for label in tree.labels) for split in trees]
    at_root = [Counter(roots(split)) for split in trees]
    lengths = [[len(tree.words) for tree in split] for split in trees]
    heights = [[tree.heights[tree.root] for tree in split] for split in trees]
    rows = {
        "sentences": [f"{len(split):,}" for split in trees],
        "roots labelled 0, 1, 2, 3, 4": [", ".join(str(count[label]) for label in range(5)) for count in at_root],
        "largest class at the root": [f"{100 * max(count.values()) / count.total():.1f} %" for count in at_root],
        "nodes": [f"{count.total():,}" for count in labels],
        "neutral among all nodes": [f"{100 * count[2] / count.total():.1f} %" for count in labels],
        "words, mean (least to most)": [f"{mean(some):.1f} ({min(some)} to {max(some)})" for some in lengths],
        "height, mean (least to most)": [f"{mean(some):.1f} ({min(some)} to {max(some)})" for some in heights],
    }
    return "\n".join(f"| {fact} | {' | '.join(cells)} |" for fact, cells in rows.items())


def test_the_facts_on_the_card_are_counted(reviews, card):
    assert facts(reviews) in card
    distinct = len({word.lower() for tree in reviews.train for word in tree.words})
    assert f"- {distinct} distinct words in train, ignoring case;" in card


def test_examples_of_the_card_exist(reviews, card):
    examples = [line.strip() for line in card.splitlines() if line.startswith("    (")]
    assert len(examples) >= 5
    assert set(examples) <= {format_tree(tree) for tree in reviews.train}


def test_card_begins_with_the_name(card):
    assert card.startswith("# reviews: ")
