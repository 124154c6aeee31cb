"""Round trips of SST's sentences through detokenization, and texts that are hard to tokenize."""

import re
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest
from nltk.tokenize.treebank import TreebankWordDetokenizer

from treenn.text.tokenizer import tokenize
from treenn.trees import InputError, read_trees


def detokenized(words: tuple[str, ...]) -> str:
    """The detokenized sentence; nltk's detokenizer does not handle ` and its closing '."""
    text = re.sub(r" '(?= |$)", "'", re.sub(r"(^| )` ", r"\1'", " ".join(words)))
    return TreebankWordDetokenizer().detokenize(text.split(" "))


def places(words: list[str] | tuple[str, ...]) -> set[tuple[int, int, str]]:
    """Each word with its span of characters, with quotes normalized."""
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # a full stop within a text belongs to no word
        ('He called it "a masterpiece." She left.', "He called it `` a masterpiece . '' She left ."),
        ("Dull. Boring. Flat.", "Dull . Boring . Flat ."),
        ("It was AWFUL. Never again.", "It was AWFUL . Never again ."),
        ("It came out in 2010. I liked it.", "It came out in 2010 . I liked it ."),
        ("A sweet café. It is good.", "A sweet café . It is good ."),
        ("It isn't. He lied.", "It is n't . He lied ."),
        ("it was awful. never again.", "it was awful . never again ."),
        ("(It was dull.) So I left.", "( It was dull . ) So I left ."),
        ("[It was dull.] So I left.", "[ It was dull . ] So I left ."),
        ("It is dull.😴", "It is dull . 😴"),
        ("It is dull.😴😴 Avoid.", "It is dull . 😴 😴 Avoid ."),
        ("»Now that I can do.«", "» Now that I can do . «"),
        ("«It is dull.» So?", "« It is dull . » So ?"),
        ("I liked it.It was good", "I liked it . It was good"),
        ("Great!It was.So what?Nothing", "Great ! It was . So what ? Nothing"),
        ("It was bad... Acting was worse", "It was bad ... Acting was worse"),
        ("it was slow.boring.awful. avoid", "it was slow . boring . awful . avoid"),
        ("see alt.animals.dog or example.com.It is", "see alt.animals.dog or example.com . It is"),
        ("It was dull.<br /><br />Never.", "It was dull . Never ."),
        ("It was dull<br>Never", "It was dull Never"),
        # apostrophes and quotation marks of every form
        ("I don´t know.", "I do n't know ."),
        ("I don′t know.", "I do n't know ."),
        ("I don＇t know.", "I do n't know ."),
        ("I don`t know.", "I do n't know ."),
        ("I don‘t know.", "I do n't know ."),
        ("I donʼt know.", "I do n't know ."),
        ("I donâ€™t know.", "I do n't know ."),
        ("I don\u02bdt and don\u1fbdt, isn\u0384t.", "I do n't and do n't , is n't ."),
        ("It isn\x92t \x93good\x94.", "It is n't `` good '' ."),
        ("It isn\u00e2\u0080\u0099t, isn\u00c2\u00b4t.", "It is n't , is n't ."),
        ('It isn\\\'t \\"good\\".', "It is n't `` good '' ."),
        ("It is'nt, DOES'NT, ca'nt.", "It is n't , DOES N'T , ca n't ."),
        ("I dont know, it isnt so. DONT!", "I do n't know , it is n't so . DO N'T !"),
        ("''The Economist,'' he said", "`` The Economist , '' he said"),
        ("„Gut“, sagt er: „Ja.“", "`` Gut '' , sagt er : `` Ja . ''"),
        ('Say "yes" or " no " again', "Say `` yes '' or `` no '' again"),
        ("\"'Hello,' she said,\" he wrote", "`` ` Hello , ' she said , '' he wrote"),
        ("nothin' but ol' songs", "nothin' but ol' songs"),
        # quotation marks between spaces: the balance within the paragraph tells which way they point
        ('" Dull . " See it .', "`` Dull . '' See it ."),
        ('" Dull . Flat . " He left . " No ! " Fine .', "`` Dull . Flat . '' He left . `` No ! '' Fine ."),
        ('( " Dull . " ) See " it " .', "( `` Dull . '' ) See `` it '' ."),
        ("« Dull . » See it .", "« Dull . » See it ."),
        # negations with a misplaced, foreign or missing apostrophe
        ("It isn' t, isn 't, isn ' t; I don''t.", "It is n't , is n't , is n't ; I do n't ."),
        ("It is n' t, is 'nt, is' nt, is nt.", "It is n't , is n't , is n't , is n't ."),
        ("isn´ t isn ’t isn‘ t isn` t isn``t isn″t", "is n't is n't is n't is n't is n't is n't"),
        ('isn"t isn;t isn?t isn�t isn׳t isńt isnÕt isn.t', "is n't " * 7 + "is n't"),
        ("It isn t so, I don t. DON T!", "It is n't so , I do n't . DO N'T !"),
        ("ISN' T, ISN''T, ISN ' T, CAN 'T, IS 'NT", "IS N'T , IS N'T , IS N'T , CA N'T , IS N'T"),
        ("I can' t and won 't; he shouldn' t've", "I ca n't and wo n't ; he should n't 've"),
        ("the dogs' tails, the boys' t-shirts", "the dogs ' tails , the boys ' t-shirts"),
        ("'twas he, 'tis I; 'til then", "'twas he , 'tis I ; 'til then"),
        ("'Can it', he said. It is 'nth' and 'nt'.", "` Can it ' , he said . It is ` nth ' and ` nt ' ."),
        ("I won' tax, he can' tell, Don T. Smith", "I won ' tax , he can ' tell , Don T. Smith"),
        ("By DON T SMITH. DON T S. ELIOT", "By DON T SMITH . DON T S. ELIOT"),
        ("I DON T LIKE IT. DON T WATCH IT! THEY DON T!", "I DO N'T LIKE IT . DO N'T WATCH IT ! THEY DO N'T !"),
        ("As is his wont, HER USUAL WONT, Bond's wont.", "As is his wont , HER USUAL WONT , Bond 's wont ."),
        ("He, Wont to lie, was wont: a wont.", "He , Wont to lie , was wont : a wont ."),
        ("It wont end. WE WONT! Wont you?", "It wo n't end . WE WO N'T ! Wo n't you ?"),
        ("don@t.com http://a.com/isn-t-it Haven 5", "don@t.com http://a.com/isn-t-it Haven 5"),
        # HTML, invisible characters, ligatures
        ("It isn&#39;t funny.", "It is n't funny ."),
        ("It isn&amp;#39;t &quot;funny&quot; &lt;3", "It is n't `` funny '' <3"),
        ("an <i>odd</i> <b>film</b>", "an odd film"),
        ("Tom &amp; Jerry &copy; 2010", "Tom & Jerry © 2010"),
        ("un\u00adbelievable", "unbelievable"),
        (
            "good\u200d &zwnj;bad\u200c; \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "good bad ; \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("good\ufe0f bad\ufe0e <3\ufe0f", "good bad <3"),
        ("\u200egood\u200f \u202abad\u202c", "good bad"),
        ("the \ufb01lm", "the film"),
        ("cafe\u0301", "caf\u00e9"),
        # emoji and emoticons
        ("wonderful😍", "wonderful 😍"),
        ("😍wonderful", "😍 wonderful"),
        ("I❤️it", "I ❤️ it"),
        ("good❗️ bad‼️⁉️ ❤︎ 1️⃣", "good ❗️ bad ‼️⁉️ ❤ 1️⃣"),
        ("👍🏽🇩🇪!", "👍🏽 🇩🇪 !"),
        ("great:) bad :-( so-so ;-)", "great :) bad :-( so-so ;-)"),
        ("a != b, a!=b, (x!==y): !=", "a != b , a != b , ( x !== y ) : !="),
        ("great!=) odd!=P no!!! what?!=", "great ! =) odd ! =P no !!! what ?! ="),
        # contractions
        ("You shouldn't've gone.", "You should n't 've gone ."),
        ("I'd've, y'all'll", "I 'd 've , y' all 'll"),
        ("I'm gonna cry.", "I 'm gonna cry ."),
        ("I wanna, I gotta.", "I wanna , I gotta ."),
        ("ISN'T IT O'Neill's o'clock?", "IS N'T IT O'Neill 's o'clock ?"),
        # abbreviations
        ("I saw E.T.", "I saw E.T."),
        ("Cats, dogs, etc.", "Cats , dogs , etc. ."),
        ("Cats, dogs, etc. Then birds.", "Cats , dogs , etc. . Then birds ."),
        ('He said "cats, etc."', "He said `` cats , etc. . ''"),
        ("approx. Five", "approx. Five"),
        ("feat. Bob", "feat. Bob"),
        ("vol. II", "vol. II"),
        ("dept. Store", "dept. Store"),
        ("Dr. Who and Mrs. Robinson vs. St. Elmo", "Dr. Who and Mrs. Robinson vs. St. Elmo"),
        ("The answer is no. It was no. 5.", "The answer is no . It was no. 5 ."),
        ("C. S. Lewis, P. T. Barnum, p. 5", "C. S. Lewis , P. T. Barnum , p. 5"),
        ("J. R. R. Tolkien, Smith et al. and I.", "J. R. R. Tolkien , Smith et al. and I ."),
        ("at 5 p.m. in the U.S. It rained", "at 5 p.m. in the U.S. It rained"),
        # signs, names and addresses
        ("A great R&B soundtrack.", "A great R&B soundtrack ."),
        ("Simon&Schuster, AT&T", "Simon & Schuster , AT&T"),
        ("A *** film.", "A *** film ."),
        ("*great* _film_ s**t", "* great * _ film _ s**t"),
        ("What!?", "What !?"),
        ("What?! No!!! 100%", "What ?! No !!! 100 %"),
        ("#9 of #BestFilms by @me_2 @ 5 @2.50", "# 9 of #BestFilms by @me_2 @ 5 @ 2.50"),
        ("http://example.com/a?b=1", "http://example.com/a?b=1"),
        ("(see http://example.com/a_b.html).", "( see http://example.com/a_b.html ) ."),
        ("Go to www.example.org, or example.com.", "Go to www.example.org , or example.com ."),
        ("name@example.com", "name@example.com"),
        ("Ask first.last@example.co.uk.", "Ask first.last@example.co.uk ."),
        ("1999–2003, 10:30, 3/4, .5, 1,000.50", "1999-2003 , 10:30 , 3/4 , .5 , 1,000.50"),
        ("two- and three-way; word- less", "two- and three-way ; word - less"),
        ("writer/director", "writer/director"),
    ],
)
def test_real_text_is_split_as_sst_would_be(text: str, words: str) -> None:
    assert tokenize(text) == words.split(" ")


