"""Options of commands that read data: a treebank by name, or a folder or file with the fields of `DatasetSpec`."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import typer

from treebanks.own_data.spec import DatasetSpec, is_safe
from treenn.commands import options
from treenn.commands.output import progress_bar, say
from treenn.trees.arguments import check
from treenn.trees.errors import InputError, argument, option
from treenn.trees.json_values import read_object

if TYPE_CHECKING:
    from treebanks import AnyTreebank
    from treenn.models.saving import SavedModel
    from treenn.models.settings import Settings

Command = TypeVar("Command", bound=Callable[..., None])

Source = Annotated[
    str | None,
    typer.Option(
        "--treebank", metavar="NAME|DIR|FILE", help="A treebank of `treenn data list`, or a folder or file of data."
    ),
]
_FILES: Mapping[str, str] = {
    "dev": "The dev file, if --treebank is the train file (default: none).",
    "test": "The test file, if --treebank is the train file (default: none).",
}


def takes_dataset(*, without: tuple[str, ...] = (), seed: bool = False) -> Callable[[Command], Command]:
    """Add an option for every field of `DatasetSpec`, and --dev and --test, to a command.

    The command receives them as its `**values`; `take_data` reads them.

    Args:
        without: fields and files that are not options of this command (default: none).
        seed: whether --seed is an alias of --split-seed, for commands without a seed of training (default: False).
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        added = [_file(name, help) for name, help in _FILES.items() if name not in without]
        added += [_option(each, seed) for each in fields(DatasetSpec) if each.name not in without]
        command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
        return command

    return decorate


def _file(name: str, help: str) -> inspect.Parameter:
    info = typer.Option(metavar="FILE", help=help, rich_help_panel="Data files")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[Path | None, info]
    )


def _option(each: Any, seed: bool) -> inspect.Parameter:
    """Build the typer option of a field; `DatasetSpec` validates the value."""
    kind, default, metavar = get_type_hints(DatasetSpec)[each.name], each.default, None
    if each.name == "classes":
        kind, default, metavar = str | None, None, "NAME,NAME"
    elif each.name == "text_column":
        kind, default, metavar = list[str], [], "NAME"
    elif choices := _choices(kind):
        kind, metavar = (str | None if default is None else str), "|".join(choices)
    names = [option(each.name), *(["--seed"] if seed and each.name == "split_seed" else [])]
    info = typer.Option(*names, help=each.metadata["help"], rich_help_panel=each.metadata["group"], metavar=metavar)
    return inspect.Parameter(
        each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info]
    )


def _choices(kind: Any) -> list[str]:
    """The values of a `Literal`, which may be optional."""
    return [value for part in (kind, *get_args(kind)) if "Literal" in str(get_origin(part)) for value in get_args(part)]


