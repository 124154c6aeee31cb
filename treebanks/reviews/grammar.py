"""Weighted context-free grammar of the reviews.

Each rule is a symbol in capitals and its expansions: `SYMBOL: 3 PHRASE | 1 PHRASE`, or one expansion per line below the
symbol. An expansion is a weight and a bracketed phrase. A star after a weight marks recursive expansions. A rule whose
symbol ends in `±` is expanded twice: once with `+` for `±` and `-` for `∓`, once with the signs exchanged. `S+` is
positive, `S-` negative and `S0` neutral. A rule with domains, as `film book DETAIL`, adds expansions of `DETAIL` in
these domains. `GRAMMAR` is the general part, `FACTS` has the neutral statements per domain: `DETAIL` is a clause about
the reviewed thing, `VISIT` an action of the reviewer. The lexicon in `word_senses` expands the other symbols.
"""

GRAMMAR = """
REVIEW: 40 REVIEW+ | 40 REVIEW- | 18 (S0 .)
REVIEW±: 18 (S± .) | 1 ((what (a (ADJECTIVE± THING))) !) | 2 (FRAGMENT± .)

S±:
  24 CLAUSE±
  10 ((WEAKER∓ ,) (CONTRAST CLAUSE±))
  7 (((although WEAKER∓) ,) CLAUSE±)
  5 ((CLAUSE± ,) (although WEAKER∓))
  3 ((CLAUSE± ,) ((even though) WEAKER∓))
  3 (((despite DRAWBACK∓) ,) CLAUSE±)
  3 (CLAUSE± (despite DRAWBACK∓))
  4* ((CLAUSE± ,) (and CLAUSE±))
  3 ((GUEST (LIKED± it)) (because REASON±))
  3 (((unlike (the (PLAIN∓ OTHER))) ,) (WHOLE (BE_SG PREDICATE±)))
  2 ((ADVERBIAL ,) CLAUSE±)
WEAKER±: 6 CLAUSE± | 1 FACT | 1 (HUMAN (expected (a (STRONG± THING)))) | 1 (HUMAN (wanted (to (LIKE_STRONG± it))))
DRAWBACK±: 2 (the (MILD± PART)) | 1 (the (MILD± PARTS)) | 1 (its QUALITY±)
ADVERBIAL: 3 ADVERB | 1 (in (the end)) | 1 (on (the whole)) | 1 (to (be fair))
CLAUSE±: 9 SIMPLE± | 3* FIRST± | 3* THIRD±
THAT±: 7 SIMPLE± | 3* THIRD± | 2* (((although SIMPLE∓) ,) SIMPLE±)

SIMPLE±: 9 DIRECT± | 8 FLIPPED± | 2 SCALED± | 2 COMPARED± | 3 IDIOMATIC±
DIRECT±:
  5 (SG (BE_SG PREDICATE±))
  3 (PL (BE_PL PREDICATE±))
  1 (SG (LINK PREDICATE±))
  2 (IT (BE_SG NOMINAL±))
  4 (HUMAN (LIKED± OBJECT))
  1 (everybody (LIKED± OBJECT))
  2* (((my KIN) (, ((who RELATIVE∓) ,))) (LIKED± OBJECT))
  3 (SG (PLEASED± US))
  2 (SG (HAD QUALITY±))
  1 (SG (BE_SG (full (of QUALITY±))))
  1 (SG (COULD_NOT BETTER±))
DIRECT+: 1 (SG (managed (to (PLEASE+ US))))
REASON±:
  3 (SG (BE_SG PREDICATE±))
  1 (PL (BE_PL PREDICATE±))
  3 (SG ((BE_SG n't) NEGATABLE∓))
  2 (SG (PLEASED± US))
  2 (SG (HAD QUALITY±))
  1 SCALED±
FLIPPED±:
  4 (SG (BE_SG (NOT NEGATABLE∓)))
  1 (SG (BE_SG (never NEGATABLE∓)))
  4 (SG ((BE_SG n't) NEGATABLE∓))
  2 (PL (BE_PL (NOT NEGATABLE∓)))
  1 (PL ((BE_PL n't) NEGATABLE∓))
  2 (SG (BE_SG (FAR_FROM PLAIN∓)))
  2 (IT (BE_SG (not NOMINAL∓)))
  3 (NOBODY (LIKED∓ OBJECT))
  2* ((NOBODY (who RELATIVE±)) (LIKED∓ OBJECT))
  3 (HUMAN ((did n't) (LIKE∓ OBJECT)))
  1 (HUMAN (did (not (LIKE∓ OBJECT))))
  1 (HUMAN (never (LIKED∓ OBJECT)))
  2 (SG ((did n't) (PLEASE∓ US)))
  1 (SG (never (PLEASED∓ US)))
  2 (SG (HAD (no QUALITY∓)))
  1 (HUMAN (found (no QUALITY∓)))
  1 (IT (BE_SG (a (THING (without QUALITY∓)))))
  1 (SG (COULD_HAVE BETTER∓))
  1 (SG (COULD_HAVE STRONG∓))
FLIPPED+: 1 (SG (BE_SG (free (of QUALITY-)))) | 1 (SG (never (failed (to (PLEASE+ US)))))
FLIPPED-: 1 (SG (lacked QUALITY+)) | 1 (SG (failed (to (PLEASE+ US)))) | 1 (SG (SHOULD_HAVE PLAIN+))
SCALED±:
  2 ((the LONG_MEASURE-) (BE_SG LENGTH∓))
  2 ((the BIG_MEASURE+) (BE_SG SIZE±))
  2 ((the BIG_MEASURE-) (BE_SG SIZE∓))
  2 ((the HIGH_MEASURE+) (BE_SG LEVEL±))
  2 ((the HIGH_MEASURE-) (BE_SG LEVEL∓))
  1 ((the HIGH_MEASURES+) (BE_PL LEVEL±))
  1 ((the HIGH_MEASURES-) (BE_PL LEVEL∓))
  2 ((the HIGH_MEASURES+) ROSE±)
  2 ((the HIGH_MEASURES-) ROSE∓)
meal gadget SCALED±: 3 ((the LONG_MEASURE+) (BE_SG LENGTH±))
LENGTH±: 2 LONG± | 1 (VERY LONG±) | 1 (NOT LONG∓)
LENGTH+: 1 ENDLESS
SIZE±: 2 BIG± | 2 HUGE± | 1 (VERY BIG±) | 1 (NOT BIG∓)
LEVEL±: 2 HIGH± | 1 (VERY HIGH±) | 1 (NOT HIGH∓)
COMPARED±:
  3 (WHOLE (BE_SG (BETTER± (than STANDARD))))
  2 (WHOLE (BE_SG ((BY_FAR BETTER±) (than STANDARD))))
  3 (WHOLE (BE_SG ((less MILD∓) (than STANDARD))))
  2 (WHOLE (BE_SG ((more GRADED±) (than STANDARD))))
  2 (WHOLE (BE_SG (not (as (MILD∓ (as (the OTHER)))))))
COMPARED-: 1 (WHOLE (BE_SG ((no better) (than STANDARD))))
BY_FAR: 2 FAR | 1 A_LOT | 1 slightly
STANDARD: 2 (the OTHER) | 2 (the (PLAIN+ OTHER)) | 2 (the (PLAIN- OTHER))
IDIOMATIC±:
  5 (SG IDIOM_VP±)
  3 (SG ((did n't) IDIOM_BASE∓))
  3 (SG (BE_SG IDIOM_AP±))
  2 (SG (BE_SG IDIOM_SET±))
  3 (IT (BE_SG IDIOM_NP±))
  2 (IT ((BE_SG n't) IDIOM_NP∓))
  1 (I (was IDIOM_FEEL±))
  1 ((my KIN) (was IDIOM_FEEL±))

FIRST±:
  3 (I (THINK (that THAT±)))
  4 (I (doubt (that THAT∓)))
  4 (I ((do n't) (think (that THAT∓))))
  2 (it (is (not (true (that THAT∓)))))
  1 (I ((ca n't) (deny (that THAT±))))
  1 (I ((would be) (lying (if (I (said (that THAT∓)))))))
THIRD±:
  2 ((my KIN) (THINKS (that THAT±)))
  3 (PEOPLE (THINK (that THAT±)))
  3 ((my KIN) (DOUBTS (that THAT∓)))
  1 (it (is (not (true (that THAT∓)))))
  4 (NOBODY (BELIEVES (that THAT∓)))
  1 (NOBODY (can (deny (that THAT±))))
  2 ((whoever (called (it PLAIN∓))) (was WRONG))
  1 ((whoever (said (that SIMPLE∓))) (was WRONG))
  1 ((whoever (said (that SIMPLE±))) (was right))
  1 ((my KIN) (was (wrong (to (say (that THAT∓))))))

PLAIN±: 1 MILD± | 1 STRONG±
MILD±: 2 BASIC± | 2 GRADED± | 4 TYPICAL±
ADJECTIVE±:
  4 PLAIN±
  2 (VERY MILD±)
  1 (UTTERLY STRONG±)
  1 (MILD± (and MILD±))
  2 (TYPICAL∓ (but GRADED±))
  2 (GRADED∓ (but TYPICAL±))
ADJECTIVE+: 1 (TYPICAL- (but STRONG+))
PREDICATE±:
  8 ADJECTIVE±
  1 (WEAKENER± MILD±)
  1 (RATHER STRONG±)
  1 ((not MILD∓) (but MILD±))
  1 (neither (MILD∓ (nor MILD∓)))
PREDICATE+: 1 (NOTHING_SHORT STRONG+)
WEAKENER±: 2 RATHER | 2 RATHER±
WEAKENER-: 2 A_BIT
NEGATABLE±: 5 MILD± | 3 STRONG± | 2 (VERY MILD±) | 1 (MILD± (or MILD±)) | 1 IDIOM_AP±
NOMINAL±:
  4 (a (PLAIN± THING))
  2 (a ((VERY MILD±) THING))
  1 (a (THING (full (of QUALITY±))))
  1 (the (BEST± (THING (of (the year)))))
FRAGMENT±:
  3 (a (ADJECTIVE± THING))
  2 ((a (PLAIN± THING)) (with QUALITY±))
  1 (not (a (PLAIN∓ THING)))
  1 (a (THING (without QUALITY∓)))
  1 (hardly (a (PLAIN∓ THING)))

IT: 3 it | 1 this
WHOLE: 2 it | 2 (the THING) | 1 (this THING)
SG: 2 it | 3 (the THING) | 1 (this THING) | 6 (the PART)
PL: 1 (the PARTS)
OBJECT: 4 it | 2 (the THING) | 2 (the PART) | 1 (the PARTS)
HUMAN: 3 GUEST | 1 PEOPLE
GUEST: 3 I | 2 we | 2 (my KIN) | 1 (my friends)
PEOPLE: 2 (the critics) | 2 (my friends) | 2 (most people)
US: 2 me | 2 us
THINKS: 2 BELIEVES | 1 insists
NOBODY: 2 nobody | 1 NO_ONE
HAD: 2 had | 1 has
LIKED±: 1 LIKED_MILD± | 1 LIKED_STRONG±
LIKE±: 3 LIKE_MILD± | 2 LIKE_STRONG±
PLEASED±: 1 PLEASED_MILD± | 1 PLEASED_STRONG±
RELATIVE±: 2 (LIKED± (the OTHER)) | 1 (usually (LIKES± everything)) | 1 (called ((the OTHER) PLAIN±))

S0:
  5 CLAUSE0
  1 ((DETAIL ,) (and (GUEST VISIT)))
  1 (((GUEST VISIT) ,) (and DETAIL))
  2 ((CLAUSE+ ,) (CONTRAST UNDECIDED))
  2 ((CLAUSE- ,) (CONTRAST UNDECIDED))
  1 (((although CLAUSE+) ,) UNDECIDED)
  1 (((although CLAUSE-) ,) UNDECIDED)
  1 ((ADVERBIAL ,) UNDECIDED)
CLAUSE0:
  5 FACT
  4 UNDECIDED
  3* UNKNOWN
  1 (HUMAN (expected (a (STRONG+ THING))))
  1 (HUMAN (expected (a (STRONG- THING))))
  1 (HUMAN (wanted (to (LIKE_STRONG+ it))))
  2* (((my KIN) (, ((who RELATIVE+) ,))) VISIT)
  2* (((my KIN) (, ((who RELATIVE-) ,))) VISIT)
  1* (it (is (not (true (that FACT)))))
  1* ((my KIN) (THINKS (that UNDECIDED)))
UNDECIDED:
  3 (SG (BE_SG (barely MILD+)))
  1 (SG (BE_SG (neither (MILD+ (nor MILD-)))))
  1 (SG (BE_SG (neither (MILD- (nor MILD+)))))
  1 (SG (BE_SG IDIOM_AP0))
  1 (IT (BE_SG IDIOM_NP0))
UNKNOWN: 2 (ASK (whether THAT+)) | 2 (ASK (whether THAT-))
ASK: 2 (I wonder) | 1 (I ((ca n't) say)) | 1 ((my KIN) (asked me)) | 1 (nobody (told us))
FACT: 1 (GUEST VISIT) | 3 DETAIL
"""

