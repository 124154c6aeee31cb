"""Checks that texts are in a script that the tokenizer and the parser handle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import regex

from treenn.datasets.text_error import TextError
from treenn.parsers.loading import SHIPPED
from treenn.trees.errors import InputError, argument

_UNSPACED = (
    *("Han", "Hiragana", "Katakana", "Bopomofo", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan", "Yi", "Javanese"),
    *("Balinese", "Cham", "Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet"),
)
"""Scripts without spaces between words."""

_OTHERS = (
    *("Arabic", "Armenian", "Bengali", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek", "Gujarati"),
    *("Gurmukhi", "Hangul", "Hebrew", "Kannada", "Malayalam", "Mongolian", "Oriya", "Sinhala", "Syriac", "Tamil"),
    *("Telugu", "Thaana", "Tifinagh"),
)

_LATIN = "Latin"
_OF_SPACY = {"zh": ("Han", "Bopomofo"), "ja": ("Han", "Hiragana", "Katakana"), "th": ("Thai",), "bo": ("Tibetan",)}
"""Scripts without spaces that spaCy divides into words, by language."""

_FREE = ("zh",)  # languages of `_OF_SPACY` that need no other package

_LONGEST = 8  # the maximum mean number of letters per word of tokenized texts
_SHOWN = 20  # characters of a text in a message

_SCRIPTS = [(name, regex.compile(rf"\p{{Script={name}}}")) for name in (_LATIN, *_UNSPACED, *_OTHERS)]
_OTHER_RUNS = regex.compile("|".join(rf"\p{{Script={name}}}{{2,}}" for name in (*_UNSPACED, *_OTHERS)))
_LETTER = regex.compile(r"\p{L}")


def check_language(trees: str, tokenizer: str, language: str | None) -> None:
    """Validate that the parser supports this language and the tokenizer's words.

    Args:
        trees: the parser.
        tokenizer: the tokenizer.
        language: the ISO 639-1 code; None if it is unknown.

    Raises:
        InputError: if the parser is the shipped one, but the language is not English or the words are characters.
    """
    if trees != SHIPPED:
        return
    if language is not None and language.lower().replace("_", "-").partition("-")[0] not in ("en", "eng"):
        others = f"spacy:MODEL or stanza:{language} if they are installed"
        raise InputError(f"{argument('trees')} {trees}: parses English, not {language!r}; must be {_SHAPES}, {others}")
    if tokenizer == "characters":
        raise InputError(f"{argument('trees')} {trees}: parses words, not {tokenizer}; must be {_SHAPES}")


_SHAPES = "right (right-branching trees, no syntax), left (left-branching, no syntax) or balanced (no syntax)"


def check_script(texts: Sequence[str], trees: str, tokenizer: str) -> None:
    """Validate that most letters of texts are in scripts that the tokenizer and the parser handle.

    Args:
        texts: the texts.
        trees: the parser.
        tokenizer: the tokenizer.

    Raises:
        TextError: (an InputError) if over half of the letters are in another script. The message contains the script,
            the first such text and the remedies.
    """
    if all(map(str.isascii, texts)):
        return
    letters = _letters(texts)
    undivided = _undivided(texts, letters, tokenizer)
    beyond = {script for script in letters if script in undivided or (trees == SHIPPED and script != _LATIN)}
    foreign = Counter({script: letters[script] for script in beyond})
    if 2 * foreign.total() <= letters.total():
        return
    index = next(index for index, text in enumerate(texts) if _is_foreign(text, beyond))
    script = foreign.most_common(1)[0][0]
    problem = f"that the tokenizer {tokenizer} does not divide into words"
    if script not in undivided:
        problem = f"that the parser {trees} does not handle"
    raise TextError(
        f"{_shown(texts[index])}: {foreign.total() / letters.total():.0%} of the letters "
        f"of these texts are in a script ({script.replace('_', ' ')}) {problem}; "
        f"pass {_remedy(script, divided=script not in undivided)}",
        index,
    )


def _letters(texts: Iterable[str]) -> Counter[str]:
    """The number of letters by script."""
    characters = Counter[str]()
    for text in texts:
        characters.update(text)
    scripts = Counter[str]()
    for character, count in characters.items():
        if _LETTER.match(character):
            scripts[next((name for name, script in _SCRIPTS if script.match(character)), "another script")] += count
    return scripts


def _undivided(texts: Sequence[str], letters: Counter[str], tokenizer: str) -> set[str]:
    """The scripts that a tokenizer does not divide into words."""
    kind, _, language = tokenizer.partition(":")
    unspaced = set(_UNSPACED)
    if kind == "whitespace":  # texts in these scripts may be tokenized already
        count = sum(len(text.split()) for text in texts)
        return unspaced if letters.total() > _LONGEST * count else set()
    return set() if kind == "characters" else unspaced - set(_OF_SPACY.get(language, ()))


def _is_foreign(text: str, beyond: set[str]) -> bool:
    letters = _letters([text])
    return 2 * sum(letters[script] for script in beyond) > letters.total()


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _remedy(script: str, *, divided: bool) -> str:
    parser = f"{argument('trees', repr('right'))} (right-branching trees, no syntax)"
    if divided:
        return parser
    spacy = [f"spacy:{language}" for language in _FREE if script in _OF_SPACY[language]]
    wanted = " or ".join(argument("tokenizer", repr(name)) for name in ("characters", *spacy))
    return f"{wanted}, with {parser}"


def is_mostly_of_other_scripts(words: Iterable[str]) -> bool:
    """Return True if half or more of the letters of a text are in other scripts than Latin.

    Letters of other scripts count in runs of two or more, so that emoticons such as `ツ` are no texts.

    >>> is_mostly_of_other_scripts(["这部", "电影"]), is_mostly_of_other_scripts(["fine", "(ツ)"])
    (True, False)
    """
    text = " ".join(words)
    if text.isascii():
        return False
    others = sum(len(run) for run in _OTHER_RUNS.findall(text))
    return 0 < sum(map(str.isalpha, text)) <= 2 * others