@dataclass(frozen=True)
class Data:
    """The data selected by a command's options.

    Args:
        source: the value of --treebank.
        spec: the fields that are given as options.
        dev: the value of --dev (default: None).
        test: the value of --test (default: None).
        given: the fields of `spec` that are given as options; they override `dataset.toml` (default: none).
    """

    source: str
    spec: DatasetSpec
    dev: Path | None = None
    test: Path | None = None
    given: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """True if the source is the name of a known treebank, without any option of data sets."""
        from treenn.datasets.loading import is_known

        return is_known(self.source) and self.dev is None and self.test is None and self.spec == DatasetSpec()

    def load(self, like: SavedModel | None = None, *, for_training: bool = True, **skip: Any) -> AnyTreebank:
        """Load the treebank, with a progress bar while texts are parsed.

        Args:
            like: a saved model to evaluate on the data (default: None, for training).
            for_training: whether train and dev are required (default: True).
            **skip: the keyword arguments of `skipping`.

        Raises:
            InputError: if there is no such source, an option does not apply to it, or its data are malformed.
        """
        from treenn.datasets.loading import load_dataset

        with progress_bar(f"reading {self.source}") as progress:
            how: dict[str, Any] = {"dev": self.dev, "test": self.test, "given": self.given, "like": like, **skip}
            how |= {"for_training": for_training, "progress": progress}
            treebank = load_dataset(self.source, self.spec, **how)
        report_splits(treebank)
        return treebank

    def load_for_folds(self, **skip: Any) -> AnyTreebank:
        """Load the treebank for cross-validation, which needs no dev: a single file is the split train.

        --split-seed is the seed of the folds, unless --split is also given.
        """
        spec, given = self.spec, self.given
        if spec.split is None:
            spec, given = replace(spec, split_seed=DatasetSpec.split_seed), given - {"split_seed"}
        treebank: Any = replace(self, spec=spec, given=given).load(for_training=False, **skip)
        if list(treebank.splits) != ["test"]:
            return treebank  # type: ignore[no-any-return]
        whole: AnyTreebank = replace(treebank, splits={"train": treebank.splits["test"]})
        return whole

    def arguments(self) -> list[str]:
        """The options of this data on a command line, with --treebank."""
        words = ["--treebank", self.source]
        for name, file in (("dev", self.dev), ("test", self.test)):
            words += [] if file is None else [option(name), str(file)]
        for each in fields(DatasetSpec):
            value = getattr(self.spec, each.name)
            if value != each.default or each.name in self.given:
                words += _words(option(each.name), value)
        return words

    def named(self) -> str | AnyTreebank:
        """The name of a known treebank, which workers load themselves, else the loaded treebank."""
        return self.source if self.is_known else self.load()


def take_data(context: typer.Context, source: str, values: dict[str, Any]) -> Data:
    """Remove the options of `takes_dataset` from a command's values, and return them with the source.

    Only options on the command line count as given; the others are read from `dataset.toml`. A line on standard error
    reports a folder or file with the name of a known treebank, which is not read.

    Raises:
        InputError: if a value is invalid.
    """
    import treebanks

    report_hidden(source, treebanks.names())
    given = set(options.given(context))
    files = {name: values.pop(name, None) for name in _FILES}
    chosen = {each.name: values.pop(each.name) for each in fields(DatasetSpec) if each.name in values}
    chosen = {name: value for name, value in chosen.items() if name in given}
    if "classes" in chosen:
        chosen["classes"] = class_names(chosen["classes"])
    return Data(source, DatasetSpec(**chosen), **files, given=frozenset(chosen))


def report_hidden(source: str, known: Collection[str]) -> None:
    """Print a line on standard error if a known treebank is read, and not the folder or file of the same name."""
    if source in known and Path(source).exists():
        say(f"{source} is a treebank of `treenn data list`; for the folder or file here, pass ./{source}")


def _words(name: str, value: Any) -> list[str]:
    if value is True:
        return [name]
    if name == option("text_column"):
        return [word for column in value for word in (name, column)]
    return [name, ",".join(value) if isinstance(value, tuple) else str(value)]


def file_of_trees(values: dict[str, Any]) -> str | None:
    """Remove --trees from the values if it names a file of trees, as in treenn 0.1.0, and return the file."""
    return values.pop("trees") if Path(values["trees"]).is_file() else None


def data_of_run(folder: Path) -> Data:
    """The data of a training run, by the options in its run.json; an empty source without such options.

    A folder is untrusted: a parser or tokenizer that could run code must be named on the command line.

    Raises:
        InputError: if an option is malformed, or names such a parser.
    """
    from treenn.training.run_marker import RUN

    recorded = read_object(folder / RUN).get("options") if (folder / RUN).exists() else None
    given = dict(recorded) if isinstance(recorded, dict) else {}
    if given.get("treebank") is None and (trees := file_of_trees({"trees": "", **given})) is not None:
        given |= {"treebank": trees, "trees": DatasetSpec.trees}
    names = [each.name for each in fields(DatasetSpec)]
    values = {name: given[name] for name in names if name in given}
    if "classes" in values:
        values["classes"] = class_names(str(values["classes"]))
    spec = DatasetSpec(**values)
    if not is_safe(spec):
        raise InputError(
            f"this model was trained with --trees {spec.trees} --tokenizer {spec.tokenizer}; name the data"
        )
    files: dict[str, Any] = {name: Path(str(given[name])) if given.get(name) else None for name in _FILES}
    return Data(str(given.get("treebank") or ""), spec, **files, given=frozenset(values))


