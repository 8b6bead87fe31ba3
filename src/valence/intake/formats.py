"""Formats and encodings: from any file a user has to one plain file that an engine reads."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from valence.core import ids
from valence.core.errors import BadInputError, NotFoundError

Format = Literal["csv", "excel", "jsonl", "parquet"]
Encoding = Literal["utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "cp1252"]

CHUNK = 1 << 22
SNIFF = 1 << 20
_BY_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_PACKED = {".gz", ".zip"}
SUFFIXES = frozenset(_BY_SUFFIX) | _PACKED


@dataclass(frozen=True, slots=True)
class Plain:
    """A file made readable: unpacked and in UTF-8 where it is text.

    `path` is the user's own file where nothing had to be done, else a copy in scratch.
    """

    source: Path
    path: Path
    format: Format
    encoding: Encoding | None = None  # what the text was in; None where it is no text


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_importable(path: Path) -> bool:
    """Whether the name says that the file holds a table."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$"))


def make_plain(path: Path, scratch: Path) -> Plain:
    """Return the file unpacked and in UTF-8.

    Raises
    ------
    NotFoundError
        If there is no such file.
    BadInputError
        If it is empty, cut off, an archive of several files, or of no format known here.
    """
    if not path.is_file():
        raise NotFoundError("There is no file {path}.", path=path)
    if path.stat().st_size == 0:
        raise BadInputError(
            "{file} is empty (0 bytes). Was it exported or copied to the end?", file=path.name
        )
    unpacked = _unpacked(path, scratch)
    kind = _format_of(path, unpacked)
    if kind in {"excel", "parquet"}:
        return Plain(path, unpacked, kind)
    encoding = encoding_of(unpacked)
    return Plain(path, in_utf8(unpacked, encoding, scratch), kind, encoding)


def encoding_of(path: Path, *, whole: bool = False) -> Encoding:
    """Return the encoding of a text file, judged by its bytes.

    The first megabyte is looked at, or the `whole` file: a letter that is no ASCII may come late.
    """
    with path.open("rb") as file:
        head = file.read(SNIFF)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if wide := _wide(head):
            return wide
        blocks = [head]
        while whole and (block := file.read(CHUNK)):
            if not block.isascii():
                blocks.append(block)
            if sum(map(len, blocks)) > 16 * CHUNK:
                break
    data = b"".join(blocks) if len(blocks) > 1 else head
    if _decodes(data, "utf-8", cut=not whole or len(blocks) > 1):
        return "utf-8"
    return _eight_bit(data)


def in_utf8(path: Path, encoding: Encoding, scratch: Path) -> Path:
    """Return the file in UTF-8: itself, or a copy in scratch written as a stream."""
    if encoding == "utf-8":
        return path
    target = _fresh(scratch)
    # A byte that its encoding does not know becomes U+FFFD, which parsing refuses where it
    # matters; stopping here would keep a million good rows out for one bad letter.
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as source, target.open("wb") as out:
        while block := source.read(CHUNK):
            out.write(decoder.decode(block).encode())
        out.write(decoder.decode(b"", final=True).encode())
    return target


def _format_of(path: Path, unpacked: Path) -> Format:
    with unpacked.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "excel"
    names = [Path(unpacked.name), path, Path(path.stem)]
    suffixes = [name.suffix.lower() for name in names]
    known = next((_BY_SUFFIX[suffix] for suffix in suffixes if suffix in _BY_SUFFIX), None)
    if known == "parquet" or (known == "excel" and b"<" not in head):
        raise BadInputError(
            "{file} is called {suffix}, but what it holds is not of that format. Export it again.",
            file=path.name,
            suffix=path.suffix,
        )
    if known is None:
        raise BadInputError(
            "{file} is of no known format. Known are CSV, TSV, Excel, JSON lines and Parquet, also "
            "packed as .gz or .zip.",
            file=path.name,
        )
    if known == "jsonl" and head.lstrip()[:1] == b"[":
        return "jsonl"
    return known


