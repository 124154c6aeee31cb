"""Lexicon of the reviews: the sense and the grammar symbol of each word and fixed phrase.

A symbol with domains, as in `film book PLEASE+`, is restricted to these domains; the sense of a word is the same in
every domain. A word that is listed twice under a symbol is drawn twice as often. Other words are neutral content.
"""

import re

from treebanks.reviews.composition import Kind, Sense

DOMAINS = ("film", "book", "meal", "hotel", "gadget")

_FUNCTION, _NEUTRAL = Sense(Kind.FUNCTION), Sense(Kind.CONTENT)
_GOOD, _GREAT, _BAD, _AWFUL = (Sense(Kind.CONTENT, value) for value in (1, 2, -1, -2))
_NEGATE, _DENY, _CANCEL, _ASIDE = (Sense(kind) for kind in (Kind.NEGATE, Kind.DENY, Kind.CANCEL, Kind.ASIDE))
_STRENGTHEN, _WEAKEN = Sense(Kind.STRENGTHEN), Sense(Kind.WEAKEN)
_MORE, _MUCH_MORE, _LESS, _MUCH_LESS = (Sense(Kind.SCALE, value) for value in (1, 2, -1, -2))
_WELCOME, _UNWELCOME = Sense(Kind.MEASURE, 1), Sense(Kind.MEASURE, -1)

# (sense, words that occur in the grammar itself)
SPELLED_OUT = (
    (_FUNCTION, "the this a an my its me us it i what there"),
    (_FUNCTION, "was is were are be been did do ca can would have had has"),
    (_FUNCTION, "that and or nor of to for in on as full even if because whoever , . !"),
    (_FUNCTION, "found managed called said say insists true right"),
    (_NEGATE, "not n't no hardly without free less neither lacked failed doubt deny wrong lying"),
    (_DENY, "never nobody"),
    (_CANCEL, "barely whether expected wanted"),
    (_ASIDE, "although though despite unlike than who"),
    (Sense(Kind.BUT), "but"),
)

