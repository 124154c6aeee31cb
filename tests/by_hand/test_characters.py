import subprocess
import sys

import pytest

from treenn.by_hand.characters import CharacterModel


@pytest.mark.parametrize("seed", range(4))
def test_a_trained_model_says_its_word(seed: int) -> None:
    model = CharacterModel("jep", seed=seed)
    model.train("jeep", steps=200)
    assert model.forced("jeep") == model.alone("j", 3) == "eep"


def test_its_own_output_and_the_right_letters_are_the_same_input_where_it_is_right() -> None:
    model = CharacterModel("helo", size=8)
    model.train("hello", steps=300)
    assert model.forced("hello") == "ello"
    assert [model.alone("hello"[:n], 5 - n) for n in (1, 2, 3, 4)] == ["ello", "llo", "lo", "o"]


def test_a_model_repeats_what_it_was_made_from() -> None:
    a, b = CharacterModel("jep"), CharacterModel("jep")
    assert all((p == q).all() for p, q in zip(a.net, b.net, strict=True))


def test_the_networks_by_hand_need_no_torch() -> None:
    code = "import sys, treenn.by_hand.characters, treenn.by_hand.recursive; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
