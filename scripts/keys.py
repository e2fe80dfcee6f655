"""Keys of contents: what was made for a key need not be made again while the key stays the same."""

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_BY_TOOLS = {"__pycache__", ".ipynb_checkpoints"}


def files(*places: str) -> list[Path]:
    """Return the source files under some places of the project, without what tools leave there."""
    found = [p for place in places for p in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*"))]
    return sorted(p for p in found if p.is_file() and not LEFT_BY_TOOLS & set(p.parts) and ".egg-info" not in str(p))


def key(*places: str) -> str:
    """Return a key of the names and contents of the files under some places."""
    return key_of((str(p.relative_to(ROOT)), p.read_bytes()) for p in files(*places))


def key_of(named: Iterable[tuple[str, bytes]]) -> str:
    """Return a key of some named contents."""
    digest = hashlib.sha256()
    for name, content in named:
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


class _WithoutReplies(ast.NodeTransformer):
    """Drops what a reader is told after a wrong answer and in a hint."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if getattr(node.func, "id", "") == "Mistake":
            node.args = [a for a in node.args if not isinstance(a, ast.Constant | ast.JoinedStr)]
            node.keywords = [k for k in node.keywords if k.arg != "reply"]
        node.keywords = [k for k in node.keywords if k.arg != "hints"]
        return self.generic_visit(node)


def without_replies(source: str) -> bytes:
    """Return the code of a module of exercises less its replies to mistakes and its hints: no notebook shows them.

    >>> a, b = ("x = Mistake(f, 'Too large.')", "x = Mistake(f, 'Much too large.')")
    >>> without_replies(a) == without_replies(b) != without_replies("x = Mistake(g, 'Too large.')")
    True
    """
    return ast.dump(_WithoutReplies().visit(ast.parse(source))).encode()