# (symbol, sense, words)
WORDS = (
    # Function words.
    ("BE_SG", _FUNCTION, "was was is"),
    ("BE_PL", _FUNCTION, "were were are"),
    ("LINK", _FUNCTION, "seemed felt proved remained"),
    ("THINK", _FUNCTION, "think believe suspect"),
    ("BELIEVES", _FUNCTION, "thinks believes"),
    # Operators.
    ("NOT", _NEGATE, "not not not hardly scarcely"),
    ("DOUBTS", _NEGATE, "doubts denies"),
    ("WRONG", _NEGATE, "wrong mistaken"),
    ("VERY", _STRENGTHEN, "very really extremely remarkably terribly awfully"),
    ("UTTERLY", _STRENGTHEN, "utterly absolutely truly simply"),
    ("FAR", _STRENGTHEN, "far much"),
    ("RATHER", _WEAKEN, "rather fairly pretty"),
    ("RATHER+", _WEAKEN, "reasonably moderately"),
    ("RATHER-", _WEAKEN, "slightly somewhat"),
    ("CONTRAST", Sense(Kind.BUT), "but yet"),
    # Adjectives.
    ("BASIC+", _GOOD, "good nice decent fine"),
    ("BASIC-", _BAD, "bad poor mediocre weak"),
    ("GRADED+", _GOOD, "pleasant impressive appealing satisfying enjoyable attractive"),
    ("GRADED-", _BAD, "unpleasant disappointing unimpressive unappealing unsatisfactory inadequate"),
    ("STRONG+", _GREAT, "great excellent brilliant superb wonderful fantastic outstanding marvellous perfect splendid"),
    ("STRONG-", _AWFUL, "awful terrible dreadful horrible appalling abysmal atrocious hopeless ghastly disastrous"),
    ("film TYPICAL+", _GOOD, "funny gripping moving witty clever touching thrilling inventive"),
    ("film TYPICAL-", _BAD, "dull boring predictable silly clumsy tedious shallow contrived"),
    ("book TYPICAL+", _GOOD, "vivid thoughtful poetic eloquent absorbing profound lively gripping"),
    ("book TYPICAL-", _BAD, "dry plodding muddled repetitive pretentious dreary laboured dull"),
    ("meal TYPICAL+", _GOOD, "tasty fresh flavoursome wholesome appetising hearty"),
    ("meal TYPICAL-", _BAD, "bland greasy tasteless overcooked lukewarm oily watery"),
    ("hotel TYPICAL+", _GOOD, "clean comfortable cosy stylish welcoming tidy peaceful bright"),
    ("hotel TYPICAL-", _BAD, "dirty cramped shabby gloomy smelly damp chilly noisy"),
    ("gadget TYPICAL+", _GOOD, "reliable handy fast practical responsive sturdy efficient"),
    ("gadget TYPICAL-", _BAD, "slow unreliable flimsy clunky outdated awkward faulty sluggish"),
    ("BETTER+", _GOOD, "better"),
    ("BETTER-", _BAD, "worse"),
    ("BEST+", _GREAT, "best finest"),
    ("BEST-", _AWFUL, "worst"),
    # Verbs, past tense and infinitive.
    ("LIKED_MILD+", _GOOD, "liked enjoyed admired praised recommended"),
    ("LIKED_MILD-", _BAD, "disliked criticised"),
    ("LIKED_STRONG+", _GREAT, "loved adored"),
    ("LIKED_STRONG-", _AWFUL, "hated loathed detested"),
    ("LIKE_MILD+", _GOOD, "like enjoy admire recommend"),
    ("LIKE_MILD-", _BAD, "dislike criticise"),
    ("LIKE_STRONG+", _GREAT, "love adore"),
    ("LIKE_STRONG-", _AWFUL, "hate loathe detest"),
    ("LIKES+", _GREAT, "loves adores"),
    ("LIKES-", _AWFUL, "hates loathes"),
    ("PLEASED_MILD+", _GOOD, "pleased impressed surprised"),
    ("film book PLEASED_MILD+", _GOOD, "amused entertained"),
    ("PLEASED_MILD-", _BAD, "annoyed disappointed irritated"),
    ("film book PLEASED_MILD-", _BAD, "bored"),
    ("PLEASED_STRONG+", _GREAT, "delighted thrilled"),
    ("PLEASED_STRONG-", _AWFUL, "appalled disgusted infuriated"),
    ("PLEASE+", _GOOD, "please impress surprise"),
    ("film book PLEASE+", _GOOD, "amuse entertain"),
    ("PLEASE-", _BAD, "annoy disappoint irritate"),
    ("film book PLEASE-", _BAD, "bore"),
    # Nouns with a value.
    ("QUALITY+", _GOOD, "charm style flair class"),
    ("QUALITY-", _BAD, "flaws faults problems shortcomings"),
    ("film QUALITY+", _GOOD, "suspense wit humour imagination"),
    ("film QUALITY-", _BAD, "stereotypes nonsense padding"),
    ("book QUALITY+", _GOOD, "wisdom insight wit tenderness"),
    ("book QUALITY-", _BAD, "jargon misprints waffle padding"),
    ("meal QUALITY+", _GOOD, "flavour freshness goodness"),
    ("meal QUALITY-", _BAD, "grease gristle lumps"),
    ("hotel QUALITY+", _GOOD, "comfort warmth elegance"),
    ("hotel QUALITY-", _BAD, "dust noise mould cobwebs"),
    ("gadget QUALITY+", _GOOD, "power polish finesse"),
    ("gadget QUALITY-", _BAD, "bugs glitches defects scratches"),
    # Scales and measures.
    ("LONG+", _MORE, "long"),
    ("ENDLESS", _MUCH_MORE, "endless"),
    ("LONG-", _LESS, "short"),
    ("BIG+", _MORE, "big large"),
    ("HUGE+", _MUCH_MORE, "huge enormous"),
    ("BIG-", _LESS, "small"),
    ("HUGE-", _MUCH_LESS, "tiny"),
    ("HIGH+", _MORE, "high"),
    ("HIGH-", _LESS, "low"),
    ("ROSE+", _MORE, "rose grew increased"),
    ("ROSE+", _MUCH_MORE, "soared"),
    ("ROSE-", _LESS, "fell dropped declined"),
    ("ROSE-", _MUCH_LESS, "plunged"),
    ("LONG_MEASURE-", _UNWELCOME, "queue wait delay"),
    ("BIG_MEASURE+", _WELCOME, "discount"),
    ("BIG_MEASURE-", _UNWELCOME, "surcharge"),
    ("film BIG_MEASURE-", _UNWELCOME, "crowd"),
    ("meal hotel BIG_MEASURE-", _UNWELCOME, "bill"),
    ("hotel BIG_MEASURE+", _WELCOME, "pool balcony wardrobe selection"),
    ("gadget BIG_MEASURE+", _WELCOME, "memory selection"),
    ("meal BIG_MEASURE+", _WELCOME, "portion helping selection"),
    ("HIGH_MEASURE+", _WELCOME, "quality standard"),
    ("HIGH_MEASURE-", _UNWELCOME, "price cost fee"),
    ("HIGH_MEASURES+", _WELCOME, "standards ratings"),
    ("HIGH_MEASURES-", _UNWELCOME, "prices costs fees"),
    # Neutral nouns.
    ("film THING", _NEUTRAL, "film film film movie movie comedy thriller drama documentary musical western"),
    ("film PART", _NEUTRAL, "plot script story dialogue ending opening finale narration"),
    ("film PARTS", _NEUTRAL, "scenes characters performances songs"),
    ("film OTHER", _NEUTRAL, "original trailer prequel novel"),
    ("book THING", _NEUTRAL, "novel novel novel book book biography memoir diary romance"),
    ("book PART", _NEUTRAL, "plot prose language narrative translation opening ending"),
    ("book PARTS", _NEUTRAL, "chapters characters essays descriptions poems"),
    ("book OTHER", _NEUTRAL, "sequel adaptation trilogy film"),
    ("meal THING", _NEUTRAL, "meal meal meal lunch dinner curry pizza lasagne soup buffet"),
    ("meal PART", _NEUTRAL, "sauce bread dessert rice chicken fish pasta gravy"),
    ("meal PARTS", _NEUTRAL, "noodles vegetables potatoes starters dumplings prawns"),
    ("meal OTHER", _NEUTRAL, "breakfast takeaway stew sandwich"),
    ("hotel THING", _NEUTRAL, "hotel hotel hotel inn inn hostel guesthouse resort motel chalet"),
    ("hotel PART", _NEUTRAL, "room bathroom lobby suite kitchen bar terrace lounge"),
    ("hotel PARTS", _NEUTRAL, "rooms bathrooms corridors gardens suites"),
    ("hotel OTHER", _NEUTRAL, "campsite lodge villa"),
    ("gadget THING", _NEUTRAL, "phone phone phone tablet laptop camera printer headset scanner"),
    ("gadget PART", _NEUTRAL, "screen keyboard software display charger interface"),
    ("gadget PARTS", _NEUTRAL, "buttons speakers sensors controls menus"),
    ("gadget OTHER", _NEUTRAL, "predecessor prototype rival"),
    ("KIN", _NEUTRAL, "sister brother mother father uncle aunt cousin boss neighbour daughter wife husband"),
    ("CITY", _NEUTRAL, "Rome Paris Lisbon Vienna Dublin"),
    ("DAY", _NEUTRAL, "Monday Tuesday Friday Saturday Sunday"),
    ("MONTH", _NEUTRAL, "April May July October December"),
    ("NUMBER", _NEUTRAL, "two three four five twelve"),
    ("HUNDREDS", _NEUTRAL, "ninety eighty sixty forty"),
    ("ADVERB", _NEUTRAL, "honestly frankly overall personally admittedly"),
)

