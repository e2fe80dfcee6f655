"""Serve the built site on this machine alone, compressed as a host would."""

import gzip
import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "_build" / "html"
COMPRESSED = {".html", ".css", ".js", ".svg", ".json"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, gzip where that helps."""

    def do_GET(self) -> None:
        """Answer with a compressed copy of text, with the file itself otherwise."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):  # without the slash, the browser is sent to it
            path = path / "index.html"
        if path.suffix not in COMPRESSED or not path.is_file() or "gzip" not in self.headers.get("Accept-Encoding", ""):
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """One thread a request; none outlives the server."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a browser that closes a page early do so."""


@contextmanager
def serving(folder: Path = PAGES, port: int = 0) -> Iterator[str]:
    """Serve a folder in the background; give its address."""
    with Server(("127.0.0.1", port), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


if __name__ == "__main__":
    with serving(port=8000) as address:
        print(f"The book: {address}  (Ctrl-C ends)", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()
