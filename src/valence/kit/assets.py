"""Static files, named by their content so that a browser keeps them for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from valence.core.errors import NotFoundError

STATIC = Path(__file__).parent / "static"
PREFIX = "/static/"
# Text in UTF-8 and images; what the platform's registry says of .js differs between systems.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Asset:
    """One static file: its bytes, plain and compressed, and its address."""

    def __init__(self, root: Path, path: Path) -> None:
        self.name = path.relative_to(root).as_posix()
        self.body = path.read_bytes()
        self.digest = hashlib.sha256(self.body).hexdigest()[:12]
        guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
        self.type = guessed or "application/octet-stream"

    @property
    def url(self) -> str:
        """The address, with the digest of the content in it."""
        return f"{PREFIX}{self.digest}/{self.name}"

    @cached_property
    def compressed(self) -> bytes:
        """The content in gzip, made when first asked for."""
        return gzip.compress(self.body, 9, mtime=0)


class Assets:
    """The static files of a folder, read once."""

    def __init__(self, root: Path = STATIC) -> None:
        found = (Asset(root, path) for path in sorted(root.rglob("*")) if path.is_file())
        self._by_name = {asset.name: asset for asset in found}

    def url(self, name: str) -> str:
        """Return the address of a file; a missing one is a programming error (KeyError)."""
        return self._by_name[name].url

    def respond(self, request: Request) -> Response:
        """Answer a request below `/static/`.

        Raises
        ------
        NotFoundError
            If no such file exists. An old digest gets the present content, kept for no time.
        """
        digest, _, name = str(request.path_params["path"]).partition("/")
        asset = self._by_name.get(name)
        if asset is None:
            raise NotFoundError("There is no file {name!r} here.", name=name)
        for_ever = "public, max-age=31536000, immutable"
        headers = {
            "Cache-Control": for_ever if digest == asset.digest else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.compressed, media_type=asset.type, headers=headers)
        return Response(asset.body, media_type=asset.type, headers=headers)
