"""The way to the chapters: their solutions fold away, and each chapter has room for how much of it is solved."""

import re
from functools import cache
from pathlib import Path

from sources import asked, prose_of

FOLDED = {"Solutions"}  # parts of the table of contents that nobody reads in order


@cache
def questions(app):
    """Return the questions of each chapter by its title, for those in the table of contents that ask some."""
    found = {}
    for name in app.config.external_site_map:
        if (notebook := Path(app.srcdir) / f"{name}.ipynb").exists():
            title = re.search(r"^# (.+)", prose_of(notebook), re.MULTILINE)[1]
            found[title] = asked(notebook, "choose", "estimate")
    return {title: names for title, names in found.items() if names}


def questions_changed(app, env):
    """Return all pages if a chapter asks something else than before: each of them counts."""
    before, env.questions = getattr(env, "questions", None), questions(app)
    return [] if before in (None, env.questions) else sorted(env.found_docs)


def fold(contents):
    """Put what is folded away behind its caption; it is open on a page that it leads to."""
    for caption in contents.select("p.caption"):
        if caption.get_text(strip=True) in FOLDED:
            pages = caption.find_next_sibling("ul")
            folded = contents.new_tag("details", attrs={"class": "parts"})
            if pages.select_one(".current"):
                folded["open"] = ""
            caption.name, caption.attrs = "summary", {"class": "caption"}
            caption.insert_before(folded)
            folded.extend([caption.extract(), pages.extract()])


def mark(contents, asked_in):
    """Give each chapter a ring, which `site.js` fills and shows as soon as one of its questions is solved."""
    for link in contents.select("a"):
        if names := asked_in.get(link.get_text(strip=True)):
            ring = contents.new_tag("span", attrs={"class": "ring", "hidden": ""})
            count = contents.new_tag("span", attrs={"data-questions": " ".join(names)})
            ring.extend([count, " questions solved"])
            link.extend([" ", ring])


def mend(app, pagename, templatename, context, doctree):
    """Fold and mark the contents in the sidebar of a page."""
    made = context.get("generate_toctree_html")

    def mended(**options):
        contents = made(**options)
        fold(contents)
        mark(contents, questions(app))
        return contents

    if made:
        context["generate_toctree_html"] = mended


def setup(app):
    app.connect("env-updated", questions_changed)
    app.connect("html-page-context", mend, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
