"""Uploads: files that came by the web, streamed to the brand folder until they are imported."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid5

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from valence.core.clock import now
from valence.core.errors import BadInputError, ConflictError, NotFoundError, OutOfSpaceError
from valence.core.ids import new_id
from valence.core.settings import Brand

LIMIT_VARIABLE = "VALENCE_UPLOAD_MB"
DEFAULT_MB = 5_120
KEEP = timedelta(days=7)  # files that nobody went on with
_BLOCK = 1 << 20
_MANIFEST = "upload.json"
_NAMES = UUID("5f0e6d4c-6d0b-4c43-9a53-1f0b3a6c1a52")


def upload_limit(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many bytes one upload may have; `VALENCE_UPLOAD_MB` sets it in megabytes."""
    given = environment.get(LIMIT_VARIABLE, "")
    megabytes = int(given) if given.isdecimal() and int(given) else DEFAULT_MB
    return megabytes << 20


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of an upload: its safe name, under which it lies in the folder."""

    name: str
    size: int
    sha256: str
    confirmed: bool = False  # somebody said that its mapping is right


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that came together and are imported together."""

    upload_id: str
    folder: Path
    files: tuple[UploadedFile, ...]
    actor: str
    received_at: datetime
    job_id: str = ""  # of the job that imports them

    def path(self, file: UploadedFile) -> Path:
        """Where a file lies."""
        return self.folder / "files" / file.name

    @property
    def paths(self) -> list[Path]:
        """Where the files lie."""
        return [self.path(file) for file in self.files]

    @property
    def names(self) -> str:
        """The names of the files, joined."""
        return ", ".join(file.name for file in self.files)


@dataclass
class Incoming:
    """An upload that is being received."""

    upload_id: str
    folder: Path
    files: list[UploadedFile] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


class Uploads:
    """The folder `data/uploads` of a brand."""

    def __init__(self, brand: Brand, *, limit: int | None = None) -> None:
        self.folder = brand.data / "uploads"
        self.limit = upload_limit() if limit is None else limit

    def get(self, upload_id: str) -> Upload:
        """Return an upload.

        Raises
        ------
        NotFoundError
            If there is none: it was imported, discarded, or left for too long.
        """
        try:
            folder = self.folder / str(UUID(upload_id))
            told = json.loads((folder / _MANIFEST).read_text("utf-8"))
        except (ValueError, OSError) as gone:
            raise NotFoundError(
                "There is no upload {id}: it was imported or discarded, or left for more than a "
                "week. Send the files again.",
                id=upload_id,
            ) from gone
        return Upload(
            told["upload_id"],
            folder,
            tuple(UploadedFile(**file) for file in told["files"]),
            told["actor"],
            datetime.fromisoformat(told["received_at"]),
            told["job_id"],
        )

    def listing(self) -> list[Upload]:
        """Return the uploads that wait for somebody, newest first."""
        found = [self.get(path.parent.name) for path in self.folder.glob(f"*/{_MANIFEST}")]
        return sorted(found, key=lambda one: one.received_at, reverse=True)

    def keep(self, upload: Upload) -> Upload:
        """Write what is known of an upload; whoever reads meanwhile sees the old or the new."""
        told: dict[str, Any] = {
            "upload_id": upload.upload_id,
            "files": [asdict(file) for file in upload.files],
            "actor": upload.actor,
            "received_at": upload.received_at.isoformat(),
            "job_id": upload.job_id,
        }
        fresh = upload.folder / f"{_MANIFEST}.new"
        fresh.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        fresh.replace(upload.folder / _MANIFEST)
        return upload

    def confirm(self, upload: Upload, number: int) -> Upload:
        """Note that the mapping of a file is right."""
        files = list(upload.files)
        files[number] = replace(files[number], confirmed=True)
        return self.keep(replace(upload, files=tuple(files)))

    def begun(self, upload: Upload, job_id: str) -> None:
        """Note which job imports an upload, unless that is done and the files are gone."""
        if upload.folder.exists():
            self.keep(replace(upload, job_id=job_id))

    def without(self, upload: Upload, number: int) -> Upload | None:
        """Take a file out of an upload; None if it was the last one."""
        left = tuple(file for i, file in enumerate(upload.files) if i != number)
        if not left:
            self.remove(upload.upload_id)
            return None
        upload.path(upload.files[number]).unlink(missing_ok=True)
        shutil.rmtree(upload.folder / "looks", ignore_errors=True)  # they are numbered
        return self.keep(replace(upload, files=left))

    def remove(self, upload_id: str) -> None:
        """Remove an upload with its files."""
        shutil.rmtree(self.folder / str(UUID(upload_id)), ignore_errors=True)

    def prune(self) -> None:
        """Remove what nobody went on with: files hold personal data, so they do not stay."""
        for upload in self.listing():
            if upload.received_at < now() - KEEP:
                self.remove(upload.upload_id)

    async def receive(
        self, body: AsyncIterator[bytes], content_type: str, *, actor: str, key: str | None = None
    ) -> tuple[Upload, dict[str, str]]:
        """Write the files of a multipart body to disk as they come; return them and the fields.

        Parameters
        ----------
        body
            The request's stream; never held in memory.
        content_type
            The request's header, with the boundary.
        actor
            Who sends them.
        key
            An idempotency key: the same files under the same key are one upload.

        Raises
        ------
        BadInputError
            If there is no file, the body is no multipart form, or it is larger than the limit.
        ConflictError
            If the key came before with other files.
        OutOfSpaceError
            If the disk is full; nothing is kept then.
        """
        self.prune()
        incoming = Incoming(str(new_id()), self.folder / f".incoming-{new_id()}")
        (incoming.folder / "files").mkdir(parents=True)
        try:
            await _write(body, content_type, incoming, self.limit)
            if not incoming.files:
                raise BadInputError("No file was chosen. Choose one or more, then send them.")
            return self._accepted(incoming, actor, key), incoming.fields
        except OSError as wrong:
            if wrong.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise OutOfSpaceError(
                "The disk that holds {folder} is full. Nothing was kept; free some space and send "
                "the files again.",
                folder=self.folder,
            ) from wrong
        finally:
            shutil.rmtree(incoming.folder, ignore_errors=True)

    def _accepted(self, incoming: Incoming, actor: str, key: str | None) -> Upload:
        upload_id = str(uuid5(_NAMES, f"{actor}:{key}")) if key else incoming.upload_id
        folder, files = self.folder / upload_id, tuple(incoming.files)
        if folder.exists():
            before = self.get(upload_id)
            if [f.sha256 for f in before.files] != [f.sha256 for f in files]:
                raise ConflictError(
                    "The Idempotency-Key {key!r} was used before for other files. "
                    "Send these under a new key.",
                    key=key,
                )
            return before
        incoming.folder.rename(folder)
        return self.keep(Upload(upload_id, folder, files, actor, now()))


