"""`treenn lm generate` and `treenn lm poems`: text from language models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import lm_options, options
from treenn.commands.lm_grammar import print_trees
from treenn.commands.output import print_json, print_table, progress_bar, tell
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treenn.lm.language_model import LanguageModel
    from treenn.lm.poems import PoemReport


def generate(
    model: lm_options.ModelFolder,
    prompt: Annotated[str, typer.Option(metavar="TEXT", help="The beginning of the text (default: none).")] = "",
    form: Annotated[
        str | None, typer.Option(metavar="5x4|7x4|5x8|7x8", help="The form of a poem: characters by verses.")
    ] = None,
    samples: Annotated[int, typer.Option(help="The number of texts.")] = 1,
    length: Annotated[int, typer.Option(help="The maximum number of new tokens of a text.")] = 100,
    temperature: lm_options.Temperature = 1.0,
    top_k: lm_options.TopK = 0,
    top_p: lm_options.TopP = 1.0,
    seed: lm_options.Seed = 0,
    unit: lm_options.UnitName = None,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Write texts, each until the model ends it or --length tokens; the same seed gives the same texts.

    Unknown words are never drawn. A word prompt has its tokens separated by spaces.

    Example: treenn lm generate lstm --prompt "The government has" --temperature 0.8 --seed 1

    Example: treenn lm generate poems --form 7x4 --top-p 0.9

    A grammar writes sentences of at most --length words, each with its tree; it continues no prompt.
    """
    from treenn.lm.generation import Sampling, text_of
    from treenn.lm.generation import generate as run
    from treenn.lm.grammar import GrammarModel
    from treenn.lm.loading import load_language_model
    from treenn.lm.poems import without_form

    sampling = Sampling(temperature, top_k, top_p)
    loaded = load_language_model(model, tuple(trust_module))
    lm_options.check_model_unit(loaded, unit)
    if samples < 1:
        raise InputError(f"--samples {samples}: must be 1 or more")
    if isinstance(loaded, GrammarModel):
        if prompt or form is not None:
            given = "--prompt" if prompt else "--form"
            raise InputError(f"{given}: a grammar generates whole sentences; must be omitted")
        print_trees(loaded, samples, length, sampling, seed, json=json)
        return
    tokens = _prompt(loaded, prompt, form)
    with progress_bar(f"writing with {model}") as progress:
        texts = run(loaded, [tokens] * samples, length=length, sampling=sampling, seed=seed, progress=progress)
    lines = [text_of(without_form(text), loaded.unit) for text in texts]
    if json:
        print_json(lines)
        return
    for line in lines:
        tell(line)


def _prompt(model: LanguageModel, prompt: str, form: str | None) -> list[str]:
    """The tokens of --form and --prompt."""
    from treenn.lm.poems import form_prompt

    symbol = [] if form is None else form_prompt(model, form)
    return [*symbol, *(prompt.split() if model.unit == "word" else prompt)]


def poems(
    model: lm_options.ModelFolder,
    corpus: Annotated[str, typer.Option(metavar="NAME|DIR|FILE", help="The poems of the training.")] = "poems",
    form: Annotated[
        list[str], typer.Option(metavar="5x4|7x4|5x8|7x8", help="A form; repeatable (default: 5x4 and 7x4).")
    ] = [],  # noqa: B006 (typer wants a list)
    samples: Annotated[int, typer.Option(help="The number of poems.")] = 200,
    temperature: lm_options.Temperature = 1.0,
    top_k: lm_options.TopK = 0,
    top_p: lm_options.TopP = 1.0,
    seed: lm_options.Seed = 0,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the poems to this file.")] = None,
    trust_module: options.TrustModule = [],  # noqa: B006 (typer wants a list)
    json: options.Json = False,
) -> None:
    """Report the share of well-formed poems among samples, and the share of their verses that occur in train.

    Example: treenn lm poems poem-model --temperature 0.8
    """
    from treenn.commands.output import check_target
    from treenn.lm.generation import Sampling
    from treenn.lm.loading import load_language_model
    from treenn.lm.poems import QUATRAINS, sample_poems
    from treenn.trees.atomic_writing import write_text
    from treenn.trees.file_kind import check_replaceable
    from treenn.trees.json_records import to_json

    check_target("--out", out)
    if out is not None:
        check_replaceable(out, None)
    sampling, forms = Sampling(temperature, top_k, top_p), tuple(form) or QUATRAINS
    loaded = load_language_model(model, tuple(trust_module))
    if loaded.unit != "character":
        raise InputError("this is a model of words; must be one of characters, trained on poems", source=model)
    data = lm_options.read_training_corpus(corpus, "char", forms=True, split="90/5/5")
    with progress_bar(f"writing with {model}") as progress:
        report = sample_poems(
            loaded, data.train, forms=forms, samples=samples, sampling=sampling, seed=seed, progress=progress
        )
    if out is not None:
        write_text(out, "".join(f"{poem}\n" for poem in report.poems))
    if json:
        shares = {"well_formed_share": report.well_formed_share, "copied_share": report.copied_share}
        print_json({**to_json(report), **shares})
    else:
        _print_report(report)


def _print_report(report: PoemReport) -> None:
    each = report.samples // len(report.by_form)
    rows = [["well-formed, %", f"{100 * report.well_formed_share:.1f}", f"{report.well_formed} of {report.samples}"]]
    rows += [[f"  {name}", f"{100 * count / each:.1f}", f"{count} of {each}"] for name, count in report.by_form.items()]
    rows += [["verses in train, %", f"{100 * report.copied_share:.1f}", f"{report.copied} of {report.verses}"]]
    print_table(rows, "", "", "")
