"""The command line as a whole: what it loads, what it says when something breaks, exit codes."""

import io
import os
import pty
import socket
import subprocess
import sys
from contextlib import closing, redirect_stderr, suppress

import pytest
import typer

from valence.app import cli
from valence.app.folder import make_folder
from valence.app.words import WORDS
from valence.core.settings import load
from valence.kit.commands import say

WORD = "an_unbroken_sentence_" * 10


@pytest.fixture
def brand(tmp_path):
    return make_folder(tmp_path / "brand", name="B", currency="EUR", timezone="UTC")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command line as the shell does; return its exit code, stdout and stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["valence", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return ended.value.code, told.out, told.err

    return call


@pytest.fixture
def broken(brand):
    """A brand whose store is no database: what nobody expects at a command."""
    brand.data.mkdir(exist_ok=True)
    (brand.data / "store.db").write_bytes(b"not a database at all " * 500)
    return brand


def test_an_unexpected_error_is_a_paragraph_that_says_where_the_details_stand(run, broken):
    """It was a traceback of a hundred lines on the user's terminal."""
    code, out, err = run("jobs", "list", "--brand", broken.root)
    log = broken.data / "valence.log"
    assert (code, out) == (1, "")
    assert err.startswith("valence: this command met an error that nobody expected: DatabaseError")
    assert f"The details stand in {log}." in err
    assert err.count("\n") == 1
    assert "Traceback" in log.read_text("utf-8")


def test_with_debugging_on_the_traceback_is_shown(broken, monkeypatch):
    monkeypatch.setenv("VALENCE_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["valence", "jobs", "list", "--brand", str(broken.root)])
    with pytest.raises(Exception, match="not a database"):
        cli.main()


def test_where_no_log_can_be_written_the_paragraph_says_how_to_see_the_details(
    run, broken, monkeypatch
):
    (broken.data / "valence.log").mkdir()
    code, _, err = run("jobs", "list", f"--brand={broken.root}")
    assert code == 1
    assert "run it again with VALENCE_DEBUG=1 set" in err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["build", "--brand", "BRAND"], 2, "There are no orders to build from"),
        (["runs", "--brand", "/nowhere"], 2, "There is no brand folder at /nowhere"),
        (["serve", "--host", "0.0.0.0", "--brand", "BRAND"], 1, "there is no sign-in yet"),
        (["valeu"], 2, "Did you mean 'value'?"),
        (["jobs", "lits"], 2, "Did you mean 'list'?"),
        (["runs", "--limit", "x"], 2, "Input should be a valid integer, unable to parse"),
    ],
)
def test_every_refusal_stands_on_standard_error_with_its_exit_code(run, brand, words, code, says):
    given, out, err = run(*(str(brand.root) if word == "BRAND" else word for word in words))
    assert (given, out) == (code, "")
    assert says in err


def test_a_typo_in_the_settings_names_file_field_and_the_near_name(run, brand):
    text = (brand.root / "valence.toml").read_text("utf-8")
    (brand.root / "valence.toml").write_text(text.replace("currency =", "curency ="), "utf-8")
    code, _, err = run("runs", "--brand", brand.root)
    assert code == 2
    assert f"{brand.root / 'valence.toml'}: 'brand.curency' is not a setting." in err
    assert "Did you mean 'currency'?" in err


def test_the_words_of_the_help_are_those_of_the_commands():
    whole = typer.main.get_command(cli.application())
    quick = typer.main.get_command(cli.application(""))
    told = {name: (command.help or "").strip() for name, command in whole.commands.items()}
    assert {name: (command.help or "").strip() for name, command in quick.commands.items()} == told
    assert {word for words in WORDS.values() for word in words} < set(told)


def test_help_loads_no_capability_and_no_engine():
    code = (
        "import sys; sys.argv = ['valence', '--help']\n"
        "from valence.app.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'ibis', 'duckdb', 'sqlalchemy', 'fastapi', 'pyarrow', 'valence.value'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "quarantine" in done.stdout


def test_a_sentence_is_wrapped_on_a_terminal_only():
    """Commands to be copied were cut at 80 columns where a program or a log took them."""
    sentence = f"Next: run {WORD} and then valence serve."
    taken = io.StringIO()
    with redirect_stderr(taken):
        say(sentence)
    assert taken.getvalue() == sentence + "\n"
    main, end = pty.openpty()
    with os.fdopen(end, "w") as terminal, redirect_stderr(terminal):
        say("word " * 60)
    assert os.read(main, 10_000).count(b"\n") > 1
    os.close(main)


def test_init_takes_country_and_language(run, tmp_path):
    run("init", tmp_path / "shop", "--currency", "CNY", "--country", "CN", "--language", "zh")
    made = load(tmp_path / "shop").settings.brand
    assert (made.name, made.country, made.language) == ("shop", "CN", "zh")


def test_init_refuses_a_country_that_is_none_and_makes_nothing(run, tmp_path):
    """`--country UK` was taken, and the first import was refused."""
    code, _, told = run("init", tmp_path / "shop", "--country", "UK")
    assert code == 2
    assert "Did you mean 'GB'?" in told
    assert not (tmp_path / "shop").exists()


def called_as(monkeypatch, path, *words):
    monkeypatch.setattr(sys, "argv", [str(path), *map(str, words)])
    with suppress(SystemExit):
        cli.main()


def test_commands_are_advised_as_they_can_be_typed(monkeypatch, capsys, tmp_path):
    """The README's `.venv/bin/valence` advised `valence build`, which no shell would find."""
    script = tmp_path / "env" / "bin" / "valence"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    called_as(monkeypatch, "env/bin/valence", "init", "shop")
    told = capsys.readouterr().err
    assert "\n  cd shop\n  ../env/bin/valence import PATH/TO/orders.csv\n" in told
    monkeypatch.chdir(tmp_path / "shop")
    called_as(monkeypatch, "../env/bin/valence", "runs")
    assert "Build with `../env/bin/valence build`." in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(script.parent))
    called_as(monkeypatch, script, "runs")
    assert "Build with `valence build`." in capsys.readouterr().err


def test_a_taken_port_is_found_before_the_demo_begins(run, tmp_path, monkeypatch):
    """It was found after minutes of simulating, and the advice was for another folder."""
    monkeypatch.chdir(tmp_path)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        code, _, err = run("demo", "--folder", "tea", "--customers", "200", "--port", port)
    assert code == 1
    assert "`valence demo --folder tea --customers 200 --port " in err
    assert not (tmp_path / "tea").exists()


def test_serving_another_folder_advises_that_folder(run, brand):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        _, _, err = run("serve", "--brand", brand.root, "--port", port)
    assert f"`valence serve --brand {brand.root} --port " in err
