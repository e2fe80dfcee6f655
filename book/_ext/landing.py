"""The first page: symptoms with the curve of a real run, what the book holds in numbers, the cover for social cards."""

import re
import tomllib
from pathlib import Path

import numpy as np
from docutils import nodes
from sources import asked, calls_of, claims_of
from sphinx.util.docutils import SphinxDirective

CARD = re.compile(r"^- (?P<seen>.+) \| (?P<read>.+) \| (?P<data>.+)$")
WIDTH, HEIGHT, EDGE = 120, 46, 4  # of a thumbnail
QUANTITIES = {"loss": (0, 1), "accuracy": (2, 3)}  # places of training and validation among the curves of the clinic


# ------------------------------------------------------------------------------------------------------------ symptoms


class Symptoms(SphinxDirective):
    """Cards: a line `- what is seen | where to read on | data` becomes one, with a picture of the data.

    The data are `clinic patient` or `clinic patient accuracy`, an untreated patient; or `file training=array[index]
    validation=array[index]`, curves of a file in some folder `data`. A chapter without a link is to come.
    """

    has_content = True
    required_arguments = 1

    def run(self):
        cards = nodes.bullet_list(classes=["symptoms", self.arguments[0]])
        for line in self.content:
            found = CARD.match(line)
            if not found:
                raise self.error(f"Expected `- what is seen | where to read on | data`, got {line!r}.")
            cards += self.card(found["seen"], found["read"], found["data"])
        return [cards]

    def card(self, seen, read, data):
        file = file_of(Path(self.env.srcdir), data)
        self.env.note_dependency(str(file))
        chapters = re.split("[;,] *", read)
        named = (chapter if chapter.startswith("[") else f"{chapter} <small>to come</small>" for chapter in chapters)
        parts = self.parse_text_to_nodes(f"{seen}\n\n{', '.join(named)}", offset=self.content_offset)
        picture = nodes.raw("", thumbnail(*curves(file, data)), format="html")
        return nodes.list_item("", picture, *parts, classes=["symptom"] if "](" in read else ["symptom", "to-come"])


def file_of(book, data):
    """Return the file that holds the curves of a card."""
    name = data.split()[0]
    [file] = book.glob(f"*/data/{'recipe-clinic' if name == 'clinic' else name}.npz")
    return file


def curves(file, data):
    """Return pairs of training or validation and a curve, and whether the run broke off: its loss was no number."""
    with np.load(file) as stored:
        name, *parts = data.split()
        if name != "clinic":
            return [picked(stored, part) for part in parts], False
        patient, quantity = (*parts, "loss")[:2]
        i = stored["names"].tolist().index(patient)
        places = ("training", QUANTITIES[quantity][0]), ("validation", QUANTITIES[quantity][1])
        both = [(kind, stored["curves"][i, 0, place]) for kind, place in places]
        return [(kind, curve[np.isfinite(curve)]) for kind, curve in both], bool(stored["diverged"][i, 0])


def picked(stored, part):
    """Return training or validation and a curve, as `training=array[0,:,2]` names them."""
    kind, name, index = re.fullmatch(r"(training|validation)=(\w+)\[([\d:,]+)\]", part).groups()
    return kind, stored[name][tuple(slice(None) if i == ":" else int(i) for i in index.split(","))]


def thumbnail(lines, broken):
    """Return curves as a small SVG without words. Its floor is 0; what shoots up leaves it through the top."""
    first = lines[0][1][0]
    top = 1.0 if max(line.max() for _, line in lines) <= 1 else 1.4 * max(first, lines[0][1].min())
    longest = max(12, *(len(line) for _, line in lines))  # a run that broke off is seen to be short
    drawn = []
    for kind, line in reversed(lines):  # training lies on top
        x = EDGE + np.arange(len(line)) * (WIDTH - 2 * EDGE) / (longest - 1)
        y = HEIGHT - 3 - np.minimum(line / top, 2) * (HEIGHT - 6)
        drawn.append(f'<path class="{kind}" d="{path(thinned(np.column_stack([x, y])))}"/>')
    if broken:
        drawn.append(f'<path class="end" d="M{x[-1] + 5:.0f} {max(y[-1] - 3, 2):.0f}l6 6m0-6l-6 6"/>')
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg class="thumbnail" aria-hidden="true" {size}><path d="M1 1V45H119"/>{"".join(drawn)}</svg>'


