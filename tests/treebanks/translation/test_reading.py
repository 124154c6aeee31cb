"""Parallel text: files aligned by line, tab-separated pairs, and named corpora."""

from __future__ import annotations

import pytest

import treebanks
from treebanks import ParallelCorpus, Translation
from treebanks.translation.reading import check_languages, read_aligned, read_pairs, read_parallel
from treenn.trees import InputError, parse_tree


def write(folder, **files):
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8", newline="")


def test_a_folder_has_two_files_per_split(tmp_path):
    write(
        tmp_path,
        train_en="A  dog \r\nA\u00a0cat\tsat\n",
        train_de="Ein Hund\nEine Katze\u2028saß",
        dev_en="a",
        dev_de="b",
    )
    corpus = read_parallel(tmp_path, ("en", "de"))
    assert corpus.train == (Translation("A dog", "Ein Hund"), Translation("A cat sat", "Eine Katze saß"))
    assert (list(corpus.splits), corpus.languages, corpus.default_task) == (
        ["train", "dev"],
        ("en", "de"),
        "translation",
    )


def test_test_is_read_if_it_exists(tmp_path):
    write(tmp_path, train_en="a", train_de="b", dev_en="a", dev_de="b", test_en="c", test_de="d")
    assert read_parallel(tmp_path, ("en", "de")).test == (Translation("c", "d"),)
    assert list(read_parallel(tmp_path, ("en", "de"), splits=("dev",)).splits) == ["dev"]


def test_numbers_of_lines_must_be_equal(tmp_path):
    write(tmp_path, a_en="a\nb\n", a_de="a\n")
    with pytest.raises(InputError, match=r"a\.de: this file has 1 lines: must have 2, as a\.en, since"):
        read_aligned(tmp_path / "a.en", tmp_path / "a.de")


def test_an_empty_side_is_an_error(tmp_path):
    write(tmp_path, a_en="a\n\u00a0\n", a_de="a\nb\n")
    with pytest.raises(InputError, match=r"a\.en:2: this line has an empty source; must have one word or more"):
        read_aligned(tmp_path / "a.en", tmp_path / "a.de")
    skipped = []
    assert len(read_aligned(tmp_path / "a.en", tmp_path / "a.de", on_error=skipped.append)) == len(skipped) == 1


def test_a_line_of_many_words_is_an_error(tmp_path):
    write(tmp_path, a_en="a\nb\n", a_de="a\n" + "b " * 5000)
    message = r"a\.de:2: the target of this line has 5,000 words; must be one sentence of at most 500"
    with pytest.raises(InputError, match=message):
        read_aligned(tmp_path / "a.en", tmp_path / "a.de")
    write(tmp_path, a_de="a\n" + "字" * 5001)
    with pytest.raises(InputError, match="5,001 characters; must be one sentence of at most 5,000"):
        read_aligned(tmp_path / "a.en", tmp_path / "a.de")


def test_tab_separated_pairs(tmp_path):
    write(tmp_path, all_txt="Hi.\t嗨。\tCC BY\nRun\t跑\n")
    assert read_pairs(tmp_path / "all.txt") == (Translation("Hi.", "嗨。"), Translation("Run", "跑"))
    write(tmp_path, all_txt="Hi.\t嗨。\nRun 跑\n")
    with pytest.raises(InputError, match=r"all\.txt:2: this line has no tab: must be source, tab, target"):
        read_pairs(tmp_path / "all.txt")


@pytest.mark.parametrize(("text", "message"), [("", "has no sentence"), ("a\tb\nc\0\td", ":2: this line has a zero")])
def test_files_without_text_are_refused(tmp_path, text, message):
    write(tmp_path, all_txt=text)
    with pytest.raises(InputError, match=message):
        read_pairs(tmp_path / "all.txt")


def test_equal_sources_are_in_one_split(tmp_path):
    write(tmp_path, all_txt="".join(f"source {n % 70}\ttarget {n}\n" for n in range(100)))
    corpus = read_parallel(tmp_path / "all.txt", ("en", "zh"), split="80/20")
    train, dev = ({pair.source for pair in corpus.splits[name]} for name in ("train", "dev"))
    assert len(corpus.train) + len(corpus.dev) == 100
    assert not train & dev
    assert corpus == read_parallel(tmp_path / "all.txt", ("en", "zh"), split="80/20")


def test_a_split_without_pairs_is_refused(tmp_path):
    write(tmp_path, all_txt="a\tb\n")
    with pytest.raises(InputError, match=r"split 'dev' has no pair; must have one or more"):
        read_parallel(tmp_path / "all.txt", ("en", "zh"))


def test_subset_is_drawn_by_content():
    pairs = tuple(Translation(f"a {n}", f"b {n}") for n in range(50))
    corpus = ParallelCorpus("made", ("en", "de"), {"train": pairs, "dev": pairs[:3]})
    some = corpus.subset(10)
    assert len(some.train) == 10
    assert list(some.train) == sorted(some.train, key=pairs.index)
    moved = ParallelCorpus("made", ("en", "de"), {"train": pairs[::-1], "dev": pairs[:3]})
    assert set(moved.subset(10).train) == set(some.train) < set(corpus.subset(11).train)
    with pytest.raises(InputError, match="pairs 51: must be at most 50, as train of made"):
        corpus.subset(51)


def test_trees_are_mapped_and_needed():
    tree = parse_tree("(X (X a) (X b))")
    corpus = ParallelCorpus("made", ("en", "de"), {"train": [Translation("a b", "c", tree)]})
    assert corpus.is_parsed
    assert corpus.map_trees(lambda trees: [each.subtree(0) for each in trees]).train[0].words == ("a",)
    with pytest.raises(InputError, match=r"the source 'a b' has no tree: must be parsed by"):
        Translation("a b", "c").words  # noqa: B018 (a property that raises)


def test_languages_are_two_codes():
    assert check_languages("en-zh") == ("en", "zh")
    with pytest.raises(InputError, match="languages en: must be two codes with a hyphen, such as en-de"):
        check_languages("en")


def test_named_corpora(treebanks_home):
    for name, sizes in {"multi30k": (29000, 1014, 1000), "multi30k-5000": (5000, 1014, 1000)}.items():
        if not (treebanks_home / "translation/train.en").exists():
            pytest.skip("multi30k is not under TREEBANKS_HOME: treenn data fetch multi30k")
        corpus = treebanks.load(name)
        assert tuple(len(pairs) for pairs in corpus.splits.values()) == sizes


def test_tatoeba_is_split_by_sentence(treebanks_home):
    if not (treebanks_home / "translation/tatoeba/cmn.txt").exists():
        pytest.skip("tatoeba is not under TREEBANKS_HOME: treenn data fetch tatoeba")
    corpus = treebanks.load("tatoeba")
    sources = [{pair.source for pair in pairs} for pairs in corpus.splits.values()]
    assert tuple(len(pairs) for pairs in corpus.splits.values()) == (19004, 1056, 1056)
    assert not (sources[0] & sources[1] or sources[0] & sources[2] or sources[1] & sources[2])
