"""Photos: no place, no words, no wrong kind; smaller where that can be done."""

import io
import struct
import sys

import pytest
from tests.experience.mystery.pictures import PNG, png

from valence.core.errors import BadInputError, NotFoundError
from valence.core.settings import Brand, Settings
from valence.experience.mystery.photos import (
    LONGEST,
    MOST_BYTES,
    keep_photo,
    photo,
    read_photo,
)


@pytest.fixture
def brand(tmp_path):
    return Brand(tmp_path, Settings())


def keep(brand, content):
    made = read_photo(content)
    keep_photo(brand, made)
    return made.name


def jpeg(width=8, height=8):
    image = pytest.importorskip("PIL.Image")
    drawn, out = image.new("RGB", (width, height), "red"), io.BytesIO()
    exif = drawn.getexif()
    exif[0x010F] = "SECRET CAMERA"
    exif[0x0112] = 6  # lies on its side
    drawn.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("pillow", [True, False])
def test_where_and_with_what_is_removed_with_pillow_and_without(brand, monkeypatch, pillow):
    taken = jpeg()
    assert b"SECRET CAMERA" in taken
    if not pillow:
        monkeypatch.setitem(sys.modules, "PIL", None)
    for content, kind in ((taken, "image/jpeg"), (PNG, "image/png")):
        kept, said = photo(brand, keep(brand, content))
        assert said == kind
        assert b"SECRET CAMERA" not in kept
        assert b"Author" not in kept
        assert keep(brand, content) == keep(brand, content)
    monkeypatch.undo()
    image = pytest.importorskip("PIL.Image")
    image.open(io.BytesIO(photo(brand, keep(brand, taken))[0])).verify()


def test_large_photos_become_smaller_and_upright(brand):
    kept, _ = photo(brand, keep(brand, jpeg(4000, 2000)))
    image = pytest.importorskip("PIL.Image")
    assert image.open(io.BytesIO(kept)).size == (LONGEST // 2, LONGEST)


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


SOI, EOI = b"\xff\xd8", b"\xff\xd9"
JFIF, TABLE = segment(0xE0, b"JFIF\0" + bytes(9)), segment(0xDB, bytes(65))
SCAN = segment(0xDA, bytes(6)) + b"\x12\xff\x00\x34\xff\xd0\x56"
SECRET = segment(0xE1, b"Exif\0\0SECRET")


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        # A moving photo has its film, with where it was taken, behind the picture.
        (SOI + JFIF + TABLE + SCAN + EOI + b"SECRET ftyp", SOI + JFIF + TABLE + SCAN + EOI),
        # So has one of two pictures: the second has segments of its own.
        (SOI + SECRET + SCAN + EOI + SOI + SECRET + SCAN + EOI, SOI + SCAN + EOI),
        # A progressive picture has segments between its scans.
        (SOI + SCAN + TABLE + SECRET + SCAN + EOI, SOI + SCAN + TABLE + SCAN + EOI),
        # A thumbnail of its own, and comments.
        (SOI + segment(0xE0, b"JFXX\0SECRET") + segment(0xFE, b"SECRET") + SCAN + EOI,
         SOI + SCAN + EOI),
        # Markers may be filled up with FF.
        (SOI + b"\xff\xff" + JFIF + b"\xff" + SCAN + b"\xff" + EOI,
         SOI + JFIF + SCAN + b"\xff" + EOI),
    ],
)  # fmt: skip
def test_without_pillow_a_jpeg_is_kept_up_to_its_end_and_no_further(monkeypatch, taken, kept):
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert read_photo(taken).content == kept
    with pytest.raises(BadInputError, match="damaged"):
        read_photo(kept[:-2])


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_drawn():
    pytest.importorskip("PIL.Image")
    for side in (13_000, 30_000):
        head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        with pytest.raises(BadInputError, match="more than 50 megapixels"):
            read_photo(png(head))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload='alert(1)'/>", "no JPEG or PNG"),
        (b"\xff\xd8\xff", "no JPEG or PNG"),
        (PNG[:40], "no JPEG or PNG"),
        (b"x" * (MOST_BYTES + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_photo_is_refused(brand, content, words):
    with pytest.raises(BadInputError, match=words):
        read_photo(content)
    assert not (brand.data / "mystery").exists()


@pytest.mark.parametrize("name", ["../store.db", "a.jpg", "0" * 64 + ".html", "0" * 64 + ".png"])
def test_only_what_was_kept_is_given(brand, name):
    with pytest.raises(NotFoundError):
        photo(brand, name)
