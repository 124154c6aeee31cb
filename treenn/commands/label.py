"""`treenn label`: annotate sentences by correcting a model's predictions."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from treenn.commands import options
from treenn.commands.output import say, shows_colour
from treenn.commands.text_input import Line, divide_long, find_sentences_of, located, read_lines
from treenn.trees import InputError, Tree, draw_text

if TYPE_CHECKING:
    from treenn.parsers.long_sentences import Sentence
    from treenn.sentiment.label_file import LabelFile
    from treenn.sentiment.model import SentimentModel


def label(
    sentences: Annotated[Path, typer.Argument(metavar="FILE", help="A UTF-8 file, one text per line.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The bracketed file to write or resume.")],
    model: options.ModelName = "sentiment",
    parser: options.ParserName = "chart",
    contextual: options.Contextual = [],  # noqa: B006 (typer wants a list)
    tokenized: options.Tokenized = False,
    no_split: options.NoSplit = False,
) -> None:
    """Label the phrases of sentences by correcting a model's proposals; `treenn train --trees` reads the result.

    Each sentence of a text is labelled separately; --no-split takes each line as one sentence.

    Questions proceed from the whole sentence down. Enter accepts the rest of a sentence as proposed, a number corrects
    a label, y accepts one, b goes back, s skips the sentence, q stops. Every answer is saved at once. The same command
    resumes, even if sentences were added to the file or removed.

    Example: treenn label sentences.txt --out trees.txt
    """
    from treenn.sentiment.label_file import LabelFile
    from treenn.sentiment.model import load_sentiment

    lines = [*find_sentences_of(read_lines([str(sentences)]), tokenized=tokenized, split=not no_split)]
    if not any(each for _, each in lines):
        raise InputError("no words; the file must have a text per line", source=sentences)
    sentiment = load_sentiment(model, parser, contextual)
    divided = divide_long(lines, sentiment.parser.max_words)
    pairs = [(line, sentence) for line, parts in divided for sentence in parts]
    file = LabelFile(out, sentiment.classes, [sentence.text for _, sentence in pairs])
    _say_resumed(file, sentences)
    _ask(file, pairs, sentiment)
    _say_done(file)


def _ask(file: LabelFile, pairs: list[tuple[Line, Sentence]], sentiment: SentimentModel) -> None:
    from treenn.sentiment.labelling import KEYS, Dialogue

    color, width, classes = shows_colour(), get_terminal_size().columns, len(sentiment.classes)

    def propose(number: int) -> Tree:
        line, sentence = pairs[number]
        with located(line):
            tree = sentiment.parser.parse(sentence.words)
        return sentiment.predict_tree(tree).tree

    dialogue = Dialogue(
        file,
        [sentence.text for _, sentence in pairs],
        sentiment.classes,
        propose=propose,
        ask=input,
        show=print,
        draw=lambda tree: draw_text(tree, color=color, classes=classes, width=width),
    )
    print(KEYS)
    try:
        dialogue.run()
    except (EOFError, KeyboardInterrupt):
        print()


def _say_resumed(file: LabelFile, sentences: Path) -> None:
    if done := file.count("sentence") + file.count("skipped"):
        say(f"{file.path}: resuming after {done} of {len(file.entries)} sentences")
    if file.others:
        say(f"{sentences} has changed: {len(file.others)} sentences of {file.path} are no longer in it; they are kept")


def _say_done(file: LabelFile) -> None:
    labelled, skipped = file.count("sentence"), file.count("skipped")
    say(f"{file.path}: {labelled} of {len(file.entries)} sentences are labelled, {skipped} skipped")
    if file.next() is not None:
        say("repeat the command to resume")
