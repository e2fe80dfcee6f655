"""The glossary: the search finds a term by its name in any language."""

from docutils import nodes
from sphinx.addnodes import index


def index_names(app, doctree):
    """Let the search lead from the name of a term in any language to its entry in the glossary."""
    if app.env.docname == "appendix/glossary":
        for mark in list(doctree.findall(nodes.raw)):
            if mark.astext().startswith("<span lang="):
                section, name = mark.parent.parent, mark.next_node(nodes.Text, descend=False, siblings=True)
                section.insert(1, index(entries=[("single", name.astext(), section["ids"][0], "main", None)]))


def write_glossary(app, env):
    """Write the glossary in every build: the search forgets the names on pages that a build does not write."""
    return [name for name in env.found_docs if name == "appendix/glossary"]


def setup(app):
    app.connect("doctree-read", index_names)
    app.connect("env-updated", write_glossary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
