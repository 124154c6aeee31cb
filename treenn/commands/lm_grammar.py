"""Treebanks and grammars in `treenn lm`: their data, evaluation by importance sampling, and trees with sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.commands import options
from treenn.commands.lm_table import measure_text, print_metrics
from treenn.commands.output import print_json, progress_bar, tell
from treenn.trees.errors import InputError, option

if TYPE_CHECKING:
    from treebanks import Sentence, TextCorpus
    from treebanks.grammar_treebank import GrammarTreebank
    from treenn.lm.generation import Sampling
    from treenn.lm.grammar import GrammarModel
    from treenn.lm.language_model import LanguageModel

TreebankName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|DIR|FILE",
        help="Instead of a text: a treebank for parsers (sst, craft, questionbank, reviews), or a folder or file of "
        "brackets. Grammars (rnng) read its trees, other models its sentences.",
    ),
]
MaxActions = Annotated[
    int, typer.Option(help="With --treebank: training trees that take a grammar more actions are dropped.")
]
SplitName = Annotated[str, typer.Option(metavar="NAME", help="With --treebank: the split.")]
Limit = Annotated[
    int | None, typer.Option(metavar="N", help="With --treebank: at most N sentences, at equal distances.")
]
TestLimit = Annotated[
    int | None, typer.Option(metavar="N", help="With trees: at most N sentences of test, at equal distances.")
]
ParserName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|DIR",
        help="For grammars: importance sampling with trees of this chart parser (default: beam search).",
    ),
]
Samples = Annotated[int, typer.Option(help="With --parser: the number of trees per sentence.")]
SampleSeed = Annotated[int, typer.Option(help="With --parser: the seed.")]
Temperatures = Annotated[
    str,
    typer.Option(
        metavar="N,N,...", help="With --parser: divisors of its scores; trees are drawn from the mixture of all."
    ),
]
Beam = Annotated[int, typer.Option(help="For grammars without --parser: hypotheses between two words.")]
WordBeam = Annotated[int, typer.Option(help="For grammars without --parser: hypotheses after a word.")]


def read_training_treebank(name: str, model: str, max_actions: int) -> GrammarTreebank | TextCorpus:
    """The trees of train and dev for a grammar, their sentences for other models.

    Args:
        name: the value of --treebank.
        model: the value of --model.
        max_actions: the value of --max-actions.
    """
    from treenn.lm.grammar.treebank_sentences import load_grammar_treebank
    from treenn.tasks import as_read_by

    with progress_bar(f"reading {name}") as progress:
        progress(0, None, "reading trees")
        treebank = load_grammar_treebank(name, ("train", "dev"), max_actions)
    return as_read_by(treebank, model)  # type: ignore[return-value]


def check_no_text_options(context: typer.Context) -> None:
    """Validate that no option of texts is given with --treebank.

    Raises:
        InputError: if one is.
    """
    given = set(options.given(context)) & {"unit", "forms", "split"}
    if given:
        raise InputError(f"--{min(given)}: does not apply to --treebank")


def read_split(model: LanguageModel, name: str, split: str, limit: int | None) -> tuple[Sentence, ...]:
    """The sentences of a treebank's split, for a model of words."""
    from treenn.lm.grammar.treebank_sentences import evenly, load_grammar_treebank

    if model.unit != "word":
        raise InputError(f"--treebank {name}: has words; this is a model of {model.unit}s")
    with progress_bar(f"reading {name}") as progress:
        progress(0, None, "reading trees")
        return tuple(evenly(load_grammar_treebank(name, (split,)).text.examples(split), limit))


def check_grammar_options(context: typer.Context, model: LanguageModel) -> None:
    """Validate that options of grammars are given for grammars only, and those of one estimator together.

    Raises:
        InputError: if they are not.
    """
    from treenn.lm.grammar import GrammarModel

    given = set(options.given(context))
    sampling = given & {"samples", "seed", "temperatures"}
    beams, parser = given & {"beam", "word_beam"}, given & {"parser"}
    if not isinstance(model, GrammarModel) and (wrong := sampling | beams | parser):
        raise InputError(f"{option(min(wrong))}: does not apply to {model.name}, which is no grammar")
    if not parser and sampling:
        raise InputError(f"{option(min(sampling))}: needs --parser")
    others = {"with" if name == "other" else name for name in given & {"other", "surprisal"}}
    if parser and (wrong := beams | others):
        raise InputError(f"{option(min(wrong))}: cannot be combined with --parser, which estimates whole sentences")


def estimate(
    model: GrammarModel,
    sentences: tuple[Sentence, ...],
    parser: str,
    samples: int,
    seed: int,
    temperatures: str,
    *,
    json: bool,
) -> None:
    """Report the perplexity of sentences by importance sampling, with its standard error.

    Args:
        model: the grammar.
        sentences: the sentences.
        parser: the value of --parser.
        samples: the number of trees per sentence.
        seed: the seed.
        temperatures: the value of --temperatures.
        json: whether to print JSON.
    """
    from treenn.lm.grammar import importance_sampling, proposal_of
    from treenn.lm.grammar.evaluation import chart_parser

    proposal = proposal_of(chart_parser(parser), model.grammar.transitions, _numbers(temperatures))
    words = [sentence.words for sentence in sentences]
    with progress_bar(f"sampling trees of {parser}") as progress:
        found = importance_sampling(model.grammar, proposal, words, samples, seed, progress=progress)
    values = {**measure_text(found.predictions(sentences, model.vocabulary)), "samples": samples}
    if json:
        counts = {"sentences": len(words), "tokens": int(found.tokens.sum()), "vocabulary": len(model.vocabulary)}
        print_json({**values, **counts, "seed": seed})
        return
    rows = [("sentences", f"{len(words):,}"), ("trees per sentence", f"{samples:,}")]
    print_metrics(values, "", len(model.vocabulary), model.unit, rows)


def _numbers(text: str) -> list[float]:
    """The numbers of --temperatures."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--temperatures {text}: must be numbers, separated by commas") from None


def print_trees(model: GrammarModel, count: int, length: int, sampling: Sampling, seed: int, *, json: bool) -> None:
    """Print sentences with their trees, drawn from a grammar.

    Args:
        model: the grammar.
        count: the number of samples.
        length: the maximum number of words of a sentence.
        sampling: the distribution that words are drawn from.
        seed: the seed.
        json: whether to print JSON.
    """
    import torch

    from treenn.lm.grammar import generate

    def word_filter(log_p: Any) -> Any:
        chosen = sampling.distribution(log_p.exp().double().numpy())
        return torch.from_numpy(chosen).log()

    generator = torch.Generator().manual_seed(seed)
    samples = generate(model.grammar, count, generator, max_words=length, word_filter=word_filter)
    if json:
        print_json([{"text": " ".join(sample.tree.words), "tree": str(sample.tree)} for sample in samples])
        return
    for sample in samples:
        tell(" ".join(sample.tree.words))
        tell(f"    {sample.tree}")


def reading_of(treebank: str, split: str) -> Path:
    """The split of a treebank as a path, for the ledger of test readings."""
    return Path(Path(treebank).stem) / f"{split}.txt"
