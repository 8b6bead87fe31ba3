"""Photos of mystery visits: checked, made smaller, without where and by whom, kept by content."""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from valence.core.errors import BadInputError, NotFoundError
from valence.core.ids import new_id
from valence.core.settings import Brand

MOST_BYTES = 10_000_000
LONGEST = 1600  # pixels of the longer side, where it can be made smaller
TYPES = {"jpg": "image/jpeg", "png": "image/png"}
MOST_PIXELS = 50_000_000  # each is four bytes while it is drawn
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
# Within a scan FF 00 is a byte of the picture, and FF D0 to FF D7 part it: neither ends it.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NAME = re.compile(r"[0-9a-f]{64}\.(jpg|png)")
_PNG = b"\x89PNG\r\n\x1a\n"
# Parts of a PNG that make its picture; others hold words, times and where it was taken.
_PICTURE = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it may be kept; `name` is that of its content."""

    name: str
    content: bytes


def read_photo(content: bytes) -> Photo:
    """Return a photo as it may be kept; nothing is written yet.

    Where Pillow is installed (it comes with the extra `report`) the photo is drawn anew, at most
    `LONGEST` pixels long and upright. Otherwise its bytes are kept, but for EXIF and all else
    that is no picture: where it was taken, when, and with what.

    Raises
    ------
    BadInputError
        If it is larger than `MOST_BYTES` or `MOST_PIXELS`, or neither JPEG nor PNG.
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
    return Photo(f"{hashlib.sha256(made).hexdigest()}.{kind}", made)


def keep_photo(brand: Brand, made: Photo) -> None:
    """Keep a photo in the brand's folder, at once or not at all."""
    folder = _folder(brand)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{new_id()}"
    beside.write_bytes(made.content)
    beside.replace(folder / made.name)


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
    """Yield the segments and scans up to the end of the picture.

    Left out are the segments of applications (EXIF, XMP, IPTC) and comments, and what stands behind
    the end: the film of a moving photo, or a second picture with segments of its own.
    """
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("a segment begins with FF")
        marker = content[at + 1]
        if marker == 0xFF:  # it may be filled up with more of them
            at += 1
            continue
        if marker == _END:
            yield content[at : at + 2]
            return
        end = at + 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
        if marker == _SCAN:
            found = _AFTER_SCAN.search(content, end)
            if found is None:
                raise ValueError("it has no end")
            end = found.start()
        # JFIF says what it is, Adobe which colours it means: without, they would be wrong.
        told = content[at + 4 : at + 9] in (b"JFIF\0", b"Adobe")
        if told or not (0xE0 <= marker <= 0xEF or marker == _COMMENT):
            yield content[at:end]
        at = end


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
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many()
            drawn = ImageOps.exif_transpose(opened)
            drawn.thumbnail((LONGEST, LONGEST))
            drawn = drawn.convert("RGB") if kind == "jpg" else drawn
            drawn.info = {}  # a comment or XMP would be written again
            out = io.BytesIO()
            drawn.save(out, "JPEG" if kind == "jpg" else "PNG", quality=85)
            return out.getvalue()
    except Image.DecompressionBombError as wrong:
        raise _too_many() from wrong
    except (OSError, ValueError, SyntaxError) as wrong:
        raise BadInputError(
            "The photo is no JPEG or PNG, or it is damaged. Take it as JPEG and try again."
        ) from wrong


def _too_many() -> BadInputError:
    return BadInputError(
        "The photo has more than {n} megapixels. Make it smaller and try again.",
        n=MOST_PIXELS // 1_000_000,
    )
