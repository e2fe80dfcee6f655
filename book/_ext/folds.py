"""The figure first, the code at hand: what a folded cell draws stands above its code, and claims fold behind one line.

A cell tagged `hide-input` shows what it makes, and under it "Code". One that makes nothing (it imports, it loads) has
no fold of its own: its code stands first in the fold of the next one. What `claim` prints in a section stands behind
"Checked by n claims". Folds are `details`, so they open without JavaScript.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

CLAIM = re.compile(r'class="tips-claim"')


def raw(text):
    """Return HTML as a node."""
    return nodes.raw("", text, format="html")


def fold(kind, title, *parts):
    """Return the nodes of a fold of this kind, which holds the parts."""
    return [raw(f'<details class="fold {kind}"><summary>{title}</summary>'), *parts, raw("</details>")]


def is_cell(node):
    """Say whether a node is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


class Fold(SphinxPostTransform):
    """Put the code of folded cells under what they make, before MyST-NB would fold it above."""

    default_priority = 190  # MyST-NB folds at 199
    formats = ("html",)

    def run(self):
        waiting = []  # the code of cells that make nothing
        for cell in list(self.document.findall(is_cell)):
            code = [node for node in cell if node.get("nb_element") == "cell_code_source"]
            made = [node for node in cell if node not in code]
            if cell.get("hide_mode") != "input":
                put_down(waiting)
                waiting = []
            elif made:
                code = [*(node for _, node in waiting), *code]
                for empty, _ in waiting:
                    empty.parent.remove(empty)
                waiting = []
                cell["hide_mode"], cell.children = None, []
                cell += folded(made, code)
            else:
                waiting += [(cell, node) for node in code]
        put_down(waiting)


def folded(made, code):
    """Return what a cell makes, and its code in a fold; claims, and the code that computes them, in one."""
    claims = sum(len(CLAIM.findall(raw.astext())) for node in made for raw in node.findall(nodes.raw))
    under = fold("code", "Code", *code)
    if not claims:
        return [*made, *under]
    return fold("claims", f"Checked by {claims} claims" if claims > 1 else "Checked by one claim", *made, *under)


def put_down(waiting):
    """Give cells that make nothing, and are followed by none that draws, a fold of their own."""
    for cell, node in waiting:
        cell["hide_mode"], cell.children = None, []
        cell += fold("code", "Code", node)


def setup(app):
    app.add_post_transform(Fold)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
