"""The repository that builds the site: launch, source and issue buttons, the address, the release."""

import json
import os
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

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
    config.ogp_social_cards = {"enable": bool(address), "image": "_static/logo.png", "line_color": "#d55e00"}


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


def setup(app):
    if os.environ.get("SITE_URL"):
        app.setup_extension("sphinx_sitemap")
    app.connect("config-inited", know_address, priority=100)
    app.connect("config-inited", link_repository, priority=100)
    app.connect("html-page-context", fill_in_report, priority=700)
    app.add_config_value("lab", os.environ.get("LAB", "yes") != "no", "html")  # scripts/lite.py builds it
    app.connect("html-page-context", offer_lab, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
