"""Commands of intake on real files."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys

import pytest
from tests.intake.faces.conftest import BROKEN, CHINESE, ODD, TWO_AMOUNTS
from typer.testing import CliRunner

from valence.core.errors import BadInputError
from valence.intake.commands import imports, intake, mappings, rows
from valence.trust.audit import entries


@pytest.fixture
def run(house, tmp_path):
    """Runs a command in the brand folder; returns what it prints on standard output."""

    def command(*words):
        done = CliRunner().invoke(
            intake.app, [*words, "--brand", str(house.brand.root)], catch_exceptions=True
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    command.brand = house.brand.root
    return command


@pytest.fixture
def file(tmp_path):
    def write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


def test_without_a_terminal_an_unknown_form_is_refused_with_the_way_on(run, file):
    path = file("chinese.csv", CHINESE, "gb18030")
    with pytest.raises(BadInputError, match=r"nobody is at a terminal") as refused:
        run("import", path)
    assert f"`valence import {path} --brand {run.brand} --yes`" in str(refused.value)
    assert refused.value.exit_code == 2
    assert json.loads(run("imports", "list", "--json")) == []


def test_yes_takes_a_clear_guess_and_prints_figures_to_check(run, file):
    out = run("import", file("chinese.csv", CHINESE, "gb18030"), "--yes")
    assert "184.50" in out
    assert "2024-03" in out


def test_yes_does_not_choose_between_two_amounts_but_an_option_does(run, file):
    path = file("two.csv", TWO_AMOUNTS)
    with pytest.raises(BadInputError, match=r"`--column net_amount=NAME`"):
        run("import", path, "--yes")
    with pytest.raises(BadInputError, match="Did you mean 'Total'"):
        run("import", path, "--yes", "--column", "net_amount=Totl")
    told = json.loads(
        run("import", path, "--yes", "--column", "net_amount=Total", "--date", "mdy", "--json")
    )
    assert told["files"][0]["totals"]["amount"] == "216.0000"
    assert [month["month"] for month in told["files"][0]["months"]] == [
        "2024-03", "2024-04", "2024-05",
    ]  # fmt: skip


def test_the_missing_order_number_is_asked_for_and_an_option_gives_it(run, file):
    path = file("n.csv", "date,customer,amount\n2024-03-01,a@x.org,10\n2024-03-02,b@x.org,7\n")
    with pytest.raises(BadInputError, match=r"order number is missing.*order_id=customer \+ date'"):
        run("import", path, "--yes")
    done = json.loads(
        run("import", path, "--yes", "--column", "order_id=customer + date", "--json")
    )
    assert [file["totals"]["orders"] for file in done["files"]] == [2]


def test_an_option_says_how_decimals_are_marked_and_which_column_names_the_customer(run, file):
    path = file("d.csv", 'order_id,date,who,amount\n1,2024-03-01,K1,"1,234"\n')
    run("import", path, "--yes", "--decimals", "comma", "--column", "loyalty_no=who")
    [done] = json.loads(run("imports", "list", "--json"))
    totals = done["files"][0]["totals"]
    assert (totals["amount"], totals["customers"]) == ("1.2340", 1)


def test_one_held_row_is_one_row(run, file):
    run("import", file("b.csv", "order_id,date,email,amount\n1,soon,a@x.org,5\n"), "--yes")
    [done] = json.loads(run("imports", "list", "--json"))
    assert (
        "The only row of b.csv stands in quarantine; nothing landed."
        in done["files"][0]["warnings"][0]
    )


def test_a_known_form_needs_no_question_and_the_log_tells_what_landed(run, file, retail):
    told = json.loads(run("import", file("online_retail.csv", retail), "--json"))
    assert (told["read"], told["new"]) == (300, 300)
    [logged] = json.loads(run("imports", "list", "--json"))
    assert logged["import_id"] == told["import_id"]
    shown = json.loads(run("imports", "show", told["import_id"][:13], "--json"))
    assert shown["files"][0]["totals"] == told["files"][0]["totals"]


def test_mapping_shows_reasons_and_guess_prints_what_import_takes(run, file):
    path = file("broken.csv", BROKEN)
    assert "is taken for: orders" in run("mapping", "show", path)
    shown = json.loads(run("mapping", "show", path, "--json"))
    assert {one["column"] for one in shown["columns"]} == {
        "order_id", "order date", "email", "amount",
    }  # fmt: skip
    mapping = file("mapping.yaml", run("mapping", "guess", path))
    told = json.loads(run("import", path, "--mapping", mapping, "--json"))
    assert (told["new"], told["quarantined"]) == (2, 3)


def test_held_rows_are_listed_shown_mended_replayed_exported_and_discarded(run, file, house):
    run("import", file("broken.csv", BROKEN), "--yes", "--json")
    listed = json.loads(run("quarantine", "list", "--json"))
    assert [(row["line"], row["reason"]) for row in listed["rows"]] == [
        (3, "no amount"), (5, "no amount"), (6, "no day"),
    ]  # fmt: skip
    first, second, third = (str(row["row"]) for row in listed["rows"])
    assert [row["value"] for row in listed["rows"]] == ["abc", "xyz", "not a day"]
    assert "│ abc" in run("quarantine", "list")
    assert json.loads(run("quarantine", "show", first, "--json"))["value"] == "abc"
    assert "4,2024-02-08,dee@example.com,xyz" in run("quarantine", "export")
    with house.store.reading() as view:
        assert [one.action for one in entries(view)] == ["intake:export", "intake:open"]
    done = json.loads(run("quarantine", "replay", first, "--set", "amount=20.50", "--json"))
    assert (done["landed"], done["again"]) == (1, 0)
    with pytest.raises(BadInputError, match="Say which rows"):
        run("quarantine", "replay")
    gone = run("quarantine", "discard", second, third, "--why", "test orders", "--json")
    assert json.loads(gone) == {"discarded": 2}
    assert json.loads(run("quarantine", "list", "--json"))["total"] == 0


def test_every_command_has_an_example_in_its_help():
    for group in (intake, imports, mappings, rows):
        for command in group.app.registered_commands:
            assert "Example: valence " in (command.callback.__doc__ or "")


def test_at_a_terminal_the_mapping_is_shown_and_the_open_question_asked(house, file):
    path = file("two.csv", TWO_AMOUNTS)
    main, end = pty.openpty()
    code = "from valence.app.cli import main; main()"
    words = [sys.executable, "-c", code, "import", path, "--brand", str(house.brand.root), "--json"]
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "120"}
    running = subprocess.Popen(
        words, stdin=end, stderr=end, stdout=subprocess.PIPE, env=environment
    )
    os.close(end)
    os.write(main, b"2\n1\ny\n")  # Total, day first, yes
    out, _ = running.communicate(timeout=60)
    said = _all(main)
    assert running.returncode == 0, said
    assert "Which one?" in said
    assert "Import with this mapping?" in said
    assert json.loads(out)["files"][0]["totals"]["amount"] == "216.0000"


def _all(main):
    found = b""
    try:
        while part := os.read(main, 65536):
            found += part
    except OSError:  # the other end is closed
        pass
    return found.decode("utf-8", "replace")


def advised(refused):
    """The last command that a refusal advises, as words."""
    command = str(refused.value).split("`")[-2]
    words = shlex.split(command)
    assert words[:2] == ["valence", "import"]
    return words[1:]


def test_every_refusal_advises_a_command_that_works(run, file):
    """It said to run the same command again, and led in a circle."""
    path = file("two.csv", TWO_AMOUNTS)
    for words in ((), ("--yes",), ("--date", "dmy")):
        with pytest.raises(BadInputError) as refused:
            run("import", path, *words)
        assert "--column net_amount=Amount" in str(refused.value)
    run(*(word for word in advised(refused) if word not in {"--brand", str(run.brand)}))
    [done] = json.loads(run("imports", "list", "--json"))
    assert done["files"][0]["totals"]["amount"] == "180.0000"


def test_an_unknown_file_is_taken_in_by_options_alone(run, file):
    path = file("odd.csv", ODD)
    with pytest.raises(BadInputError, match="mapping guess"):
        run("import", path, "--yes")
    said = (
        "--column",
        "order_id=Vorgang",
        "--column",
        "ordered_at=Tag",
        "--column",
        "net_amount=Summe",
    )
    assert json.loads(run("import", path, "--yes", *said, "--json"))["new"] == 2


def test_an_unknown_file_is_taken_in_by_a_draft_that_was_filled_in_and_is_kept(run, file):
    path = file("odd.csv", ODD)
    text = run("mapping", "guess", path)
    for target, column in (("order_id", "Vorgang"), ("ordered_at", "Tag"), ("net_amount", "Summe")):
        text = text.replace(f"  {target}:", f"  {target}: {column}", 1)
    told = json.loads(run("import", path, "--mapping", file("m.yaml", text), "--json"))
    assert (told["new"], told["files"][0]["origin"]) == (2, "given")
    later = file("odd2.csv", ODD.replace("\n1,", "\n3,"))
    assert json.loads(run("import", later, "--json"))["files"][0]["origin"] == "kept"


def test_options_beside_a_mapping_are_refused_as_they_would_be_passed_over(run, file):
    with pytest.raises(BadInputError, match="`--mapping` says all of the columns"):
        run("import", file("a.csv", BROKEN), "--mapping", "m.yaml", "--date", "dmy")


def test_a_known_form_is_named_with_how_to_change_it(house, file, retail):
    """It was used without a word."""
    words = ["import", file("online_retail.csv", retail), "--brand", str(house.brand.root)]
    done = CliRunner().invoke(intake.app, words)
    assert "Online Retail and Online Retail II (UCI) (known to Valence)" in done.stdout
    assert "valence mapping guess FILE > mapping.yaml" in done.stderr


def test_values_at_fault_are_listed_and_personal_ones_masked(run, file):
    rows = (
        "order_id,order date,email,phone,amount\n"
        "1,2024-01-05,ann@example.com,,ann@example.com\n"
        ",2024-01-06,bob@example.com,,5\n"
        "3,2024-01-07,eve@example.com,,+44 7700 900123\n"
        "4,2024-01-08,eve@example.com,,n/k\n"
        "5,2024-01-09,dan@example.com,,5,6\n"
    )
    run("import", file("p.csv", rows), "--yes", "--json")
    listed = json.loads(run("quarantine", "list", "--json"))["rows"]
    assert [(row["column"], row["value"]) for row in listed] == [
        ("amount", "a***@example.com"),
        ("order_id", None),
        ("amount", "+44 •••• 123"),
        ("amount", "n/k"),
        ("", "•••"),  # cells that cannot be told apart
    ]


def test_commands_that_need_no_engine_load_none(house):
    """Each took the seconds that Ibis, DuckDB and the web take to load."""
    for words in (
        ["import", "--help"],
        ["quarantine", "list"],
        ["jobs", "list"],
        ["definitions", "list"],
    ):
        code = (
            f"import sys; sys.argv = ['valence', *{words!r}]\n"
            "from valence.app.cli import main\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "print(sorted({'ibis', 'fastapi', 'starlette'} & set(sys.modules)), file=sys.stderr)"
        )
        brand = {**os.environ, "VALENCE_BRAND": str(house.brand.root)}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=brand
        )
        assert done.stderr.splitlines()[-1] == "[]", words