def thinned(points, least=0.4):
    """Drop points that lie on the line between their neighbours, within a part of a pixel (Douglas & Peucker)."""
    if len(points) < 3:
        return points
    along = points[-1] - points[0]
    away = np.abs((points - points[0]) @ [-along[1], along[0]]) / np.hypot(*along)
    far = int(away.argmax())
    if away[far] < least:
        return points[[0, -1]]
    return np.concatenate([thinned(points[: far + 1], least)[:-1], thinned(points[far:], least)])


def path(points):
    """Return points as a path of SVG."""
    return "M" + "L".join(" ".join(f"{number:.1f}".removesuffix(".0") for number in point) for point in points)


# ------------------------------------------------------------------------------------------------------------- numbers


class Numbers(SphinxDirective):
    """What the book holds: a line `name | words` becomes the count of that name, and the words."""

    has_content = True

    def run(self):
        counts, rows = count(Path(self.env.srcdir)), []
        for line in self.content:
            name, words = line.split(" | ")
            rows.append(f"- **{counts[name]}**\n\n  {words}")
        parts = self.parse_text_to_nodes("\n".join(rows), offset=self.content_offset)
        return [nodes.container("", *parts, classes=["numbers"])]


def count(book):
    """Return how many figures that answer, exercises, claims, errata and runs of the clinic the book has."""
    notebooks = sorted(book.glob("[!_]*/*.ipynb"))
    pages = [book / "index.md", *notebooks]
    graded = {name for notebook in notebooks for name in asked(notebook, "check")}
    errata = tomllib.loads((book / "appendix" / "errata.toml").read_text(encoding="utf-8"))
    with np.load(book / "recipe" / "data" / "recipe-clinic.npz") as clinic:
        runs = np.prod(clinic["ends"].shape[:3])  # patients, sick and treated, seeds
    return {
        "figures": sum(len(calls_of(page, "explore", "sculptor", "clinic")) for page in pages),
        "exercises": sum(len(calls_of(page, "choose", "estimate")) for page in pages) + len(graded),
        "claims": sum(len([*claims_of(notebook)]) for notebook in notebooks),
        "errata": sum(len(entries) for entries in errata.values() if isinstance(entries, list)),
        "runs": int(runs),
    }


def counted_anew(app, env, added, changed, removed):
    """Return the first page when a count on it has changed."""
    root, book = app.config.root_doc, Path(env.srcdir)
    now = count(book) if (book / "appendix" / "errata.toml").exists() else {}  # a book of two pages in a test
    before, env.counts = getattr(env, "counts", now), now
    return [root] if now != before and root in env.found_docs else []


# --------------------------------------------------------------------------------------------------------------- cover


def give_cover(app, pagename, templatename, context, doctree):
    """Show the cover where somebody shares the first page; the other pages have cards with their titles."""
    if pagename == app.config.root_doc and app.config.html_baseurl:
        cover = {
            "og:image": "_static/cover.png",
            "og:image:alt": "Two spirals, and what four small networks say of them",
        }
        context["meta"] = (context["meta"] or {}) | cover
        context["metatags"] += '<meta name="twitter:card" content="summary_large_image" />\n'


def frame(app, pagename, templatename, context, doctree):
    """Give all pages the mark, without a request; the first one has a bar, and none of the chapters' buttons."""
    mark = (Path(app.srcdir) / "_static" / "logo.svg").read_text(encoding="utf-8")
    context["mark"] = mark.replace("<svg", '<svg aria-hidden="true" width="32" height="32"', 1).strip()
    if pagename == app.config.root_doc:
        for items in ("theme_article_header_start", "theme_article_header_end"):
            context[items] = []
        context["theme_show_prev_next"] = False


def setup(app):
    app.add_directive("symptoms", Symptoms)
    app.add_directive("numbers", Numbers)
    app.connect("env-get-outdated", counted_anew)
    app.connect("html-page-context", give_cover, priority=100)
    app.connect("html-page-context", frame, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
