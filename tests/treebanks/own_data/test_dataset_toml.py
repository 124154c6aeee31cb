"""`dataset.toml`: round trips, precedence, errors with lines, and folders of parsers."""

import re
import tomllib
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treebanks.own_data import DatasetSpec, describe_dataset, read_dataset, read_spec, write_spec
from treebanks.own_data.dataset_toml import FIELDS, FILE, format_spec, toml_string
from treenn.trees import InputError

CSV = "text,kind\nso good,pos\nso bad,neg\nso so,neg\n"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=10)
NAMES = st.lists(TEXT.filter(str.strip), min_size=2, max_size=5, unique=True)


@given(
    st.builds(
        DatasetSpec,
        name=st.none() | TEXT,
        form=st.sampled_from([None, "csv", "jsonl"]),
        text_column=NAMES.map(lambda names: names[:2]),
        label_column=st.none() | TEXT,
        untagged=st.booleans(),
        split=st.sampled_from([None, "80/10/10"]),
        split_seed=st.integers(0, 2**63 - 1),
        classes=st.just(()) | NAMES,
        low=st.none() | st.floats(-1e18, 0),
        high=st.none() | st.floats(1, 1e18),
        licence=st.none() | TEXT,
    )
)
def test_specifications_are_written_and_read(spec):
    values = tomllib.loads(format_spec(spec))
    assert asdict(DatasetSpec(**values)) == {
        key: list(value) if isinstance(value, tuple) and value else value for key, value in asdict(spec).items()
    }


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_strings_are_one_line_of_toml(text):
    line = toml_string(text)
    assert tomllib.loads(f"x = {line}")["x"] == text
    assert not set("\n\r\0\x7f").intersection(line)


def test_description_reads_the_same(write):
    folder = write({"train.csv": CSV, "dev.csv": CSV, "test.csv": "text,kind\nso  good,pos\nnew one,pos\n"})
    spec = DatasetSpec(label_column="kind", classes=("pos", "neg"), language="en")
    text = describe_dataset(folder, spec)
    data = read_dataset(folder, spec)
    path = write_spec(folder, text)
    assert read_dataset(folder, DatasetSpec()) == data
    assert path.name == FILE
    assert text == (
        "# train: 3 texts, 6 words, 2.0 words on average\n"
        "# dev: 3 texts, 6 words, 2.0 words on average\n"
        "# test: 2 texts, 4 words, 2.0 words on average\n"
        "# vocabulary: 5 different words, 3 in train\n"
        "# duplicates: 0 in train, 3 of dev that occur in train, 1 of test that occur in train\n"
        "# examples by class in train, dev, test:\n"
        '#   "pos" 1 1 2\n'
        '#   "neg" 2 2 0\n'
        "\n"
        'form = "csv"\n'
        'text_column = ["text"]\n'
        'label_column = "kind"\n'
        'classes = ["pos", "neg"]\n'
        'scale = "nominal"\n'
        'language = "en"\n'
        '# licence = "CC-BY-4.0"  # for reports\n'
    )


def test_scores_are_described(write):
    text = "text,score\na,1.5\nb,2.5\n"
    described = describe_dataset(write({"train.csv": text, "dev.csv": text}), DatasetSpec())
    assert "# scores of dev: 1.5 to 2.5, mean 2\n" in described
    assert "low = 1.5\nhigh = 2.5\n" in described


def test_class_names_stay_in_comments(write):
    text = 'text,label\na,"x"" # ]"\nb,z\n'
    described = describe_dataset(write({"train.csv": text, "dev.csv": text}), DatasetSpec())
    assert tomllib.loads(described)["classes"] == ['x" # ]', "z"]


def test_options_override_the_file(write):
    folder = write({"train.csv": CSV, "dev.csv": CSV, FILE: 'label_column = "x"\nname = "mine"\nscale = "ordinal"\n'})
    data = read_dataset(folder, DatasetSpec(label_column="kind", scale="nominal"))
    assert (data.spec.name, data.spec.label_column, data.scale) == ("mine", "kind", "nominal")


def test_given_defaults_override_the_file(write):
    folder = write({"train.csv": CSV, "dev.csv": CSV, FILE: 'trees = "right"\nlabel_column = "kind"\n'})
    assert read_dataset(folder, DatasetSpec(trees="chart")).spec.trees == "right"
    data = read_dataset(folder, DatasetSpec(trees="chart"), given=["trees"])
    assert (data.spec.trees, data.spec.label_column) == ("chart", "kind")
    (folder / FILE).write_text("malformed")
    assert read_dataset(folder, data.spec, given=FIELDS) == data


def test_existing_file_is_kept(write):
    folder = write({FILE: "# mine\n"})
    with pytest.raises(InputError, match=r"dataset\.toml: this file exists; pass overwrite=True to replace it"):
        write_spec(folder, "")
    assert (folder / FILE).read_text() == "# mine\n"
    write_spec(folder, "# new\n", overwrite=True)
    assert (folder / FILE).read_text() == "# new\n"
    with pytest.raises(InputError, match="this is not a folder"):
        write_spec(folder / FILE, "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "x"\nclases = ["a"]\n', ':2: "clases": no such key; did you mean classes?'),
        ("frobnicate = 1\n", ':1: "frobnicate": no such key; the keys are name, form'),
        ("[scale]\nx = 1\n", ":1: scale of type dict: must be ordinal, nominal or score"),
        ('\n"form" = "parquet"\n', ":2: form parquet: must be brackets, conllu, csv, tsv or jsonl"),
        ("split_seed = -1\n", ":1: split_seed -1: must be 0 to"),
        ("low = nan\n", ":1: low nan: must be"),
        ('classes = ["a", 1]\n', ":1: classes[1] 1: must be text"),
        ('scale = "score"\n classes = ["a", "b"]\n', ":2: classes: must not be given with scale score"),
        ("low = 2\nhigh = 1\n", ":1: low 2: must be below high, 1"),
        ("a = \n", ":1:5: not TOML: Invalid value"),
        ('name = "a\\u001bb"\n', r":1: name 'a\x1bb': must not contain line breaks or control characters"),
        ('split = "9/9"\n', ":1: split '9/9': must be percentages"),
        ('trees = "../parser"\n', ":1: trees '../parser': must be a folder inside of"),
        ('trees = "/etc"\n', ":1: trees '/etc': must be a folder inside of"),
        ('trees = "./link"\n', ":1: trees './link': must be a folder inside of"),
        ('trees = "spacy:/tmp/model"\n', ":1: trees 'spacy:/tmp/model': must be a name without slashes"),
        ('trees = "./a\\u0000"\n', ":1: trees './a\\x00':"),
    ],
)
def test_errors_have_the_line_of_the_key(text, message, write, tmp_path):
    folder = write({FILE: text})
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match=re.escape(str(folder / FILE) + message)):
        read_spec(folder)


def test_folder_of_parser_is_relative(write):
    folder = write({"train.csv": CSV, "dev.csv": CSV, FILE: 'trees = "./parser"\nlabel_column = "kind"\n'})
    assert read_spec(folder).trees == str(folder / "parser")
    assert 'trees = "./parser"\n' in describe_dataset(folder, DatasetSpec())
    assert replace(read_spec(folder), trees="spacy:en").trees == "spacy:en"
    with pytest.raises(InputError, match="trees /elsewhere: must be inside of"):
        describe_dataset(folder, DatasetSpec(trees="/elsewhere"))
