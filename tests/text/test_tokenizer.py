"""SST's own sentences, put together as people write and taken apart again; and texts that would break a tokenizer."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nltk.tokenize.treebank import TreebankWordDetokenizer

from treenn.text.tokenizer import tokenize
from treenn.trees import InputError, read_trees


def detokenized(words: tuple[str, ...]) -> str:
    """The sentence as people would write it; nltk's detokenizer knows nothing of ` and the ' that ends it."""
    text = re.sub(r" '(?= |$)", "'", re.sub(r"(^| )` ", r"\1'", " ".join(words)))
    return TreebankWordDetokenizer().detokenize(text.split(" "))


def places(words: list[str] | tuple[str, ...]) -> set[tuple[int, int, str]]:
    """Each word with the characters that it covers, whichever way quotes are written."""
    found, at = set(), 0
    for word in words:
        length = len(word.replace("``", "''"))
        found.add((at, at + length, word))
        at += length
    return found


def test_the_words_of_sst_come_back(sst_home: Path) -> None:
    sentences = [tree.words for tree in read_trees(sst_home / "dev.txt")]
    again = [tokenize(detokenized(words)) for words in sentences]
    agreed = sum(len(places(words) & places(tokens)) for words, tokens in zip(sentences, again, strict=True))
    assert agreed / sum(map(len, sentences)) > 0.999
    assert sum(list(words) == tokens for words, tokens in zip(sentences, again, strict=True)) / len(sentences) > 0.99


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The movie was not nearly as good as its trailer.", "The movie was not nearly as good as its trailer ."),
        ("It isn't, can't and won't; they've cannot.", "It is n't , ca n't and wo n't ; they 've can not ."),
        ('"Hello," he said.', "`` Hello , '' he said ."),
        ("“It’s ‘fine’,” he said…", "`` It 's ` fine ' , '' he said ..."),
        ("the '70s, 'til 1999: rock 'n' roll for 'em", "the '70s , 'til 1999 : rock 'n' roll for 'em"),
        ("'Tadpole' is the boys' film -- or so—maybe", "` Tadpole ' is the boys ' film -- or so -- maybe"),
        ("Mr. Smith (no. 1) vs. E.T. [sic]", "Mr. Smith ( no. 1 ) vs. E.T. [ sic ]"),
        ("I liked it. Really!", "I liked it . Really !"),
        ("a coming-of-age film of 2,500 scenes, $3.50", "a coming-of-age film of 2,500 scenes , $ 3.50"),
    ],
)
def test_words_are_split_and_written_as_in_sst(text: str, words: str) -> None:
    assert tokenize(text) == words.split(" ")


@pytest.mark.parametrize("text", ["", " \t\r\n", "\0\x07\x1b", "\u200b\ufeff\u00a0"])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="there is no word in this text"):
        tokenize(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("good\0bad\x1b[0m", ["good", "bad", "[", "0m"]),
        ("👩\u200d👩\u200d👧 great 😀!", ["👩\u200d👩\u200d👧", "great", "😀", "!"]),
        ("שלום עולם.", ["שלום", "עולם", "."]),
        ("\ufeffgood", ["good"]),
        ("...", ["..."]),
        ("?!", ["?", "!"]),
    ],
)
def test_any_text_has_words(text: str, words: list[str]) -> None:
    assert tokenize(text) == words


@pytest.mark.parametrize(
    "piece", ["a", ".", "'", '"', "`", "-", "😀", "'a", " 'a", "a.", "aa. ", "a.'\"", "(", "\0", "aa.\u00a0", 'x. "']
)
def test_long_texts_take_no_longer_than_they_are(piece: str) -> None:
    tokenize("warm up")
    begin = time.process_time()
    assert "".join(tokenize(piece * (100_000 // len(piece)) + "end"))
    assert time.process_time() - begin < 1.5


def test_the_first_text_waits_for_no_more_of_nltk_than_the_tokenizer() -> None:
    code = (
        "import sys\nfrom treenn.text.tokenizer import tokenize\nwords = tokenize('It isn\\'t.')\n"
        "print(words, sorted({'nltk', 'sklearn', 'scipy'} & set(sys.modules)))\n"
        "import nltk\nprint(nltk.word_tokenize is not None, tokenize('a b'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "['It', 'is', \"n't\", '.'] []\nTrue ['a', 'b']\n"
