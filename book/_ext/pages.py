"""What a page of the site needs beyond the theme: links of the repository and of claims, errata, progress, and links
from code to the page of the library.
"""

import ast
import json
import os
import re
import subprocess
import tomllib
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from docutils import nodes
from sphinx.addnodes import index, pending_xref
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

HOSTS = re.compile(r"(?:(?:https|ssh)://(?:[^@/]+@)?|[^@/:]+@)([^@:/]+)(?::\d+)?[:/](.+?)(?:\.git)?/?$")


def git(*command):
    """Return what git says; nothing where there is no git, or no answer."""
    try:
        return subprocess.run(["git", *command], capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # no git: an archive
        return ""


def public_ci(env):
    """Return name and branch of the repository that GitHub Actions builds; of a pull request its head, perhaps a fork.

    GITHUB_HEAD_REF is a branch of the head's repository, GITHUB_REPOSITORY the one that the request goes to: only the
    file of the event says which two belong together. Without it, the default branch of the latter is right.
    """
    name, branch = env["GITHUB_REPOSITORY"], env.get("GITHUB_REF_NAME") or "main"
    if env.get("GITHUB_HEAD_REF"):
        file = Path(env.get("GITHUB_EVENT_PATH", "no event"))
        event = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        branch = event.get("repository", {}).get("default_branch", "main")
        head = event.get("pull_request", {}).get("head") or {}
        if head.get("repo"):  # none where the fork was deleted
            name, branch = head["repo"]["full_name"], head["ref"]
    return name, branch


def repository():
    """Return URL and branch of the repository that builds the site (from the public CI, else git's remote), or None."""
    env = os.environ
    if env.get("GITHUB_REPOSITORY"):
        name, branch = public_ci(env)
        return f"{env.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}", branch
    if found := HOSTS.match(git("remote", "get-url", "origin")):
        branch = git("symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
        return f"https://{found[1]}/{found[2]}", branch or "main"
    return None


def link_repository(app, config):
    """Launch, source and issue buttons follow the repository; without one there are none."""
    if known := repository():
        url, branch = known
        binder = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
        config.html_theme_options |= {
            "repository_url": url,
            "repository_branch": quote(branch),
            "path_to_docs": "book",
            "use_repository_button": True,
            "use_issues_button": True,
            "launch_buttons": binder,
        }


def know_address(app, config):
    """Take the address of the published site from SITE_URL: sitemap, social cards and the 404 page need it."""
    address = os.environ.get("SITE_URL", "").rstrip("/")
    config.html_baseurl = config.ogp_site_url = f"{address}/" if address else ""
    config.notfound_urls_prefix = urlsplit(f"{address}/").path
    if address:
        config.sitemap_url_scheme = "{link}"
    config.ogp_social_cards = {"enable": bool(address)}


def release():
    """Return the version of the book, with the commit it was built from where that is known."""
    commit = os.environ.get("GITHUB_SHA") or git("rev-parse", "--verify", "HEAD")
    return f"{version('tipslib')} ({commit[:7]})" if commit else version("tipslib")


def fill_in_report(app, pagename, templatename, context, doctree):
    """Tell the page its release, and let its issue button open the form for mistakes with both filled in."""
    context["book_release"] = release()
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", [group]):
            if button.get("label") == "source-issues-button" and "github.com" in button["url"]:
                form = {"template": "mistake.yml", "page": pagename, "version": context["book_release"]}
                button["url"] = f"{button['url'].partition('?')[0]}?{urlencode(form)}"
                button |= {"text": "Report a mistake", "tooltip": "Report a mistake on this page"}


def offer_lab(app, pagename, templatename, context, doctree):
    """Put a button on the page of a notebook that opens it in the reader's own browser."""
    if app.config.lab and context.get("page_source_suffix") == ".ipynb":
        start = {
            "type": "link",
            "url": f"{context['pathto']('lite/notebooks/index.html', 1)}?path={pagename}.ipynb",
            "text": "Run",
            "tooltip": "Run this notebook in the browser",
            "icon": "fas fa-play",
            "label": "run",
        }
        context["header_buttons"].insert(0, start)


def link_claims(app, doctree):
    """Let `[0.003](#claim-name)` lead to the output of the claim, whose id MyST cannot know."""
    for node in list(doctree.findall(pending_xref)):
        if node["reftarget"].startswith("claim-"):
            link = nodes.reference(
                "", "", *node.children, refuri=f"#{node['reftarget']}", internal=True, classes=["claim-link"]
            )
            node.replace_self(link)


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


def claims_of(notebook):
    """Return (name, shown, within) of every claim(...) call of a notebook, in its order."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if "claim" not in cell["metadata"].get("tags", []):
            continue
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim":
                named = {k.arg: ast.literal_eval(k.value) for k in node.keywords}
                yield node.args[0].value, named["shown"], named.get("within")


def written(number):
    """Return a number as the chapters write it: 0.02, and 7 × 10⁻⁷ for the very small."""
    digits, _, power = f"{number:g}".partition("e")
    superscript = str(int(power or 0)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{superscript}" if power else digits


class Claims(SphinxDirective):
    """A table of all claims of the book, with links to where they are computed."""

    def run(self):
        book = Path(self.env.srcdir)
        lines = ["| chapter | claim | printed | within |", "|---|---|---|---|"]
        for notebook in sorted(book.glob("[!_]*/*.ipynb")):
            self.env.note_dependency(str(notebook))
            place = notebook.relative_to(book).with_suffix("")
            for name, shown, within in claims_of(notebook):
                limit = "the digits shown" if within is None else written(within)
                link = f'<a class="reference internal" href="../{place}.html#claim-{name}">{name}</a>'
                lines.append(f"| {place.name} | {link} | {shown} | {limit} |")
        return self.parse_text_to_nodes("\n".join(lines), offset=self.content_offset)


def asked(notebook, *functions):
    """Return the names of the questions or graded exercises of a notebook, in its order."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in functions:
                    yield node.args[0].value


def chapters(directive):
    """Return name, title, path and prose of the notebooks in the table of contents, and note that a page shows them."""
    for name in directive.config.external_site_map:
        if (notebook := Path(directive.env.srcdir) / f"{name}.ipynb").exists():
            directive.env.note_dependency(str(notebook))
            cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
            prose = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
            yield name, re.search(r"^# (.+)", prose, re.MULTILINE)[1], notebook, prose


class Progress(SphinxDirective):
    """A table of the chapters with how many of their questions the reader's browser remembers as solved."""

    def run(self):
        rows = ["| chapter | questions solved |", "|---|---|"]
        for name, title, notebook, _ in chapters(self):
            if questions := list(asked(notebook, "choose", "estimate")):
                count = f'<span data-questions="{" ".join(questions)}">0 of {len(questions)}</span>'
                rows.append(f"| [{title}]({name}.ipynb) | {count} |")
        rows.append('\n<button type="button" data-do="forget">Forget all</button>')
        return self.parse_text_to_nodes("\n".join(rows), offset=self.content_offset)


class Objectives(SphinxDirective):
    """What each chapter promises that its reader can do, and how many questions and graded exercises it has."""

    def run(self):
        lines = []
        for name, title, notebook, prose in chapters(self):
            if can := re.search(r"After this chapter you can\n\n((?:- .+\n(?:  .+\n)*)+)", prose):
                questions, graded = list(asked(notebook, "choose", "estimate")), list(asked(notebook, "check"))
                predictions = sum("-predict-" in question for question in questions)
                counts = (
                    f"{predictions} predictions, {len(questions) - predictions} questions, {len(graded)} code exercises"
                )
                lines += [f"**[{title}](/{name}.ipynb)** ({counts}). Afterwards you can", "", can[1], ""]
        return self.parse_text_to_nodes("\n".join(lines), offset=self.content_offset)


LINK = re.compile(r"\[([^\]]+)\]\(([a-z-]+)#(claim-[a-z0-9-]+)\)")


def headings(path):
    """Return the headings of a notebook or a page of Markdown, by their ids."""
    text = Path(path).read_text(encoding="utf-8")
    if path.endswith(".ipynb"):
        prose = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in prose)
    return {nodes.make_id(heading): heading for heading in re.findall(r"^#+ (.+?)\s*$", text, re.MULTILINE)}


class Errata(SphinxDirective):
    """The errata of one subject: what is said, what is true, and where the book shows it."""

    required_arguments = 1

    def run(self):
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
        text = f"**“{entry['says']}”**\n\n*True:* {true}\n\n*Shown in* {shown}."
        return nodes.container("", *self.parse_text_to_nodes(text), classes=["erratum"])

    def place(self, chapter, heading, last):
        """Return a link to a heading or to a whole chapter; a title in italics if the chapter is still to come."""
        page, title = self.chapters[chapter]["page"], self.chapters[chapter]["title"]
        if not heading or page not in self.env.found_docs:
            return self.link(chapter, "", title, f"*{title}*")
        self.env.note_dependency(self.env.doc2path(page))
        words = headings(self.env.doc2path(page))[heading]
        return self.link(chapter, heading, words if chapter == last else f"{title}: {words}", "")

    def link(self, chapter, fragment, text, otherwise):
        page = self.chapters[chapter]["page"]
        if page not in self.env.found_docs:
            return otherwise
        target = f"../{page}.html#{fragment}".removesuffix("#")
        return f'<a class="reference internal" href="{target}">{text}</a>'


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
    if os.environ.get("SITE_URL"):
        app.setup_extension("sphinx_sitemap")
    app.add_directive("claims", Claims)
    app.add_directive("progress", Progress)
    app.add_directive("objectives", Objectives)
    app.connect("config-inited", know_address, priority=100)
    app.add_directive("errata", Errata)
    app.add_node(nodes.literal_block, override=True, html=(link_code, None))
    app.connect("autodoc-process-docstring", read_as_prose)
    app.connect("autodoc-skip-member", skip_member)
    app.connect("config-inited", link_repository, priority=100)
    app.connect("html-page-context", fill_in_report, priority=700)
    app.connect("doctree-read", link_claims)
    app.connect("doctree-read", index_names)
    app.connect("env-updated", write_glossary)
    app.add_config_value("lab", os.environ.get("LAB", "yes") != "no", "html")  # scripts/lite.py builds it
    app.connect("html-page-context", offer_lab, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
