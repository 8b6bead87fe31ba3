"""Reading: every format, encoding and dialect becomes the same rows."""

import gzip
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from valence.core.errors import BadInputError, NotFoundError
from valence.intake.dialect import sniff
from valence.intake.reading import open_source

ROWS = [{"名称": "Zoë", "price": "1.50"}, {"名称": "茶杯", "price": "2"}]
TEXT = "名称,price\nZoë,1.50\n茶杯,2\n"
PLAIN = "name,price\nZoë,1.50\nRené,2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_an_encoding_is_known_by_its_bytes(opened, encoding):
    text = TEXT.replace("Zoë", "茶叶") if encoding == "gb18030" else TEXT
    got = opened("a.csv", text.encode(encoding))
    assert got.names == ("名称", "price")
    assert got.sample[1] == ROWS[1]


def test_latin_letters_are_not_taken_for_chinese(opened):
    got = opened("a.csv", PLAIN.encode("latin-1"))
    assert [row["name"] for row in got.sample] == ["Zoë", "René"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(opened, delimiter):
    got = opened("a.csv", PLAIN.replace(",", delimiter))
    assert got.dialect.delimiter == delimiter
    assert got.names == ("name", "price")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_every_system_are_read(opened, end):
    assert len(opened("a.csv", PLAIN.replace("\n", end)).sample) == 2


def test_json_lines_keep_columns_in_the_order_of_first_mention(opened):
    got = opened("a.jsonl", "\n".join(json.dumps(row) for row in ROWS))
    assert got.sample == tuple(ROWS)


def test_parquet_keeps_its_types(bench, tmp_path):
    pq.write_table(pa.table({"n": [1, 2], "t": ["a", "b"]}), tmp_path / "a.parquet")
    got = open_source(bench, tmp_path / "a.parquet")
    assert [(c.name, c.kind) for c in got.columns] == [("n", "number"), ("t", "text")]


def test_packed_files_are_opened(bench, tmp_path, file):
    file("a.csv.gz", gzip.compress(PLAIN.encode()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("b.csv", PLAIN)
    for name in ("a.csv.gz", "b.zip"):
        assert open_source(bench, tmp_path / name).sample[0] == {"name": "Zoë", "price": "1.50"}


def test_a_cut_off_archive_is_named_with_its_line(bench, file):
    body = PLAIN + "".join(f"{i},{i * i}\n" for i in range(20_000))
    with pytest.raises(BadInputError, match=r"a\.csv\.gz is cut off or damaged.*beyond line"):
        open_source(bench, file("a.csv.gz", gzip.compress(body.encode())[:-2000]))


def test_an_archive_of_several_files_is_refused(bench, tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.csv", PLAIN)
        archive.writestr("b.csv", PLAIN)
    with pytest.raises(BadInputError, match="holds 2 files; an archive has to hold one"):
        open_source(bench, tmp_path / "b.zip")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b" \n\n", "nothing but blank space"),
        ("a.parquet", b"PAR1 and no more", "is cut off or damaged"),
        ("a.xlsx", b"PK\x03\x04 and no more", "cannot be opened as an Excel workbook"),
        ("a.bin", b"\x00\x01\x02", "of no known format"),
        ("a.jsonl", b"not json\n", "No line of a.jsonl is a JSON object"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(bench, file, name, content, sentence):
    with pytest.raises(BadInputError, match=sentence):
        open_source(bench, file(name, content))


def test_a_missing_file_is_named(bench, tmp_path):
    with pytest.raises(NotFoundError, match="There is no file"):
        open_source(bench, tmp_path / "gone.csv")


def test_repeated_and_empty_names_are_told_apart(opened):
    got = opened("a.csv", "price,Price,\n1,2,3\n")
    assert got.names == ("price", "Price (2)", "column 3")


def test_a_file_without_header_gets_numbered_columns(file):
    got = sniff(file("a.csv", "1,2024-03-05,9.5\n2,2024-03-06,8\n"), file="a.csv")
    assert (got.header, got.names, got.skip) == (False, ("column 1", "column 2", "column 3"), 0)


def test_lines_above_the_header_are_passed_over(opened):
    got = opened("a.csv", "Report of orders\n\nname,price,day\nA,1,2024-03-05\nB,2,2024-03-06\n")
    assert got.names == ("name", "price", "day")
    assert len(got.sample) == 2
