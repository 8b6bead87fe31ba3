"""Photos of mystery visits: checked, made smaller, without where and by whom, kept by content."""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from valence.core.errors import BadInputError, NotFoundError
from valence.core.settings import Brand

MOST_BYTES = 10_000_000
LONGEST = 1600  # pixels of the longer side, where it can be made smaller
TYPES = {"jpg": "image/jpeg", "png": "image/png"}
_NAME = re.compile(r"[0-9a-f]{64}\.(jpg|png)")
_PNG = b"\x89PNG\r\n\x1a\n"
# Parts of a PNG that make its picture; others hold words, times and where it was taken.
_PICTURE = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP"}


def keep_photo(brand: Brand, content: bytes) -> str:
    """Keep a photo in the brand's folder and return its name there; the same one has one name.

    Where Pillow is installed (it comes with the extra `report`) the photo is drawn anew, at most
    `LONGEST` pixels long and upright. Otherwise its bytes are kept, but for EXIF and all else
    that is no picture: where it was taken, when, and with what.

    Raises
    ------
    BadInputError
        If it is larger than `MOST_BYTES`, or neither JPEG nor PNG.
    """
    if len(content) > MOST_BYTES:
        raise BadInputError("The photo is larger than {n} MB.", n=MOST_BYTES // 1_000_000)
    try:
        kind, bare = _bare(content)
    except (ValueError, IndexError, struct.error) as wrong:
        raise BadInputError(
            "The photo is no JPEG or PNG, or it is damaged. Take it as JPEG and try again."
        ) from wrong
    made = _smaller(content, kind) or bare
    name = f"{hashlib.sha256(made).hexdigest()}.{kind}"
    folder = _folder(brand)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(made)
    return name


def photo(brand: Brand, name: str) -> tuple[bytes, str]:
    """Return a kept photo and its media type.

    Raises
    ------
    NotFoundError
        If there is none of that name.
    """
    found = _NAME.fullmatch(name)
    path = _folder(brand) / name
    if found is None or not path.is_file():
        raise NotFoundError("There is no such photo.")
    return path.read_bytes(), TYPES[found[1]]


def _folder(brand: Brand) -> Path:
    return brand.data / "mystery"


def _bare(content: bytes) -> tuple[str, bytes]:
    """Return the kind of a picture, and its bytes without what is no picture."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg", b"".join([b"\xff\xd8", *_of_jpeg(content)])
    if content.startswith(_PNG):
        return "png", b"".join([_PNG, *_of_png(content)])
    raise ValueError("neither JPEG nor PNG")


def _of_jpeg(content: bytes) -> Iterator[bytes]:
    """Yield the segments but for those of applications (EXIF, XMP, IPTC) and comments."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("a segment begins with FF")
        marker = content[at + 1]
        if marker == 0xDA:  # the scan: all the rest is picture
            yield content[at:]
            return
        length = struct.unpack(">H", content[at + 2 : at + 4])[0]
        # APP0 says what JFIF it is, APP14 which colours Adobe means: without, they would be wrong.
        if not (0xE0 < marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            yield content[at : at + 2 + length]
        at += 2 + length


def _of_png(content: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while at < len(content):
        length = struct.unpack(">I", content[at : at + 4])[0]
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise ValueError("it ends too early")
        if kind in _PICTURE:
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise ValueError("it has no end")


def _smaller(content: bytes, kind: str) -> bytes | None:
    """Return a picture drawn anew; None where there is nothing to draw it with."""
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415 - comes with an extra
    except ImportError:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as opened:
            drawn = ImageOps.exif_transpose(opened)
            drawn.thumbnail((LONGEST, LONGEST))
            drawn = drawn.convert("RGB") if kind == "jpg" else drawn
            drawn.info = {}  # a comment or XMP would be written again
            out = io.BytesIO()
            drawn.save(out, "JPEG" if kind == "jpg" else "PNG", quality=85)
            return out.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise BadInputError(
            "The photo is no JPEG or PNG, or it is damaged. Take it as JPEG and try again."
        ) from wrong
