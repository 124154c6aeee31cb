"""Recognition of texts in other languages than English, by the shipped vocabulary."""

from __future__ import annotations

import pytest

from treenn.datasets.language_check import is_english, is_foreign
from treenn.models.saving import model_folder
from treenn.models.vocabulary import Vocabulary
from treenn.text import tokenize

FOREIGN = {
    "Spanish": ("No me gustó nada, es aburrida y demasiado larga.", "Muy aburrida, perdí dos horas de mi vida."),
    "German": ("Das war leider sehr langweilig und viel zu lang.", "Der Film hat mich überhaupt nicht überzeugt."),
    "French": (
        "Quelle perte de temps, on s'ennuie du début à la fin.",
        "C'est le meilleur film que j'ai vu cette année.",
    ),
    "Italian": ("Non mi è piaciuto per niente, è noioso e troppo lungo.",),
    "Chinese": ("这部电影非常精彩。", "太无聊了", "剧情 很 差"),
    "Arabic": ("هذا الفيلم جيد جدا", "ممل للغاية ولا يستحق المشاهدة"),
    "Russian": ("Это хороший фильм",),
    "Hindi": ("यह फ़िल्म बहुत अच्छी है",),
    "Japanese": ("この映画は素晴らしい", "とても退屈でした。"),
    "Korean": ("정말 재미있는 영화였어요",),
}
ENGLISH = [
    "Zoolander",
    "Unputdownable!",
    "meh",
    "Schwarzenegger, Stallone, Willis, Lundgren and Seagal",
    "Gérard Depardieu et Juliette Binoche",
    "THIS MOVIE IS ABSOLUTELY AWFULL",
    "OMG WTF LOL ROFL LMAO",
    "10/10 9.5 8/10 1999 2:30",
    ":-) :-D xD <3 ¯\\_(ツ)_/¯ ಠ_ಠ",
    "(╯°□°)╯︵ ┻━┻ ლ(ಠ益ಠლ)",
    "😀 😀 😡",
    "https://www.imdb.com/title/tt0111161/ http://example.org/kritik/zum/film/ganz/neu",
    "reviewer@example.com @somebody #unwatchable",
    "omg luvd it sooo much cuz its hilarrious lol",
    "an amazeballs schlockfest with zombified werewolves",
    "i cant beleive how awfull ths was",
    "Beautifully photographed; exquisitely acted; heartbreakingly scored.",
    "the zorgon blicked the dax and the fep glorped in its wumpus",
    "Солярис is a masterpiece, and the remake of Солярис is not",
    "blah blah blah blah blah",
]


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.read(model_folder("sentiment") / "vocabulary.json")


def judged(text, vocabulary):
    words = tokenize(text)
    return not is_foreign(words, vocabulary.unknown(words))


@pytest.mark.parametrize("language", FOREIGN)
def test_other_languages_are_recognised(language, vocabulary):
    assert [text for text in FOREIGN[language] if judged(text, vocabulary)] == []


@pytest.mark.parametrize("text", ENGLISH)
def test_names_numbers_and_slang_are_english(text, vocabulary):
    assert judged(text, vocabulary)


def test_english_reviews_are_english(vocabulary, sst_home):
    import treebanks

    dev = treebanks.load("sst").dev
    foreign = [tree.words for tree in dev if is_foreign(tree.words, vocabulary.unknown(tree.words))]
    assert foreign == []


def test_language_of_a_vocabulary(vocabulary):
    assert is_english(vocabulary)
    assert not is_english(Vocabulary(["der", "die", "und", "is", "for", "not"]))
