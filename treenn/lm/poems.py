"""Poems of a language model: the shares of well-formed samples and of verses copied from training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from treebanks import Sentence
from treebanks.text.verse import FORMS, form_of, symbol_of, verses
from treenn.lm.generation import Sampling, generate, text_of
from treenn.lm.language_model import LanguageModel
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, Seed, checked
from treenn.trees.errors import InputError, argument

QUATRAINS = ("5x4", "7x4")
"""The forms of four verses."""


@dataclass(frozen=True)
class PoemReport:
    """Samples of poems, and their properties.

    Args:
        samples: the number of samples.
        well_formed: the number of samples that have the form of their prompt.
        by_form: the numbers of well-formed samples by form.
        verses: the number of verses of all samples.
        copied: the number of verses that are a verse of training.
        poems: the samples.
    """

    samples: int
    well_formed: int
    by_form: dict[str, int]
    verses: int
    copied: int
    poems: tuple[str, ...]

    @property
    def well_formed_share(self) -> float:
        """The share of well-formed samples."""
        return self.well_formed / self.samples

    @property
    def copied_share(self) -> float:
        """The share of verses that are a verse of training."""
        return self.copied / self.verses if self.verses else 0.0


def form_prompt(model: LanguageModel, form: str) -> list[str]:
    """The prompt of a form, one token.

    Raises:
        InputError: if there is no such form, or the model was trained without forms.
    """
    if form not in FORMS:
        raise InputError(f"{argument('form')} {form}: must be {', '.join(FORMS)}")
    if symbol_of(form) not in model.vocabulary.words:
        raise InputError(f"{argument('form')} {form}: this model was trained without this form")
    return [symbol_of(form)]


def without_form(tokens: Sequence[str]) -> list[str]:
    """The tokens of a text without those of forms, which are no characters."""
    symbols = {symbol_of(form) for form in FORMS}
    return [token for token in tokens if token not in symbols]


@checked
def sample_poems(
    model: LanguageModel,
    train: Iterable[Sentence],
    *,
    forms: Sequence[str] = QUATRAINS,
    samples: Count = 200,
    sampling: Sampling | None = None,
    seed: Seed = 0,
    progress: Progress = ignore,
) -> PoemReport:
    """Sample poems, as many of each form, and compare them with the training poems.

    Args:
        model: the model, trained on poems with their forms.
        train: the training poems.
        forms: the forms (default: both quatrains).
        samples: the number of samples; that of each form is rounded up (default: 200).
        sampling: the distribution that characters are drawn from (default: `Sampling()`).
        seed: the seed (default: 0).
        progress: called after every character of a form (default: no report).

    Raises:
        InputError: if the model was trained without one of the forms.
    """
    wanted = [form for form in forms for _ in range(-(-samples // len(forms)))]
    prompts = [form_prompt(model, form) for form in wanted]
    texts = generate(model, prompts, length=100, sampling=sampling, seed=seed, progress=progress)
    poems = tuple(text_of(without_form(tokens), "character") for tokens in texts)
    right = [form for form, poem in zip(wanted, poems, strict=True) if form_of(poem) == form]
    known = {verse for poem in train for verse in verses(poem.text)}
    written = [verse for poem in poems for verse in verses(poem)]
    return PoemReport(
        samples=len(poems),
        well_formed=len(right),
        by_form={form: right.count(form) for form in forms},
        verses=len(written),
        copied=sum(verse in known for verse in written),
        poems=poems,
    )
