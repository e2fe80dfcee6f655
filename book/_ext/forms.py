"""Parts of a chapter by which a reader finds their way get a class: exercises, captions, the half of the book."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

CAPTION = re.compile(r"Figure \d+\.")
CARD = ["Symptom.", "Check.", "Tip.", "Limit."]


class Forms(SphinxPostTransform):
    """Mark the half of the book, the card, each exercise, and each figure with its caption."""

    default_priority = 195  # when figures and folds stand
    formats = ("html",)

    def run(self):
        for chapter in self.document.findall(lambda node: isinstance(node, nodes.section)):
            chapter["classes"].append(f"part-{self.env.docname.partition('/')[0]}")
            break
        for section in self.document.findall(nodes.section):
            if isinstance(section.parent, nodes.section) and "exercises" in section.parent["ids"]:
                section["classes"].append("exercise")
        for items in self.document.findall(nodes.bullet_list):
            if [first_words(item) for item in items] == CARD:
                items["classes"].append("card-of-chapter")
        for caption in list(self.document.findall(is_caption)):
            mark(caption)


def first(paragraph):
    """Return the first node of a paragraph that says something: MyST puts an empty text before bold words."""
    return next((child for child in paragraph.children if child.astext()), None)


def first_words(item):
    """Return the bold words that an item of a list begins with."""
    words = first(item.children[0]) if item.children else None
    return words.astext() if isinstance(words, nodes.strong) else ""


def is_caption(node):
    """Say whether a node is a paragraph that begins with the number of a figure."""
    words = first(node) if isinstance(node, nodes.paragraph) else None
    return isinstance(words, nodes.strong) and bool(CAPTION.match(words.astext()))


def mark(caption):
    """Put a caption and the figure before it into one container."""
    caption["classes"].append("figure-caption")
    place = caption.parent.index(caption)
    before = caption.parent[place - 1] if place else None
    if isinstance(before, nodes.container) and before.get("nb_element") == "cell_code":
        both = nodes.container("", classes=["captioned"], is_div=True)
        caption.parent.insert(place - 1, both)
        for node in (before, caption):
            node.parent.remove(node)
            both += node


def number_nothing(app, config):
    """Figures are numbered in their captions; Jupyter Book would have every page walked for others."""
    config["numfig"] = False


def setup(app):
    app.connect("config-inited", number_nothing, priority=900)
    app.add_post_transform(Forms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
