"""The catalogue and its cards: complete, and correct for the data that is present."""

from collections import Counter
from pathlib import Path

import pytest

from treebanks.catalogue import ENTRIES, entry
from treebanks.catalogue_entry import Download
from treebanks.paths import data_home
from treebanks.verify import state, verify
from treenn.trees import InputError

FETCHED = [known for known in ENTRIES if known.kind != "generated"]
TREEBANKS = [known for known in ENTRIES if known.kind == "treebank"]


def by_name(known):
    return known.name


def test_names_are_sorted_and_unique():
    names = [known.name for known in ENTRIES]
    assert names == sorted(set(names))


def test_entries_by_name_and_task():
    assert entry("sst").name == entry("sst-binary").name == "sst"


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(InputError, match=r"'penn'; it must be all-mpnet-base-v2, corpus, craft, .*sst"):
        entry("penn")


@pytest.mark.parametrize("known", FETCHED, ids=by_name)
def test_there_is_exactly_one_way_to_get_it(known):
    assert known.files
    assert bool(known.download) != bool(known.by_hand)


@pytest.mark.parametrize("known", FETCHED, ids=by_name)
def test_checksums_and_paths_are_plausible(known):
    for file in known.files:
        assert file.size > 0
        assert len(bytes.fromhex(file.sha256)) == 32
        assert not Path(file.path).is_absolute()
        assert ".." not in Path(file.path).parts


def test_checksum_of_single_file_downloads():
    for known in ENTRIES:
        if isinstance(known.download, Download) and known.download.inside is None:
            [file] = known.files
            assert (known.download.size, known.download.sha256) == (file.size, file.sha256)


@pytest.mark.parametrize("known", FETCHED, ids=by_name)
def test_the_card_says_what_matters(known):
    card = known.card
    assert card.startswith(f"# {known.name}: ")
    for heading in ("**Licence**", "**Source**", "**To get it**"):
        assert heading in card
    assert known.homepage.rstrip("/") in card
    assert known.folder in card


@pytest.mark.parametrize("known", TREEBANKS, ids=by_name)
def test_local_files_are_the_published_ones(known, real_home):
    if state(known) == "missing":
        pytest.skip(f"{known.name} is not under TREEBANKS_HOME")
    assert {str(check) for check in verify(known)} == {f"{file.path}: ok" for file in known.files}


def row(card, label):
    """The cells of the table row that starts with this label."""
    [line] = [line for line in card.splitlines() if line.startswith(f"| {label} |")]
    return [cell.strip() for cell in line.strip("|").split("|")[1:]]


def test_card_of_sst_agrees_with_its_files(sst):
    card = entry("sst").card
    splits = [sst.train, sst.dev, sst.test]
    roots = [Counter(tree.label for tree in trees) for trees in splits]
    nodes = [Counter(label for tree in trees for label in tree.labels) for trees in splits]
    inner = [Counter(label for tree in trees for label in tree.labels[len(tree.words) :]) for trees in splits]
    assert row(card, "sentences") == [f"{len(trees):,}" for trees in splits]
    assert row(card, "roots labelled 0, 1, 2, 3, 4") == [", ".join(f"{c[k]:,}" for k in range(5)) for c in roots]
    assert row(card, "largest class at the root") == [f"{100 * max(c.values()) / c.total():.2f} %" for c in roots]
    assert row(card, "sentences of the binary task (larger class)") == [polar(c) for c in roots]
    assert row(card, "nodes") == [f"{c.total():,}" for c in nodes]
    assert row(card, "neutral among all nodes") == [f"{100 * c[2] / c.total():.2f} %" for c in nodes]
    assert row(card, "neutral among inner nodes") == [f"{100 * c[2] / c.total():.2f} %" for c in inner]
    assert row(card, "nodes that are not neutral (larger class)") == [polar(c) for c in nodes]
    assert row(card, "words a sentence: mean, 90 %, most") == [spread(len(t.words) for t in trees) for trees in splits]
    assert row(card, "height of a tree: mean, 90 %, most") == [spread(t.heights[-1] for t in trees) for trees in splits]


def polar(counts):
    sides = counts[0] + counts[1], counts[3] + counts[4]
    return f"{sum(sides):,} ({100 * max(sides) / sum(sides):.2f} %)"


def spread(numbers):
    numbers = sorted(numbers)
    return f"{sum(numbers) / len(numbers):.1f}, {numbers[int(0.9 * len(numbers))]}, {numbers[-1]}"


def test_sst_repeats_what_its_card_says(sst):
    train = Counter(map(str, sst.train))
    assert sum(times - 1 for times in train.values()) == 10
    assert [str(tree) for tree in sst.dev if str(tree) in train] == ["(2 (2 Hey) (2 (2 Arnold) (2 !)))"] * 2
    assert len({str(tree) for tree in sst.test} & set(train)) == 2
    assert sum("\u00a0" in word for trees in sst.splits.values() for tree in trees for word in tree.words) == 3


def test_the_words_of_sst_that_only_test_has(sst):
    for change, share in ((str, "6.04 %"), (str.lower, "5.25 %")):
        known = {change(word) for tree in sst.train for word in tree.words}
        words = [change(word) for tree in sst.test for word in tree.words]
        assert f"{100 * sum(word not in known for word in words) / len(words):.2f} %" == share
        assert share in entry("sst").card


def test_data_home_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path))
    assert data_home() == tmp_path


def test_data_home_expands_the_users_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TREEBANKS_HOME", "~/trees")
    assert data_home() == tmp_path / "trees"


def test_data_home_of_unknown_user(monkeypatch):
    monkeypatch.setenv("TREEBANKS_HOME", "~no-such-user-here/trees")
    with pytest.raises(InputError, match="TREEBANKS_HOME is ~no-such-user-here/trees"):
        data_home()


@pytest.mark.parametrize("value", [None, ""])
def test_data_home_is_in_the_users_cache_otherwise(monkeypatch, tmp_path, value):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    if value is None:
        monkeypatch.delenv("TREEBANKS_HOME", raising=False)
    else:
        monkeypatch.setenv("TREEBANKS_HOME", value)
    assert data_home().is_relative_to(tmp_path)
    assert "treebanks" in data_home().parts
