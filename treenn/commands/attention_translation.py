"""`treenn attention` of a translation model: the translation of a sentence, with a heat map and a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from treenn.commands.output import print_json, print_table, say, tell
from treenn.commands.svg_files import SvgTarget
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treenn.models.network import Network
    from treenn.translation.attention_weights import AttentionWeights


class AttentionFiles(NamedTuple):
    """The files of drawings, None for none.

    Args:
        svg: the heat map.
        html: the page.
        trees: the trees, one for each unit of the translation.
    """

    svg: Path | None
    html: Path | None
    trees: SvgTarget | None

    def write(self, attention: AttentionWeights, sentence: str, translation: str, model: str) -> None:
        """Draw all, `trees` first.

        Raises:
            InputError: if there are no trees to draw, or the pictures are too large.
        """
        from treenn.translation.attention_page import render_attention
        from treenn.translation.heat_map import check_drawable, draw_attended_tree, draw_heat_map

        if any((self.svg, self.html, self.trees)):
            check_drawable(attention)
        if self.trees is not None:
            if attention.tree is None:
                raise InputError(f"--tree-svg {self.trees.path}: this model reads words; must be one of trees")
            pictures = (draw_attended_tree(attention, piece) for piece in range(len(attention.pieces)))
            self.trees.write(pictures, "name a folder or a pattern, such as trees-{}.svg")
        if self.svg is not None:
            write_text(self.svg, draw_heat_map(attention, title=f"Attention: {translation}"))
            say(f"drawn: {self.svg}")
        if self.html is not None:
            write_text(self.html, render_attention(attention, sentence, translation, model))
            say(f"page: {self.html}")


def draw_translation(
    network: Network, name: str, sentence: str, trees: str | None, files: AttentionFiles, *, json: bool
) -> None:
    """Translate a sentence, print the largest weights of each unit, and draw all.

    Args:
        network: a translation model.
        name: the name of its folder.
        sentence: the sentence.
        trees: the parser (None: that of `treenn translate apply`).
        files: the files of drawings.
        json: whether to print JSON.
    """
    translation, attention = _translate(network, sentence, trees)
    if json:
        print_json(_record(translation, attention))
    else:
        _print(translation, attention)
    files.write(attention, sentence, translation, name)


def _translate(network: Network, sentence: str, trees: str | None) -> tuple[str, AttentionWeights]:
    from treebanks import ParallelCorpus, Translation
    from treebanks.translation.reading import clean_line
    from treenn.commands.translate_options import parsed
    from treenn.translation.beam_search import BeamOptions
    from treenn.translation.model import TranslationModel

    model = TranslationModel(network)
    source = Translation(clean_line(sentence, None, 1), "")
    (pair,) = parsed(ParallelCorpus("text", model.languages, {"text": [source]}), model.trees(trees)).examples("text")
    (outputs,) = model.search([pair], BeamOptions())
    if not outputs:
        raise InputError("SENTENCE: no translation has a positive probability")
    return model.vocabulary.text(outputs[0].tokens), model.attention(pair, outputs[0].tokens)


def _record(translation: str, attention: AttentionWeights) -> dict[str, Any]:
    return {
        "words": attention.words,
        "translation": translation,
        "pieces": attention.pieces,
        "nodes": attention.labels,
        "weights": attention.weights.tolist(),
    }


def _print(translation: str, attention: AttentionWeights) -> None:
    rows = [
        (piece, "; ".join(f"{label} {weight:.2f}" for label, weight in attention.top(index)))
        for index, piece in enumerate(attention.pieces)
    ]
    print_table(rows, "unit", "largest weights", prose=["largest weights"])
    tell(f"translation: {translation}")