# (symbol, sense, bracketed phrases): idioms and multiword operators, whose senses are not composed.
PHRASES = (
    ("NO_ONE", _DENY, "(no one)"),
    ("FAR_FROM", _NEGATE, "(far from) | (by (no means))"),
    ("FAR_FROM", _DENY, "(anything but)"),
    ("NOTHING_SHORT", _STRENGTHEN, "((nothing short) of)"),
    ("A_BIT", _WEAKEN, "(a bit) | (a little)"),
    ("A_LOT", _STRENGTHEN, "(a lot)"),
    ("COULD_HAVE", _NEGATE, "(could (have been)) | (might (have been))"),
    ("SHOULD_HAVE", _NEGATE, "(should (have been))"),
    ("COULD_NOT", _STRENGTHEN, "((could not) (have been)) | ((could n't) (have been))"),
    ("LIKED_MILD-", _BAD, "(complained about)"),
    ("LIKE_MILD-", _BAD, "(complain about)"),
    ("meal LONG_MEASURE+", _WELCOME, "(wine list)"),
    ("gadget LONG_MEASURE+", _WELCOME, "(battery life)"),
    ("IDIOM_VP+", _GREAT, "(took ((my breath) away)) | (knocked ((my socks) off))"),
    ("IDIOM_VP+", _GREAT, "(blew (us away)) | (made (my day))"),
    ("IDIOM_VP+", _GOOD, "(won (me over)) | (lived ((up to) (the hype))) | (did (the trick))"),
    ("IDIOM_VP-", _AWFUL, "(drove (me (up (the wall))))"),
    ("IDIOM_VP-", _BAD, "(missed (the mark)) | (got (on (my nerves))) | (left (me cold)) | (let (us down))"),
    ("film IDIOM_VP+", _GREAT, "(hit ((the nail) (on (the head)))) | (stole (the show))"),
    ("film IDIOM_VP-", _BAD, "(fell flat) | (sent (us (to sleep)))"),
    ("film book IDIOM_VP-", _AWFUL, "(bored (me (to tears)))"),
    ("book IDIOM_VP+", _GREAT, "(hit ((the nail) (on (the head))))"),
    ("book IDIOM_VP+", _GOOD, "(struck (a chord))"),
    ("meal IDIOM_VP+", _GOOD, "(went (down (a treat)))"),
    ("meal IDIOM_VP-", _AWFUL, "(turned (my stomach))"),
    ("IDIOM_BASE+", _GREAT, "(blow (us away)) | (make (my day)) | (take ((my breath) away))"),
    ("IDIOM_BASE+", _GOOD, "(live ((up to) (the hype))) | (win (me over)) | (do (the trick))"),
    ("IDIOM_BASE-", _AWFUL, "(drive (me (up (the wall))))"),
    ("IDIOM_BASE-", _BAD, "(miss (the mark)) | (get (on (my nerves))) | (leave (me cold)) | (let (us down))"),
    ("IDIOM_AP+", _GREAT, "(out (of (this world))) | (second (to none)) | (in (another league))"),
    ("IDIOM_AP+", _GOOD, "(worth (every penny)) | (up (to scratch))"),
    ("IDIOM_AP-", _BAD, "(below par) | (wide (of (the mark)))"),
    ("gadget hotel IDIOM_AP-", _BAD, "(behind (the times))"),
    ("IDIOM_SET+", _GREAT, "(to (die for))"),
    ("IDIOM_SET+", _GOOD, "(not (half bad))"),
    ("IDIOM_SET-", _AWFUL, "(good (for nothing)) | (beneath contempt)"),
    ("IDIOM_SET-", _BAD, "(best forgotten) | (nothing (to ((write home) about)))"),
    ("IDIOM_AP0", _NEUTRAL, "(run (of (the mill))) | ((middle of) (the road)) | (hit (and miss))"),
    ("IDIOM_NP+", _GREAT, "(a ((feast for) (the eyes))) | (a (hidden gem)) | (a (cut (above (the rest))))"),
    ("IDIOM_NP+", _GOOD, "(a (breath (of (fresh air)))) | (my (cup (of tea)))"),
    ("IDIOM_NP-", _AWFUL, "(a (waste (of time))) | (a (pain (in (the neck))))"),
    ("IDIOM_NP-", _BAD, "(a (damp squib)) | (a (fine mess))"),
    ("IDIOM_NP0", _NEUTRAL, "(a (mixed bag)) | (par (for (the course)))"),
    ("IDIOM_FEEL+", _GREAT, "(over (the moon)) | (on (cloud nine))"),
    ("IDIOM_FEEL-", _BAD, "(fed up) | ((down in) (the dumps)) | (out (of patience))"),
)

# The sense of each word and fixed phrase, in lower case.
SENSES = {
    **{word: sense for sense, words in SPELLED_OUT for word in words.split()},
    **{word.lower(): sense for _, sense, words in WORDS for word in words.split()},
    **{re.sub("[()]", "", phrase): sense for _, sense, phrases in PHRASES for phrase in phrases.split(" | ")},
}
LONGEST = max(phrase.count(" ") + 1 for phrase in SENSES)

# Words that occur at most once in a sentence: content words and measures, except for the names of reviewed things.
SAID_ONCE = frozenset(
    word
    for symbol, sense, words in WORDS
    if sense.kind in (Kind.CONTENT, Kind.MEASURE) and not symbol.endswith(("THING", "OTHER"))
    for word in words.split()
)
