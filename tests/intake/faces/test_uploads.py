"""Uploads: streamed to disk under safe names, bounded, whole or not at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.core import clock
from valence.core.errors import BadInputError, ConflictError, NotFoundError
from valence.intake.uploads import Uploads, safe_name, upload_limit

TYPE = "multipart/form-data; boundary=edge"


def body(*files, end=True):
    parts = [
        '--edge\r\nContent-Disposition: form-data; name="files"; '
        f'filename="{name}"\r\n\r\n{text}\r\n'
        for name, text in files
    ]
    return ("".join(parts) + ("--edge--\r\n" if end else "")).encode()


def received(uploads, data, piece=7, **options):
    async def stream():
        for start in range(0, len(data), piece):
            yield data[start : start + piece]

    return asyncio.run(uploads.receive(stream(), TYPE, actor="ann", **options))[0]


@pytest.fixture
def uploads(house):
    return Uploads(house.brand)


@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_files_arrive_whole_however_the_stream_is_cut(uploads, piece):
    upload = received(uploads, body(("a.csv", "x,y\r\n1,2"), ("a.csv", "--edg\r\n")), piece)
    assert [file.name for file in upload.files] == ["a.csv", "a (2).csv"]
    assert [path.read_bytes() for path in upload.paths] == [b"x,y\r\n1,2", b"--edg\r\n"]
    assert uploads.get(upload.upload_id) == upload


def test_an_upload_above_the_limit_is_refused_and_nothing_stays(house):
    small = Uploads(house.brand, limit=100)
    with pytest.raises(BadInputError, match=r"at most 0\.0 MB are taken.*VALENCE_UPLOAD_MB"):
        received(small, body(("a.csv", "x" * 200)))
    assert list(small.folder.iterdir()) == []


def test_an_upload_that_is_cut_off_is_refused_and_nothing_stays(uploads):
    with pytest.raises(BadInputError, match="The upload was cut off"):
        received(uploads, body(("a.csv", "x" * 200), end=False))
    assert list(uploads.folder.iterdir()) == []


def test_the_same_key_is_one_upload_and_other_files_under_it_are_refused(uploads):
    first = received(uploads, body(("a.csv", "1")), key="k")
    assert received(uploads, body(("a.csv", "1")), key="k") == first
    with pytest.raises(ConflictError, match="was used before for other files"):
        received(uploads, body(("a.csv", "2")), key="k")


def test_what_nobody_went_on_with_goes_after_a_week(uploads):
    with clock.frozen(clock.now() - timedelta(days=8)):
        old = received(uploads, body(("a.csv", "1")))
    received(uploads, body(("b.csv", "1")))
    with pytest.raises(NotFoundError, match="left for more than a week"):
        uploads.get(old.upload_id)


def test_an_id_that_is_a_path_finds_nothing(uploads):
    with pytest.raises(NotFoundError):
        uploads.get("../../store")


def test_the_limit_comes_from_the_environment():
    assert upload_limit({"VALENCE_UPLOAD_MB": "10"}) == 10 << 20
    assert upload_limit({"VALENCE_UPLOAD_MB": "many"}) == upload_limit({})


@given(st.text(max_size=300))
def test_a_safe_name_is_one_name_that_can_be_written(given):
    name = safe_name(given)
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert name not in {".", ".."}
    assert "\x00" not in name
    assert len(name.encode()) < 200
