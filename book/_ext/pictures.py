"""Figures stand in the page as SVG, so that they take its colours and its fonts; `tipslib.plotting.svg` made them."""

import html
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform


class Inline(SphinxPostTransform):
    """Put the SVG of each figure in place of the image that names its file."""

    default_priority = 180  # before folds
    formats = ("html",)

    def run(self):
        for image in list(self.document.findall(is_figure)):
            picture = Path(self.app.srcdir, image["uri"].lstrip("/")).read_text(encoding="utf-8")
            if "var(--plot-" not in picture:  # a drawing of another hand
                continue
            said = html.escape(image.get("alt", ""))
            drawn = picture.replace("<svg", f'<svg role="img" aria-label="{said}"', 1)
            image.replace_self(nodes.raw("", f'<div class="picture">{drawn}</div>', format="html"))


def is_figure(node):
    """Say whether a node is the figure of a cell, or of the benchmarks."""
    return isinstance(node, nodes.image) and node["uri"].endswith(".svg")


def setup(app):
    app.add_post_transform(Inline)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
