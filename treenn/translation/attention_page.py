"""The attention of a translation as one HTML file that opens offline."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from treenn.runtime.pages import page_template
from treenn.translation.attention_weights import AttentionWeights
from treenn.translation.heat_map import draw_attended_tree, draw_heat_map
from treenn.trees.text_width import visible


def render_attention(attention: AttentionWeights, source: str, translation: str, model: str) -> str:
    """The page of a translation: the heat map, and for a tree its picture at each unit, selected by mouse or keyboard.

    Args:
        attention: the weights.
        source: the sentence.
        translation: the translation.
        model: the name of the model.
    """
    trees = range(len(attention.pieces)) if attention.tree is not None else ()
    page = page_template(Path(__file__).parent, "attention.html")
    return page.render(
        source=visible(source),
        translation=visible(translation),
        model=visible(model),
        heat_map=Markup(draw_heat_map(attention)),
        pieces=[visible(piece) for piece in attention.pieces],
        trees=[Markup(draw_attended_tree(attention, piece)) for piece in trees],
        tops=[attention.top(piece) for piece in range(len(attention.pieces))],
    )
