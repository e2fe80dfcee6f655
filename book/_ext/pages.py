"""What a page of the site needs beyond the theme: no script twice or from elsewhere, claims, the repository's links."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective

HOSTS = re.compile(r"(?:git@|https://|ssh://git@)([^:/]+)[:/](.+?)(?:\.git)?/?$")


def repository():
    """Return URL and branch of the repository that builds the site (from the public CI, else git's remote), or None."""
    env = os.environ
    if name := env.get("GITHUB_REPOSITORY"):
        branch = env.get("GITHUB_HEAD_REF") or env.get("GITHUB_REF_NAME") or "main"
        return f"{env.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}", branch
    try:
        done = subprocess.run(["git", "remote", "get-url", "origin"], capture_output=True, text=True, check=False)
    except OSError:  # no git: an archive
        return None
    found = HOSTS.match(done.stdout.strip())
    return (f"https://{found[1]}/{found[2]}", "main") if found else None


def link_repository(app, config):
    """Launch, source and issue buttons follow the repository; without one there are none."""
    if known := repository():
        url, branch = known
        binder = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
        config.html_theme_options |= {
            "repository_url": url,
            "repository_branch": branch,
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
    app.connect("html-page-context", clean_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
