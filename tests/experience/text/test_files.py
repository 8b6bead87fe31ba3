"""Files of texts, whatever wrote them, and the commands that judge them."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from valence.core.errors import BadInputError, NotFoundError
from valence.experience.commands import texts as commands
from valence.experience.text.files import read_texts, write_texts
from valence.experience.text.judging import in_short, judged_file

ROWS = [("1", "很好，很快"), ("2", 'bad, "very" bad'), ("3", None)]


def csv_file(path, encoding="utf-8", separator=","):
    lines = [separator.join(("id", "said"))]
    lines += [separator.join((n, '"' + (t or "").replace('"', '""') + '"')) for n, t in ROWS]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_in_any_usual_encoding(tmp_path, encoding, separator):
    found = read_texts(csv_file(tmp_path / "a.csv", encoding, separator), "said")
    assert found.to_pylist() == [{"id": n, "said": t} for n, t in ROWS]


def test_json_parquet_and_plain_text(tmp_path):
    lines, whole, columns, plain = (
        tmp_path / f"a.{e}" for e in ("jsonl", "json", "parquet", "txt")
    )
    objects = [{"id": n, "said": t} for n, t in ROWS]
    lines.write_text("\n".join(json.dumps(o) for o in objects))
    whole.write_text(json.dumps(objects))
    pq.write_table(pa.table({"said": pa.array([t for _, t in ROWS], pa.large_string())}), columns)
    plain.write_text("good\n\n很好")
    assert read_texts(lines, "said").to_pylist() == objects
    assert read_texts(whole, "said").to_pylist() == objects
    assert read_texts(columns, "said")["said"].to_pylist() == [t for _, t in ROWS]
    assert read_texts(plain, "text")["text"].to_pylist() == ["good", "", "很好"]


def test_what_cannot_be_read_is_said(tmp_path):
    path = csv_file(tmp_path / "a.csv")
    with pytest.raises(BadInputError, match=r"no column 'sad'\. Did you mean 'said'"):
        read_texts(path, "sad")
    with pytest.raises(NotFoundError, match="There is no file"):
        read_texts(tmp_path / "none.csv", "said")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(BadInputError, match=r"a kind that is not read.*csv"):
        read_texts(tmp_path / "a.pdf", "said")
    for name, data in (
        ("a.xlsx", b"no book"),
        ("b.jsonl", b"{"),
        ("c.parquet", b"x"),
        ("d.json", b"[1]"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInputError, match="cannot be read as"):
            read_texts(tmp_path / name, "said")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(BadInputError, match="no column"):
        read_texts(tmp_path / "empty.csv", "said")


def test_a_file_is_judged_and_written_with_its_own_columns(tmp_path):
    judged = judged_file(csv_file(tmp_path / "a.csv"), "said")
    assert judged.column_names == ["id", "said", "language", "sentiment", "probability", "aspects"]
    assert judged["language"].to_pylist() == ["zh", "en", ""]
    assert in_short(judged)["languages"][0]["judged"] == 1
    for ending in ("csv", "jsonl", "parquet"):
        out = tmp_path / f"out.{ending}"
        write_texts(judged, out)
        assert read_texts(out, "said").num_rows == 3
    with pytest.raises(BadInputError, match="not written"):
        write_texts(judged, tmp_path / "out.xlsx")


def test_a_column_of_the_file_that_bears_our_name_is_kept(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"language": "fr", "text": "good"}')
    assert judged_file(tmp_path / "a.jsonl", "text").column_names[:2] == ["language_given", "text"]


def test_a_formula_in_a_text_is_no_formula_in_the_csv(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "=1+1 bad"}')
    write_texts(judged_file(tmp_path / "a.jsonl", "text"), tmp_path / "out.csv")
    assert "'=1+1 bad" in (tmp_path / "out.csv").read_text()


def test_the_commands_print_json(tmp_path, capsys):
    commands.sentiment_command(csv_file(tmp_path / "a.csv"), "said", as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert [row["language"] for row in rows] == ["zh", "en", ""]
    commands.sentiment_command(show_card=True, as_json=True)
    assert set(json.loads(capsys.readouterr().out)) == {"zh", "en"}
    commands.sentiment_command(show_card=True)
    assert "accuracy" in capsys.readouterr().out
    with pytest.raises(BadInputError, match="Name a file"):
        commands.sentiment_command()
