"""Files that are downloaded once: verified, kept in one folder, requested again elsewhere if something goes wrong."""

import os
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tipslib.optional import optional


class DownloadError(OSError):
    """No mirror could provide a file; the message gives each mirror's reason, and says what to do.

    >>> issubclass(DownloadError, OSError)
    True
    """


def data_folder() -> Path:
    """Return the folder for downloaded files: ``TIPSLIB_DATA_DIR``, else the system's cache folder.

    Raises ``ImportError`` without pooch, which knows the cache folder.

    >>> isinstance(data_folder(), Path)
    True
    """
    named = os.environ.get("TIPSLIB_DATA_DIR")
    return Path(named or optional("pooch", "The cache of downloads").os_cache("tipslib"))


def fetch(name: str, sha256: str, mirrors: Sequence[str], *, attempts: int = 3, pause: float = 1.0) -> Path:
    """Return the path of the file ``name``, downloaded unless it is in ``data_folder`` with the right ``sha256``.

    The download has a temporary name until its checksum is verified, so a failed download leaves nothing behind. All
    ``mirrors`` (addresses of folders) are tried in turn, ``attempts`` times; the ``pause`` between attempts, in
    seconds, doubles each time. With tqdm there is a bar. Raises ``DownloadError`` if all fail, ``ImportError`` without
    pooch.

    >>> try:
    ...     fetch("no-such-file", "0" * 64, mirrors=[])
    ... except DownloadError as error:
    ...     print(str(error).partition(".")[0])
    no-such-file could not be downloaded: no mirror
    """
    pooch = optional("pooch", f"Downloading {name}")
    folder = data_folder()
    reasons: dict[str, str] = {}
    for attempt in range(attempts if mirrors else 0):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        for mirror in mirrors:
            try:
                bar = find_spec("tqdm") is not None
                got = pooch.HTTPDownloader(progressbar=bar)
                return Path(pooch.retrieve(mirror + name, f"sha256:{sha256}", name, folder, downloader=got))
            except (OSError, ValueError) as error:  # no connection, interrupted, not found; a wrong checksum
                reasons[mirror] = str(error)
    tried = "; ".join(f"{mirror} ({reason})" for mirror, reason in reasons.items()) or "no mirror"
    raise DownloadError(f"{name} could not be downloaded: {tried}. Put it into {folder}, or try again later.")