GLUED = [
    ("{}. See for yourself.", "{} . See for yourself ."),
    ("{}.See for yourself.", "{} . See for yourself ."),
    ('It is "{}" again.', "It is `` {} '' again ."),
    ('"{}." So it was.', "`` {} . '' So it was ."),
    ("It is '{}' again.", "It is ` {} ' again ."),
    ("“{}”", "`` {} ''"),
    ("„{}“", "`` {} ''"),
    ("«{}»", "« {} »"),
    ("It is ´{}´.", "It is ` {} ' ."),
    ("It is {}😍", "It is {} 😍"),
    ("😍{}", "😍 {}"),
    ("It is {}.😴", "It is {} . 😴"),
    ("{}❤️", "{} ❤️"),
    ("{}❗️", "{} ❗️"),
    ("{}\u200d", "{}"),
    ("{}²", "{} ²"),
    ("it is so.{}.so", "it is so . {} . so"),
    ("It isn\x92t {}.", "It is n't {} ."),
    ("It is'nt {}.", "It is n't {} ."),
    ("It isn´t {}.", "It is n't {} ."),
    ("It isn′t {}.", "It is n't {} ."),
    ("It isn’t {}.", "It is n't {} ."),
    ("It isn‘t {}.", "It is n't {} ."),
    ("It isn`t {}.", "It is n't {} ."),
    ("It isn＇t {}.", "It is n't {} ."),
    ("It isnt {}.", "It is n't {} ."),
    ("It isn' t {}.", "It is n't {} ."),
    ("It isn 't {}.", "It is n't {} ."),
    ("It isn ' t {}.", "It is n't {} ."),
    ("It is n't {}.", "It is n't {} ."),
    ("It is n' t {}.", "It is n't {} ."),
    ("It is 'nt {}.", "It is n't {} ."),
    ("It isn''t {}.", "It is n't {} ."),
    ("It isn``t {}.", "It is n't {} ."),
    ('It isn"t {}.', "It is n't {} ."),
    ("It isn´ t {}.", "It is n't {} ."),
    ("It isn;t {}.", "It is n't {} ."),
    ("It isn?t {}.", "It is n't {} ."),
    ("It isn t {}.", "It is n't {} ."),
    ('" {} . " See for yourself.', "`` {} . '' See for yourself ."),
    ('" {}! " See for yourself.', "`` {} ! '' See for yourself ."),
    ('He left. " {} . " See for yourself.', "He left . `` {} . '' See for yourself ."),
    ("{}!!!", "{} !!!"),
    ("{}...", "{} ..."),
    ("{}…", "{} ..."),
    ("<b>{}</b><br />So", "{} So"),
    ("{}&nbsp;indeed", "{} indeed"),
    ("({})", "( {} )"),
    ("{}—really", "{} -- really"),
    ("{},really", "{} , really"),
    ("*{}*", "* {} *"),
    ("_{}_", "_ {} _"),
    ("{}:)", "{} :)"),
]