FACTS = """
film book DETAIL: 1 (it (is (a (long THING)))) | 1 (it (is (a (short THING))))
meal hotel gadget DETAIL: 1 (it (was (a (large THING)))) | 1 (it (was (a (small THING))))
film DETAIL:
  2 ((the THING) (runs (for (NUMBER hours))))
  1 ((the THING) (was (filmed (in CITY))))
  1 ((the THING) (is (set (in CITY))))
  1 ((the THING) (opens (in MONTH)))
book DETAIL:
  2 ((the THING) (has (HUNDREDS chapters)))
  1 ((the THING) (was (printed (in CITY))))
  1 ((the THING) (is (set (in CITY))))
  1 ((the THING) (appeared (in MONTH)))
meal DETAIL:
  2 ((the THING) (costs (HUNDREDS euros)))
  1 ((the THING) (was (served (at noon))))
  1 ((the THING) (comes (with (two drinks))))
  1 ((the recipe) (comes (from CITY)))
hotel DETAIL:
  2 ((the THING) (has (HUNDREDS rooms)))
  1 ((the THING) (is (near (the station))))
  1 ((the THING) (was (built (in CITY))))
  1 ((the THING) (opens (in MONTH)))
gadget DETAIL:
  2 ((the THING) (weighs (HUNDREDS grams)))
  1 ((the THING) (was (made (in CITY))))
  1 ((the THING) (comes (with (NUMBER cables))))
  1 ((the THING) (arrived (on DAY)))
film VISIT: 2 (saw (it (on DAY))) | 1 (watched (it (in CITY)))
book VISIT: 2 (read (it (in MONTH))) | 1 (bought (it (in CITY)))
meal VISIT: 2 (ordered (it (on DAY))) | 1 (ate (it (in CITY)))
hotel VISIT: 2 (stayed (there (in MONTH))) | 1 (left (on DAY))
gadget VISIT: 2 (bought (it (in MONTH))) | 1 (returned (it (on DAY)))
"""
