"""Photos: no place, no words, no wrong kind; smaller where that can be done."""

import io
import sys

import pytest
from tests.experience.mystery.pictures import PNG

from valence.core.errors import BadInputError, NotFoundError
from valence.core.settings import Brand, Settings
from valence.experience.mystery.photos import LONGEST, MOST_BYTES, keep_photo, photo


@pytest.fixture
def brand(tmp_path):
    return Brand(tmp_path, Settings())


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
        kept, said = photo(brand, keep_photo(brand, content))
        assert said == kind
        assert b"SECRET CAMERA" not in kept
        assert b"Author" not in kept
        assert keep_photo(brand, content) == keep_photo(brand, content)
    monkeypatch.undo()
    image = pytest.importorskip("PIL.Image")
    image.open(io.BytesIO(photo(brand, keep_photo(brand, taken))[0])).verify()


def test_large_photos_become_smaller_and_upright(brand):
    kept, _ = photo(brand, keep_photo(brand, jpeg(4000, 2000)))
    image = pytest.importorskip("PIL.Image")
    assert image.open(io.BytesIO(kept)).size == (LONGEST // 2, LONGEST)


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
        keep_photo(brand, content)
    assert not (brand.data / "mystery").exists()


@pytest.mark.parametrize("name", ["../store.db", "a.jpg", "0" * 64 + ".html", "0" * 64 + ".png"])
def test_only_what_was_kept_is_given(brand, name):
    with pytest.raises(NotFoundError):
        photo(brand, name)
