"""Tables made from the chapters: claims, progress, what a chapter promises, errata."""

import re
import tomllib
from pathlib import Path

from docutils import nodes
from sources import asked, claims_of, prose_of
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective


def link_claims(app, doctree):
    """Let `[0.003](#claim-name)` lead to the output of the claim, whose id MyST cannot know; a headline likewise."""
    for node in list(doctree.findall(pending_xref)):
        if node["reftarget"].startswith(("claim-", "headline-")):
            link = nodes.reference(
                "", "", *node.children, refuri=f"#{node['reftarget']}", internal=True, classes=["claim-link"]
            )
            node.replace_self(link)


def written(number):
    """Return a number as the chapters write it: 0.02, and 7 × 10⁻⁷ for the very small."""
    digits, _, power = f"{number:g}".partition("e")
    superscript = str(int(power or 0)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{superscript}" if power else digits


class Claims(SphinxDirective):
    """A table of all claims of the book, with links to where they are computed."""

    def run(self):
        note_table(self.env)
        book = Path(self.env.srcdir)
        lines = ["| chapter | claim | printed | within |", "|---|---|---|---|"]
        for notebook in sorted(book.glob("[!_]*/*.ipynb")):
            place = notebook.relative_to(book).with_suffix("")
            for name, shown, within in claims_of(notebook):
                limit = "the digits shown" if within is None else written(within)
                link = f'<a class="reference internal" href="../{place}.html#claim-{name}">{name}</a>'
                lines.append(f"| {place.name} | {link} | {shown} | {limit} |")
        return self.parse_text_to_nodes("\n".join(lines), offset=self.content_offset)


PROMISE = re.compile(r"After this chapter you can\n\n((?:- .+\n(?:  .+\n)*)+)")


def note_table(env):
    """Note that the page being read has a table made from the chapters."""
    env.metadata[env.docname]["tables"] = True


def told(notebook):
    """Return all that a table may take from a notebook."""
    calls = [asked(notebook, *names) for names in (("choose", "estimate"), ("check",))]
    promise = PROMISE.search(prose_of(notebook))
    return repr((list(claims_of(notebook)), calls, promise and promise[0], headings(str(notebook))))


def tables_of_changed_chapters(app, env, added, changed, removed):
    """Return the pages with tables if a notebook tells them something new: not after every change of a sentence."""
    before = getattr(env, "told", None)
    env.told = {n.stem: told(n) for n in sorted(Path(env.srcdir).glob("[!_]*/*.ipynb"))}
    return [] if env.told == before else [name for name in env.found_docs if "tables" in env.metadata.get(name, ())]


def chapters(directive):
    """Return name, title, path and prose of the notebooks in the table of contents, and note that a page shows them."""
    note_table(directive.env)
    for name in directive.config.external_site_map:
        if (notebook := Path(directive.env.srcdir) / f"{name}.ipynb").exists():
            prose = prose_of(notebook)
            yield name, re.search(r"^# (.+)", prose, re.MULTILINE)[1], notebook, prose


class Progress(SphinxDirective):
    """A table of the chapters with how many of their questions the reader's browser remembers as solved."""

    def run(self):
        rows = ["| chapter | questions solved |", "|---|---|"]
        for name, title, notebook, _ in chapters(self):
            if questions := asked(notebook, "choose", "estimate"):
                count = f'<span data-questions="{" ".join(questions)}">0 of {len(questions)}</span>'
                rows.append(f"| [{title}]({name}.ipynb) | {count} |")
        rows.append('\n<button type="button" data-do="forget">Forget all</button>')
        return self.parse_text_to_nodes("\n".join(rows), offset=self.content_offset)


class Objectives(SphinxDirective):
    """What each chapter promises that its reader can do, and how many questions and graded exercises it has."""

    def run(self):
        lines = []
        for name, title, notebook, prose in chapters(self):
            if can := PROMISE.search(prose):
                questions, graded = asked(notebook, "choose", "estimate"), asked(notebook, "check")
                predictions = sum("-predict-" in question for question in questions)
                counts = (
                    f"{predictions} predictions, {len(questions) - predictions} questions, {len(graded)} code exercises"
                )
                lines += [f"**[{title}](/{name}.ipynb)** ({counts}). Afterwards you can", "", can[1], ""]
        return self.parse_text_to_nodes("\n".join(lines), offset=self.content_offset)


LINK = re.compile(r"\[([^\]]+)\]\(([a-z-]+)#(claim-[a-z0-9-]+)\)")


def headings(path):
    """Return the headings of a notebook or a page of Markdown, by their ids."""
    text = prose_of(Path(path)) if path.endswith(".ipynb") else Path(path).read_text(encoding="utf-8")
    return {nodes.make_id(heading): heading for heading in re.findall(r"^#+ (.+?)\s*$", text, re.MULTILINE)}


class Errata(SphinxDirective):
    """The errata of one subject: what is said, what is true, and where the book shows it."""

    required_arguments = 1

    def run(self):
        note_table(self.env)
        data = Path(self.env.srcdir) / "appendix" / "errata.toml"
        for path in (data, data.parents[2] / "_toc.yml"):  # a chapter that is new there turns its title into a link
            self.env.note_dependency(str(path))
        errata = tomllib.loads(data.read_text(encoding="utf-8"))
        self.chapters = errata["chapters"]
        return [self.entry(entry) for entry in errata[self.arguments[0]]]

    def entry(self, entry):
        places = [place.partition("#")[::2] for place in entry["shown"]]
        before = [None, *(chapter for chapter, _ in places)]
        shown = ", ".join(dict.fromkeys(self.place(*place, last) for place, last in zip(places, before, strict=False)))
        true = LINK.sub(lambda m: self.link(m[2], m[3], m[1], m[1]), entry["true"])
        text = f"“{entry['says']}”\n\n**What holds.** {true}\n\n*Shown in* {shown}."
        return nodes.container("", *self.parse_text_to_nodes(text), classes=["erratum"])

    def place(self, chapter, heading, last):
        """Return a link to a heading or to a whole chapter; a title in italics if the chapter is still to come."""
        page, title = self.chapters[chapter]["page"], self.chapters[chapter]["title"]
        if not heading or page not in self.env.found_docs:
            return self.link(chapter, "", title, f"*{title}*")
        words = headings(self.env.doc2path(page))[heading]
        return self.link(chapter, heading, words if chapter == last else f"{title}: {words}", "")

    def link(self, chapter, fragment, text, otherwise):
        page = self.chapters[chapter]["page"]
        if page not in self.env.found_docs:
            return otherwise
        target = f"../{page}.html#{fragment}".removesuffix("#")
        return f'<a class="reference internal" href="{target}">{text}</a>'


def setup(app):
    app.add_directive("claims", Claims)
    app.add_directive("progress", Progress)
    app.add_directive("objectives", Objectives)
    app.add_directive("errata", Errata)
    app.connect("doctree-read", link_claims)
    app.connect("env-get-outdated", tables_of_changed_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