def _unpacked(path: Path, scratch: Path) -> Path:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"\x1f\x8b"):
        return _copied(path, scratch, Path(path.stem).suffix)
    if head == b"PK\x03\x04" and path.suffix.lower() not in {".xlsx", ".xlsm", ".ods"}:
        return _copied(path, scratch, "")
    return path


def _copied(path: Path, scratch: Path, suffix: str) -> Path:
    lines, last = 0, b""
    with _opened(path) as (packed, name):
        target = _fresh(scratch, Path(name).suffix if name else suffix)
        try:
            with target.open("wb") as out:
                while last := packed.read(CHUNK):
                    lines += last.count(b"\n")
                    out.write(last)
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as cut:
            raise BadInputError(
                "{file} is cut off or damaged: it cannot be unpacked beyond line {line}. Nothing "
                "was imported; copy or export the file again.",
                file=path.name,
                line=lines + 1,
            ) from cut
    return target


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], str]]:
    """Open a packed file; give the stream and the name within the archive."""
    if path.suffix.lower() != ".zip" and not zipfile.is_zipfile(path):
        try:
            with gzip.open(path) as packed:
                yield packed, ""  # type: ignore[misc]
        finally:
            pass
        return
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as cut:
        raise BadInputError(
            "{file} is cut off or damaged: it cannot be unpacked. Nothing was imported; copy or "
            "export the file again.",
            file=path.name,
        ) from cut
    with archive:
        members = [
            member
            for member in archive.namelist()
            if not member.endswith("/") and not member.startswith("__MACOSX")
        ]
        if len(members) != 1:
            raise BadInputError(
                "{file} holds {count} files; an archive has to hold one. Unpack it into a folder "
                "and import the folder.",
                file=path.name,
                count=len(members),
            )
        with archive.open(members[0]) as packed:
            yield packed, members[0]


def _fresh(scratch: Path, suffix: str = "") -> Path:
    scratch.mkdir(parents=True, exist_ok=True)
    return scratch / f"{ids.new_id()}{suffix.lower()}"


def _wide(head: bytes) -> Encoding | None:
    """UTF-16 without its mark: much of every second byte is NUL, as no other text has it."""
    part = head[:4096]
    if len(part) < 4:
        return None
    first, second = (part[start::2].count(0) * 2 / len(part) for start in (0, 1))
    if max(first, second) < 0.3 or min(first, second) > 0.1:
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def _decodes(data: bytes, encoding: str, *, cut: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=not cut)
    except UnicodeDecodeError:
        return False
    return True


def _eight_bit(data: bytes) -> Encoding:
    """Tell GB18030 from Latin-1: both are above ASCII, and either could decode the other.

    In Chinese text, letters above ASCII come in pairs; in western text a single accented letter
    mostly stands between ASCII ones. Decoded as GB18030 such a pair would swallow its neighbour.
    """
    if not _decodes(data, "gb18030", cut=True):
        return "cp1252"
    text = data.decode("gb18030", "replace")
    above = [letter for letter in text if letter > "\x7f"]
    common = sum(
        "\u4e00" <= letter <= "\u9fff"
        or "\u3000" <= letter <= "\u303f"
        or "\uff00" <= letter <= "\uffef"
        for letter in above
    )
    swallowed = _swallowed_ascii(data)
    return "gb18030" if above and common >= 0.6 * len(above) and not swallowed else "cp1252"


def _swallowed_ascii(data: bytes) -> bool:
    """Whether most double bytes would pair an upper byte with an ASCII letter, as é with n."""
    pairs = lone = at = 0
    limit = min(len(data), SNIFF)
    while at < limit - 1:
        if data[at] < 0x80:
            at += 1
            continue
        pairs += 1
        lone += data[at + 1] < 0x80
        at += 2
    return pairs > 0 and lone > 0.5 * pairs