def safe_name(given: str, taken: frozenset[str] = frozenset()) -> str:
    r"""Return a name that is only a name: no folders, no control characters, no hidden file.

    Examples
    --------
    >>> safe_name("../../etc/passwd"), safe_name("C:\\data\\Orders 2024.csv")
    ('passwd', 'Orders 2024.csv')
    >>> safe_name("orders.csv", frozenset({"orders.csv"}))
    'orders (2).csv'
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    path = Path(name or "file")
    stem, suffix = path.stem, path.suffix[:12]
    while len((stem + suffix).encode()) > 150:
        stem = stem[:-1]
    made, number = stem + suffix, 2
    while made in taken:
        made, number = f"{stem} ({number}){suffix}", number + 1
    return made


async def _write(
    body: AsyncIterator[bytes], content_type: str, incoming: Incoming, limit: int
) -> None:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise BadInputError("Send the files as a form of type multipart/form-data.")
    writer = _Writer(incoming)
    parser = MultipartParser(options[b"boundary"], writer.callbacks)  # type: ignore[arg-type]
    size, block = 0, bytearray()
    try:
        async for chunk in body:
            size += len(chunk)
            if size > limit:
                continue  # read to the end, so that the sender hears the answer
            block += chunk
            if len(block) >= _BLOCK:
                await run_in_threadpool(parser.write, bytes(block))
                block.clear()
        if size > limit:
            raise BadInputError(
                "The upload has {size} MB; at most {limit} MB are taken here. Import it on the "
                "server with `valence import FILE`, or raise {variable}.",
                size=f"{size / (1 << 20):,.1f}",
                limit=f"{limit / (1 << 20):,.1f}",
                variable=LIMIT_VARIABLE,
            )
        await run_in_threadpool(parser.write, bytes(block))
        parser.finalize()
    except FormParserError as wrong:
        raise BadInputError("The upload was cut off. Send the files again.") from wrong
    finally:
        writer.close()
    if not writer.ended:
        raise BadInputError("The upload was cut off. Send the files again.")


class _Writer:
    """What the multipart parser calls: a part with a file name is written, others are fields."""

    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming
        self.ended = False
        self._header: list[bytes] = [b"", b""]
        self._disposition: Mapping[bytes, bytes] = {}
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()
        self._name, self._size, self._text = "", 0, bytearray()

    @property
    def callbacks(self) -> dict[str, Any]:
        """The parser's callbacks."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, a, b: self._add(0, data[a:b]),
            "on_header_value": lambda data, a, b: self._add(1, data[a:b]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers,
            "on_part_data": lambda data, a, b: self._data(data[a:b]),
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def close(self) -> None:
        """Close the file that was being written."""
        if self._file is not None:
            self._file.close()

    def _begin(self) -> None:
        self._header, self._disposition = [b"", b""], {}
        self._size, self._text, self._digest = 0, bytearray(), hashlib.sha256()

    def _add(self, place: int, data: bytes) -> None:
        self._header[place] += data

    def _header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = parse_options_header(value)[1]
        self._header = [b"", b""]

    def _headers(self) -> None:
        given = self._disposition.get(b"filename")
        if not given:  # a field, or a file field in which nothing was chosen
            return
        taken = frozenset(file.name for file in self.incoming.files)
        self._name = safe_name(given.decode("utf-8", "replace"), taken)
        self._file = (self.incoming.folder / "files" / self._name).open("wb")

    def _data(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
            self._digest.update(data)
            self._size += len(data)
        elif len(self._text) + len(data) <= _BLOCK:
            self._text += data

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            done = UploadedFile(self._name, self._size, self._digest.hexdigest())
            self.incoming.files.append(done)
        elif b"filename" not in self._disposition:
            name = self._disposition.get(b"name", b"").decode("utf-8", "replace")
            self.incoming.fields[name] = self._text.decode("utf-8", "replace")

    def _all(self) -> None:
        self.ended = True
