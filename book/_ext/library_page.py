"""The page of the library: docstrings read as prose, and links from the code of every page to the names on it."""

import ast
import re
from importlib import import_module

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

MARKED = re.compile(r"(`+[^`]+`+|(?<![\w*])\*\w[^*]*\w\*(?![\w*]))")


def read_as_prose(app, what, name, obj, options, lines):
    """Read docstrings as they are written: outside of examples, backticks and *emphasis* alone mean something."""
    example = False
    for i, line in enumerate(lines):
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        if not example:
            parts = MARKED.split(line)  # every second part is marked
            lines[i] = "".join(p if k % 2 else re.sub(r"[*|\\]|_(?!\w)", r"\\\g<0>", p) for k, p in enumerate(parts))


def skip_member(app, what, name, obj, skip, options):
    """Leave out the fields of a named tuple, which its signature names, and methods that other packages add."""
    elsewhere = not (getattr(obj, "__module__", None) or "tipslib").startswith(("tipslib", "tipsbook"))
    return True if elsewhere or (getattr(obj, "__doc__", None) or "").startswith("Alias for field") else None


def described(module, name, known):
    """Return the name under which the library's page has what a module gives: the module's own, or that of its home."""
    home = getattr(getattr(import_module(module), name, None), "__module__", module)
    return f"{module}.{name}" if f"{module}.{name}" in known else f"{home}.{name}"


def names_of_library(document, known):
    """Return what the imported names of a page's code stand for; a name that the code also binds is left out."""
    names, bound = {}, set()
    for block in document.findall(nodes.literal_block):
        try:
            tree = ast.parse(block.astext() if "python" in block.get("language", "") else "")
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("tipslib", "tipsbook")):
                names |= {a.asname or a.name: described(node.module, a.name, known) for a in node.names}
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound.add(node.id)
    return {name: full for name, full in names.items() if name not in bound}


NAME = re.compile(
    r'(?<!<span class="o">\.</span>)(?P<head><span class="(?P<kind>nn?)">(?P<name>[\w.]+)</span>)'
    r'(?P<tail><span class="o">\.</span><span class="n">(?P<attribute>\w+)</span>)?(?!<span class="o">=</span>)'
)


def link_code(self, node):
    """Write a block of code in which names of the library lead to its page."""
    start = len(self.body)
    try:
        HTML5Translator.visit_literal_block(self, node)
    except nodes.SkipNode:
        if isinstance(node, nodes.doctest_block):  # an example on the library's own page
            raise
        if not hasattr(self, "library_names"):
            self.known = self.builder.env.domains["py"].objects
            self.library_names, self.library_links = names_of_library(self.document, self.known), set()
        folded = any("tag_hide-input" in parent.get("classes", ()) for parent in ancestors(node))
        self.body[start:] = [NAME.sub(lambda m: library_link(self, m, folded), "".join(self.body[start:]))]
        raise


def ancestors(node):
    while node := node.parent:
        yield node


def library_link(self, found, folded):
    """Return a name as a link. The keyboard stops at the first to each target, once in folded cells, once outside."""
    known = self.known
    full = found["name"] if found["kind"] == "nn" else self.library_names.get(found["name"])
    target, text, rest = f"{full}.{found['attribute']}", found[0], ""
    if target not in known:
        target, text, rest = full, found["head"], found["tail"] or ""
    if target not in known:
        return found[0]
    page = self.builder.get_relative_uri(self.builder.current_docname, known[target].docname)
    passed = ' tabindex="-1"' if (target, folded) in self.library_links else ""
    self.library_links.add((target, folded))
    return f'<a class="library" href="{page}#{known[target].node_id}"{passed}>{text}</a>{rest}'


def setup(app):
    app.add_node(nodes.literal_block, override=True, html=(link_code, None))
    app.connect("autodoc-process-docstring", read_as_prose)
    app.connect("autodoc-skip-member", skip_member)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
