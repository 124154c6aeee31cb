from collections import Counter

from treebanks import slots


def test_a_seed_fixes_the_sentences() -> None:
    assert slots.generate(50, seed=3) == slots.generate(50, seed=3) != slots.generate(50, seed=4)
    assert slots.generate(50, seed=3)[:20] == slots.generate(20, seed=3)


def test_slots_follow_from_the_sentence() -> None:
    for words, numbers in slots.generate(300):
        named = list(zip(words, (slots.SLOTS[number] for number in numbers), strict=True))
        assert len(words) == len(numbers)
        cities = [slot for word, slot in named if word in slots.CITIES]
        assert sorted(cities) in (["departure"], ["destination"], ["departure", "destination"])
        assert ("leave" in words) == ("departure" in cities)
        assert ("arrive" in words) == ("destination" in cities)
        for word, slot in named:
            assert (slot == "time") == (word in slots.MONTHS or word in slots.DAYS)
            assert (slot == "other") == (word not in (*slots.CITIES, *slots.MONTHS, *slots.DAYS))


def test_departures_and_destinations_are_balanced() -> None:
    counts = Counter(pair for sentence in slots.generate(3000) for pair in zip(*sentence, strict=True))
    for city in slots.CITIES:
        assert 0.4 < counts[city, 1] / (counts[city, 1] + counts[city, 2]) < 0.6
