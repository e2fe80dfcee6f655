"""The headlines of all chapters on one page, taken from what their cells made: with what each survived."""

import re

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

MADE = re.compile(r'<div class="tips-headline".*</div>', re.DOTALL)


class Headlines(SphinxDirective):
    """The place of the headlines; they are put there when every page was read."""

    def run(self):
        self.env.metadata[self.env.docname]["headlines"] = True
        return [nodes.container("", classes=["headlines"])]


def collected(env):
    """Return the headlines of each page, as the last run of its notebook made them."""
    if not hasattr(env, "headlines"):
        env.headlines = {}
    return env.headlines


def collect(app, doctree):
    """Keep what the headline cells of a page made."""
    made = [found[0] for node in doctree.findall(nodes.raw) if (found := MADE.search(node.astext()))]
    collected(app.env)[app.env.docname] = made


def purge(app, env, docname):
    collected(env).pop(docname, None)


def merge(app, env, docnames, other):
    collected(env).update({name: collected(other)[name] for name in docnames if name in collected(other)})


def changed(app, env):
    """Return the page of the headlines when a chapter has made other ones."""
    before, env.headlines_shown = getattr(env, "headlines_shown", None), dict(collected(env))
    return (
        [] if env.headlines_shown == before else [n for n in env.found_docs if "headlines" in env.metadata.get(n, ())]
    )


def put(app, doctree, docname):
    """Put the headlines at their place, chapter after chapter."""
    for place in list(doctree.findall(lambda n: isinstance(n, nodes.container) and "headlines" in n["classes"])):
        for name in app.config.external_site_map or ():
            if made := collected(app.env).get(name):
                title = app.env.titles[name].astext()
                link = nodes.reference("", title, refuri=app.builder.get_relative_uri(docname, name), internal=True)
                place += [nodes.rubric("", "", link), *(nodes.raw("", html, format="html") for html in made)]


def setup(app):
    app.add_directive("headlines", Headlines)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", changed)
    app.connect("doctree-resolved", put)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
