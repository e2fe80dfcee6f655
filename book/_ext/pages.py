"""What a page of the site needs beyond the theme: no script twice or from elsewhere, claims, the repository's links."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective

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


def clean_scripts(app, pagename, templatename, context, doctree):
    """Drop thebe, which needs a server of others and is declared twice, and every script that stands twice."""
    seen, kept = set(), []
    for js in context["script_files"]:
        key = str(js.filename), str(getattr(js, "attributes", {}).get("body"))
        if key not in seen and "thebe" not in "".join(key).lower():
            kept.append(js)
        seen.add(key)
    context["script_files"] = kept
    context["css_files"] = [css for css in context["css_files"] if "thebe" not in str(css.filename)]


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


def setup(app):
    app.add_directive("claims", Claims)
    app.connect("config-inited", link_repository, priority=100)
    app.connect("doctree-read", link_claims)
    app.add_config_value("lab", os.environ.get("LAB", "yes") != "no", "html")  # scripts/lite.py builds it
    app.connect("html-page-context", clean_scripts, priority=900)
    app.connect("html-page-context", offer_lab, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
