import subprocess
import sys

import pytest

from treenn.by_hand.characters import CharacterModel


@pytest.mark.parametrize("seed", range(4))
def test_trained_model_generates_its_word(seed: int) -> None:
    model = CharacterModel("jep", seed=seed)
    model.train("jeep", steps=200)
    assert model.teacher_forced("jeep") == model.generate("j", 3) == "eep"


def test_correct_generation_equals_teacher_forcing() -> None:
    model = CharacterModel("helo", size=8)
    model.train("hello", steps=300)
    assert model.teacher_forced("hello") == "ello"
    assert [model.generate("hello"[:n], 5 - n) for n in (1, 2, 3, 4)] == ["ello", "llo", "lo", "o"]


def test_initial_weights_are_reproducible() -> None:
    a, b = CharacterModel("jep"), CharacterModel("jep")
    assert all((p == q).all() for p, q in zip(a.net, b.net, strict=True))


def test_by_hand_does_not_import_torch() -> None:
    code = "import sys, treenn.by_hand.characters, treenn.by_hand.recursive; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