@pytest.mark.parametrize(("glued", "detached"), GLUED)
def test_polar_words_with_glued_signs(glued: str, detached: str, polar_words: list[str]) -> None:
    cases = cycle((str.lower, str.title, str.upper))
    lost = [word for word, case in zip(polar_words, cases, strict=False) if _differ(glued, detached, case(word))]
    assert lost == []


def _differ(glued: str, detached: str, word: str) -> bool:
    return tokenize(glued.format(word)) != detached.format(word).split(" ")


@pytest.fixture(scope="module")
def polar_words(sst_home: Path) -> list[str]:
    """Words with SST's most negative or most positive label."""
    labels: dict[str, set[object]] = {}
    for split in ("train", "dev"):
        for tree in read_trees(sst_home / f"{split}.txt"):
            for word, label in zip(tree.words, tree.labels[: len(tree.words)], strict=True):
                labels.setdefault(word.lower(), set()).add(label)
    words = sorted(word for word, seen in labels.items() if seen & {"0", "4"} and word.isalpha())
    assert len(words) > 300
    return words


@pytest.mark.parametrize("text", ["", " \t\r\n", "\0\x07\x1b", "\u200b\ufeff\u00a0"])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="this text has no word; it must have at least one"):
        tokenize(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("good\0bad\x1b[0m", ["good", "bad", "[", "0m"]),
        ("👩\u200d👩\u200d👧 great 😀!", ["👩\u200d👩\u200d👧", "great", "😀", "!"]),
        ("שלום עולם.", ["שלום", "עולם", "."]),
        ("\ufeffgood", ["good"]),
        ("...", ["..."]),
        ("?!", ["?!"]),
        ("\ud800 a", ["\ud800", "a"]),
        ("我喜欢它。很好！", ["我喜欢它", "。", "很好", "！"]),
    ],
)
def test_any_text_has_words(text: str, words: list[str]) -> None:
    assert tokenize(text) == words


PIECES = [
    "a",
    ".",
    "'",
    '"',
    "`",
    "-",
    "😀",
    "'a",
    " 'a",
    "a.",
    "aa. ",
    "a.'\"",
    "(",
    "\0",
    "aa.\u00a0",
    'x. "',
    "a.a",
    "a-",
]
PIECES += [
    "a_",
    ". ",
    "! ",
    "&amp;",
    "&#38;",
    "<br",
    "<p ",
    "*a",
    "a@",
    "@",
    "I. ",
    "etc. ",
    "0.",
    "www.",
    "n't",
    "isn ' t ",
    '" a . ',
    "\u0301",
]


@pytest.mark.parametrize("piece", PIECES)
def test_long_texts_take_linear_time(piece: str) -> None:
    """Takes minutes if any pattern is quadratic in the length of the text."""
    assert "".join(tokenize(piece * (20_000 // len(piece)) + " end")).endswith("end")


def test_tokenizing_imports_neither_torch_nor_nltk() -> None:
    code = (
        "import sys\nfrom treenn.text import tokenize\nwords = tokenize('It isn\\'t.')\n"
        "print(words, sorted({'nltk', 'sklearn', 'scipy', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "['It', 'is', \"n't\", '.'] []\n"
