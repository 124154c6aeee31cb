import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from treenn.experiment.search.space import SHIPPED, Range, Space, read_space, shipped_spaces
from treenn.models.settings import Settings
from treenn.trees import InputError


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "space.toml").write_text(text)
    return tmp_path / "space.toml"


def test_a_file_says_ranges_and_choices(tmp_path: Path) -> None:
    space = read_space(
        written(
            tmp_path,
            "learning_rate = { low = 0.01, high = 1 }\nsize = { low = 10, high = 90 }\n"
            'optimizer = ["adam", "adagrad"]\nclip_norm = [1, 5.0]\n',
        )
    )
    assert space == Space(
        {
            "learning_rate": Range(0.01, 1),
            "size": Range(10, 90),
            "optimizer": ("adam", "adagrad"),
            "clip_norm": (1, 5.0),
        }
    )
    for trial in range(20):
        Settings(**space.draw(trial, seed=3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this file has no setting"),
        ("speed = [1]", "speed: not a setting that can be searched"),
        ("seed = [1, 2]", "seed: not a setting that can be searched"),
        ('model = ["lstm"]', "model: not a setting that can be searched"),
        ("dropout = 0.5", "dropout: must be { low = ..., high = ... } or a list"),
        ("dropout = []", "dropout: must be a range, or a list of at least one value"),
        ("dropout = { low = 0.1 }", "dropout: must be { low = ..., high = ... } or a list"),
        ("dropout = [0.5, 1.5]", "dropout 1.5: must be at least 0 and below 1"),
        ('dropout = ["much"]', "dropout 'much': must be a finite number"),
        ("dropout = [true]", "dropout True: must be a finite number"),
        ("epochs = [2.5]", "epochs 2.5: must be a whole number"),
        ('optimizer = ["sgd"]', "optimizer sgd: must be"),
        ("learning_rate = { low = 0.0, high = 0.1 }", "learning_rate: low 0.0: must be more than 0"),
        ("learning_rate = { low = 0.2, high = 0.1 }", "learning_rate: low 0.2: must be at most high 0.1"),
        ("learning_rate = { low = 0.01, high = inf }", "learning_rate: high inf: must be a finite number"),
        ("learning_rate = { low = nan, high = 0.1 }", "learning_rate: low nan: must be a finite number"),
        ("size = { low = 10, high = 1000000 }", "size 1000000: must be 1 to 10000"),
        ("size = [10, 1000000]", "size 1000000: must be 1 to 10000"),
        ('optimizer = { low = "adam", high = "adam" }', "optimizer: low 'adam': must be a finite number"),
        ("dropout = [", "not TOML"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as error:
        read_space(path)
    assert message in error.value.message
    assert error.value.source == path


def test_ranges_are_log_uniform() -> None:
    drawn = [Range(0.001, 1.0).draw(np.random.default_rng(seed)) for seed in range(3000)]
    decades = Counter(math.floor(math.log10(value)) for value in drawn)
    assert min(drawn) >= 0.001
    assert max(drawn) <= 1
    assert all(abs(decades[each] - 1000) < 100 for each in (-3, -2, -1))
    assert all(float(f"{value:.3g}") == value for value in drawn)


def test_ranges_between_whole_numbers_are_whole() -> None:
    drawn = {Range(2, 5).draw(np.random.default_rng(seed)) for seed in range(100)}
    assert drawn == {2, 3, 4, 5}


def test_choices_are_equally_likely() -> None:
    space = Space({"dropout": (0.0, 0.2, 0.5)})
    counts = Counter(space.draw(trial, seed=1)["dropout"] for trial in range(900))
    assert all(abs(count - 300) < 60 for count in counts.values())
    assert len(counts) == 3


def test_a_choice_comes_again_only_after_all_others() -> None:
    space = Space({"dropout": (0.0, 0.2, 0.4), "optimizer": ("adam", "adagrad")})
    drawn = [space.draw(trial, seed=1) for trial in range(12)]
    for first in range(0, 12, 3):
        assert {each["dropout"] for each in drawn[first : first + 3]} == {0.0, 0.2, 0.4}
    assert len({tuple(each["dropout"] for each in drawn[first : first + 3]) for first in range(0, 12, 3)}) > 1
    assert len({tuple(each.items()) for each in drawn[:6]}) > 3, "not one order for all settings"


def test_draw_depends_on_seed_and_trial_only() -> None:
    space = read_space()
    assert space.draw(4, 0) == space.draw(4, 0)
    assert space.draw(4, 0) != space.draw(5, 0)
    assert space.draw(4, 0) != space.draw(4, 1)
    less = space.without(["dropout", "ema_decay"])
    assert less.draw(4, 0).items() < space.draw(4, 0).items()


def test_space_excludes_settings_that_a_model_lacks() -> None:
    space = read_space(SHIPPED)
    assert set(space.settings) - set(space.of("average").settings) == {"cell_dropout"}
    assert space.of("tree-lstm") == space.of("lstm") == space


def test_shipped_spaces_are_read_by_name():
    assert shipped_spaces() == ("learning-rate", "linear", "sick", "sst", "translation")
    assert read_space("sst").settings["root_weight"] == (1.0, 2.0, 4.0)
    with pytest.raises(
        InputError,
        match="nowhere: no such space; must be the name of a file, or one of learning-rate, linear, sick, sst, tran",
    ):
        read_space("nowhere")