def class_names(value: str) -> tuple[str, ...]:
    """Parse the value of --classes; a number N stands for the names 0 to N - 1.

    Raises:
        InputError: if there are fewer than two names, or a name is empty, repeated or not printable.

    >>> class_names("neg, neu, pos"), class_names("3")
    (('neg', 'neu', 'pos'), ('0', '1', '2'))
    """
    names = tuple(" ".join(name.split()) for name in value.split(","))
    if len(names) == 1 and names[0].isdecimal() and len(names[0]) <= 4:
        names = tuple(map(str, range(int(names[0]))))
    problem = ""
    if len(names) < 2:
        problem = "must be two or more names, separated by commas"
    elif not all(names):
        problem = "a name is empty; must be names, separated by commas"
    elif repeated := [name for name, count in Counter(names).items() if count > 1]:
        problem = f"{repeated[0]} is repeated; names must differ"
    elif not value.isprintable():
        problem = "must be printable characters"
    if problem:
        raise InputError(f"{argument('classes')} {check('classes', value, str)}: {problem}")
    return names


def report_splits(treebank: AnyTreebank) -> None:
    """Print the number of examples of each split on standard error, if one file was split."""
    origin = treebank.origin
    if origin is not None and origin.spec.split is not None:
        counts = ", ".join(f"{split} {len(examples):,}" for split, examples in treebank.splits.items())
        say(f"{treebank.name}: split {origin.spec.split} with seed {origin.spec.split_seed}: {counts}")


def with_supervision(settings: Settings, treebank: str | AnyTreebank, given: Collection[str]) -> Settings:
    """The settings, with the supervision `roots` if only the roots of data from files are labelled.

    Args:
        settings: the settings of the options.
        treebank: the data, or the name of a known treebank, for which the settings are unchanged.
        given: the given options; with --supervision, the settings are unchanged.
    """
    if isinstance(treebank, str) or treebank.origin is None or "supervision" in given:
        return settings
    below = any(label is not None for label in treebank.labels_below_roots())
    return settings if below else replace(settings, supervision="roots")


def vectors_for(treebank: str | AnyTreebank, given: list[str], word_size: int = 1) -> list[str]:
    """Resolve --vectors: files, names of fetched files, or `none` (default: fetched GloVe vectors for natural text).

    Args:
        treebank: the data, or the name of a known treebank.
        given: the values of the option; empty for the default.
        word_size: the setting; 0 for no word vectors (default: 1).

    Raises:
        InputError: if a file is given with a `word_size` of 0.
    """
    from treebanks.catalogue import synthetic
    from treenn.datasets.default_vectors import default_vectors

    if given not in ([], ["none"]) and not word_size:
        raise InputError(f"--vectors {given[0]}: cannot be combined with --word-size 0, which is without word vectors")
    if given == ["none"] or not word_size:
        return []
    if given:
        return options.vector_files(given)
    if synthetic(treebank) if isinstance(treebank, str) else treebank.synthetic:
        return []
    origin = None if isinstance(treebank, str) else treebank.origin
    words = set[str]() if isinstance(treebank, str) else treebank.words()
    files = default_vectors(words, None if origin is None else origin.spec.language)
    if files:
        names = ", ".join(file.name for file in files)
        say(f"word vectors: {names} in {files[0].parent}; --vectors none for random ones")
    return list(map(str, files))
