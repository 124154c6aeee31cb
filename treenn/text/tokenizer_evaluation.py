"""Agreement of the tokenizer with human tokenization: precision, recall and F1 over a CoNLL-U file with texts.

Precision is the proportion of the tokenizer's tokens that cover exactly the characters of a gold token; recall that of
the gold tokens; F1 their harmonic mean (the `Tokens` and `Sentences` rows of the CoNLL 2018 shared task's evaluation,
with syntactic words instead of surface tokens where a multiword token is the concatenation of its words).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from treenn.text.cleaning import PARAGRAPH, clean
from treenn.text.scanner import scan
from treenn.text.sentences import group
from treenn.text.tokenizer import tokens_of
from treenn.trees.errors import InputError
from treenn.trees.files import read_text

Spans = set[tuple[int, int]]


class GoldParagraph(NamedTuple):
    """A paragraph of a CoNLL-U file.

    Args:
        text: its sentences' texts, joined by spaces.
        sentences: the words of each sentence.
    """

    text: str
    sentences: list[list[str]]


class Agreement(NamedTuple):
    """Counts of tokens, or of sentences.

    Args:
        correct: the number that are both predicted and gold.
        predicted: the number in the tokenizer's output.
        gold: the number in the file.
    """

    correct: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """The proportion of the predicted tokens or sentences that are correct."""
        return self.correct / max(1, self.predicted)

    @property
    def recall(self) -> float:
        """The proportion of the gold tokens or sentences that are predicted."""
        return self.correct / max(1, self.gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.correct / max(1, self.predicted + self.gold)

    def updated(self, predicted: Spans, gold: Spans) -> Agreement:
        """Add the counts of a paragraph. Returns new counts."""
        return Agreement(self.correct + len(predicted & gold), self.predicted + len(predicted), self.gold + len(gold))

    def as_dict(self) -> dict[str, float]:
        """Counts and measures, for JSON."""
        return {**self._asdict(), "precision": self.precision, "recall": self.recall, "f1": self.f1}


def evaluate_tokenizer(path: str | Path) -> dict[str, Any]:
    """Evaluate tokenization and sentence splitting on a CoNLL-U file.

    Args:
        path: a file whose sentences have the comment `# text = ...`.

    Returns:
        `tokens`, `tokens_at_hyphens` and `sentences`: counts, precision, recall and F1 each; the second counts a gold
        compound with hyphens or slashes as one token, as SST writes it. `kinds`: the number of stretches that are
        tokenized differently, by `kind_of`. `differences`: the most frequent of them, as `[gold, predicted, count]`.
        `skipped`: paragraphs whose words do not spell their text.

    Raises:
        InputError: if the file cannot be read or has no sentence with a text.
    """
    totals = dict.fromkeys(("tokens", "tokens_at_hyphens", "sentences"), Agreement(0, 0, 0))
    differences: Counter[tuple[str, str]] = Counter()
    skipped = 0
    for paragraph in read_paragraphs(path):
        spans = _compare(paragraph)
        if spans is None:
            skipped += 1
            continue
        totals = {name: total.updated(*spans[name]) for name, total in totals.items()}
        differences.update(_differences(_squeezed(clean(paragraph.text)), *spans["tokens"]))
    measured = {name: total.as_dict() for name, total in totals.items()}
    most = [[gold, predicted, count] for (gold, predicted), count in differences.most_common(100)]
    kinds = Counter(kind_of(*difference) for difference in differences.elements())
    return {**measured, "kinds": dict(kinds.most_common()), "differences": most, "skipped": skipped}


def kind_of(gold: str, predicted: str) -> str:
    """The kind of a difference. The first three kinds are conventions of SST that differ from the gold standard.

    Args:
        gold: the gold tokens, separated by spaces.
        predicted: the tokenizer's tokens, separated by spaces.

    Returns:
        `"compound"`: hyphens or slashes inside a word, which SST does not split (`well-made`, `and/or`);
        `"joined words"`: words written as one, which SST keeps (`gonna`, `its` for `it's`, `alot`);
        `"signs"`: repeated punctuation, emoticons and list markers; `"other"`.

    >>> kind_of("well - made", "well-made"), kind_of("gon na", "gonna"), kind_of(":?", ": ?"), kind_of("X .", "X.")
    ('compound', 'joined words', 'signs', 'other')
    """
    if not any(map(str.isalnum, gold)):
        return "signs"
    if " " not in predicted and any(token in ("-", "/") for token in gold.split(" ")):
        return "compound"
    joined = " " not in predicted and all(token.isalnum() for token in gold.split(" "))
    return "joined words" if joined else "other"


def read_paragraphs(path: str | Path) -> Iterator[GoldParagraph]:
    """Read the paragraphs of a CoNLL-U file.

    Raises:
        InputError: if the file cannot be read or has no sentence with a text.
    """
    paragraph = GoldParagraph("", [])
    for block in read_text(path).split("\n\n"):
        lines = block.split("\n")
        text = next((line[len("# text = ") :] for line in lines if line.startswith("# text = ")), None)
        if text is None:
            continue
        if paragraph.text and any(line.startswith(("# newpar", "# newdoc")) for line in lines):
            yield paragraph
            paragraph = GoldParagraph("", [])
        paragraph = GoldParagraph(f"{paragraph.text} {text}".strip(), [*paragraph.sentences, _words(lines)])
    if not paragraph.text:
        raise InputError("no sentence has a comment `# text = ...`; at least one is needed", source=path)
    yield paragraph


def _words(lines: Iterable[str]) -> list[str]:
    """The words of a sentence; a multiword token counts as one if its words do not spell it."""
    words: list[str] = []
    parts: list[str] = []
    surface, last = "", 0
    for number, form in (line.split("\t")[:2] for line in lines if line[:1].isdigit()):
        if "." in number:
            continue
        if "-" in number:
            surface, last = form, int(number.split("-")[1])
            continue
        if not surface:
            words.append(form)
            continue
        parts.append(form)
        if int(number) == last:
            words += parts if "".join(parts) == surface else [surface]
            surface, parts = "", []
    return words


def _compare(paragraph: GoldParagraph) -> dict[str, tuple[Spans, Spans]] | None:
    """Predicted and gold spans, over the characters of the cleaned text without spaces; None if these differ."""
    text = clean(paragraph.text)
    words = [[_squeezed(clean(word)) for word in sentence] for sentence in paragraph.sentences]
    flat = [word for sentence in words for word in sentence]
    if "".join(flat) != _squeezed(text):
        return None
    positions = _positions(text)
    tokens = [(positions[token.start], positions[token.end]) for token in tokens_of(text) if token.end > token.start]
    ends = [positions[sentence[-1].end] for sentence in group(text, scan(text))]
    return {
        "tokens": (set(tokens), _spans(flat)),
        "tokens_at_hyphens": (set(tokens), _spans(_rejoined(flat, paragraph))),
        "sentences": (_between(ends), _spans(map("".join, words))),
    }


def _rejoined(words: Sequence[str], paragraph: GoldParagraph) -> list[str]:
    """The words with those around a hyphen or slash joined if no space separates them in the text."""
    whole = {
        chunk for chunk in clean(paragraph.text).replace(PARAGRAPH, " ").split(" ") if "-" in chunk or "/" in chunk
    }
    joined: list[str] = []
    for word in words:
        glue = len(joined) > 0 and (joined[-1][-1:] in "-/" or word in ("-", "/")) and word[-1:] not in ".,"
        if glue and any(joined[-1] + word in chunk for chunk in whole) and _is_compound(joined[-1] + word):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _is_compound(text: str) -> bool:
    """True if a text begins like a compound of words."""
    return text[0].isalnum() and text[:-1].replace("-", "").replace("/", "").replace("'", "").isalnum()


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _positions(text: str) -> list[int]:
    """For each offset in a text, the number of characters before it that are no whitespace."""
    return [0, *accumulate(int(not character.isspace()) for character in text)]


def _spans(words: Iterable[str]) -> Spans:
    return _between(list(accumulate(map(len, words))))


def _between(ends: Sequence[int]) -> Spans:
    return set(zip([0, *ends[:-1]], ends, strict=True))


def _differences(text: str, predicted: Spans, gold: Spans) -> Iterator[tuple[str, str]]:
    """Stretches that are tokenized differently, as gold and predicted tokens separated by spaces."""
    ours, theirs = sorted(predicted - gold), sorted(gold - predicted)
    while ours and theirs:
        here = [[ours.pop(0)], [theirs.pop(0)]]
        while here[0][-1][1] != here[1][-1][1]:
            behind = 0 if here[0][-1][1] < here[1][-1][1] else 1
            rest = ours if behind == 0 else theirs
            if not rest:
                return
            here[behind].append(rest.pop(0))
        first, second = (" ".join(text[start:end] for start, end in spans) for spans in (here[1], here[0]))
        yield first, second
