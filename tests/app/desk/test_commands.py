import json

import pytest
from typer.testing import CliRunner

from valence.app.desk import commands
from valence.app.desk.building import BuildParams, ask_for_build
from valence.core.errors import BadInputError
from valence.jobs import Worker

runner = CliRunner()


def said(house, *words, code=0, wrong=None):
    result = runner.invoke(commands.desk.app, [*words, "--brand", str(house.brand.root)])
    if wrong is not None:
        assert isinstance(result.exception, wrong), result.output
        return str(result.exception)
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def asked(house):
    return house.store.transact(
        lambda unit: ask_for_build(house, unit, BuildParams(), actor="local")
    )


def test_runs_prints_the_last_builds(house):
    [run] = json.loads(said(house, "runs", "--json"))
    assert (run["status"], run["as_of"]) == ("succeeded", "2026-10-31")
    assert run["made"] == len(house.marts)
    assert "succeeded" in said(house, "runs")


def test_lineage_prints_what_rests_on_what(house):
    nodes = {node["name"]: node for node in json.loads(said(house, "lineage", "--json"))}
    assert {"customer_facts", "order_facts"} <= set(nodes["customers"]["made_from"])
    assert nodes["customers"]["rows"] == 240


def test_a_job_is_found_by_the_beginning_of_its_id_cancelled_and_tried_again(bare):
    job = asked(bare)
    assert job.kind in said(bare, "jobs", "list")
    begin = str(job.id)[:18]
    assert json.loads(said(bare, "jobs", "cancel", begin, "--json"))["state"] == "cancelled"
    assert json.loads(said(bare, "jobs", "retry", begin, "--json"))["state"] == "queued"
    Worker(bare.store, bare.job_kinds).run_once()
    assert "There are no orders to build from" in said(bare, "jobs", "show", begin)


def test_an_unknown_job_says_where_to_look(bare):
    assert "`valence jobs list` prints them" in said(
        bare, "jobs", "show", "zz", wrong=BadInputError
    )


def test_definitions_go_out_as_files_and_come_back_edited(bare):
    before = said(bare, "definitions", "show", "value_tiers")
    assert before.startswith("tiers:\n")
    folder = bare.brand.root / "definitions"
    (folder / "value_tiers.yaml").write_text(
        "kind: value_tiers\nname: value_tiers\nstate: published\ndefinition:\n  tiers:\n"
        "    - {name: a, share: '0.2'}\n    - {name: b, share: '0.8'}\n",
        "utf-8",
    )
    assert "new" in said(bare, "definitions", "diff", code=1)
    [done] = json.loads(said(bare, "definitions", "apply", "--note", "Two tiers", "--json"))
    assert done["status"] == "new"
    assert "name: a" in said(bare, "definitions", "show", "value_tiers")
    said(bare, "definitions", "diff")
    assert json.loads(said(bare, "definitions", "export", "--json")) == []
    listed = {one["kind"]: one for one in json.loads(said(bare, "definitions", "list", "--json"))}
    assert (listed["value_tiers"]["state"], listed["rfm"]["state"]) == (
        "published",
        "default",
    )


def test_an_export_with_nothing_set_says_so_and_offers_the_defaults(bare):
    """It said `0 files written` and left one with an empty folder."""
    brand = ("--brand", str(bare.brand.root))
    told = runner.invoke(commands.desk.app, ["definitions", "export", *brand]).stderr
    assert told.startswith("No file was written. Nobody set anything of ")
    assert "valence definitions export --defaults" in told
    said(bare, "definitions", "export", "--defaults")
    text = (bare.brand.root / "definitions" / "rfm.yaml").read_text("utf-8")
    assert "# weights.recency: How recently the customer bought. (number, 0 to 1000)\n" in text
    assert "the defaults, which hold anyway" in said(bare, "definitions", "diff")
    said(bare, "definitions", "apply")
    file = bare.brand.root / "definitions" / "rfm.yaml"
    file.write_text(text.replace("bins: 5", "bins: 4"), "utf-8")
    assert "-bins: 5\n+bins: 4\n" in said(bare, "definitions", "diff", code=1)
    # It printed the table of `diff` again, and not what happened.
    assert said(bare, "definitions", "apply") == "rfm: version 1 published.\n"
    told = runner.invoke(commands.desk.app, ["definitions", "apply", *brand]).stderr
    assert told == "Nothing was applied: no file says anything new.\n"
    assert "bins: 4" in said(bare, "definitions", "show", "rfm")


def test_a_difference_where_both_changed_is_shown_three_ways_and_in_words(bare):
    """The conflict showed store against file only, its status as `moved_on`."""
    folder = bare.brand.root / "definitions"
    file = folder / "value_tiers.yaml"

    def tiers(first, second):
        return (
            f"  tiers:\n    - {{name: a, share: '{first}'}}\n    - {{name: b, share: '{second}'}}\n"
        )

    def write(head, first, second):
        file.write_text(f"{head}definition:\n{tiers(first, second)}", "utf-8")

    write("kind: value_tiers\nname: value_tiers\nstate: published\n", "0.2", "0.8")
    said(bare, "definitions", "apply")
    head = file.read_text("utf-8").partition("definition:")[0]
    write(head, "0.3", "0.7")
    said(bare, "definitions", "apply")  # what somebody else did meanwhile
    write(head, "0.1", "0.9")
    told = said(bare, "definitions", "diff", code=1)
    assert "changed here and in the store" in told
    assert "moved_on" not in told
    assert "state_before" not in told
    for line in ("--- base", "+++ store", "+++ yours", "share: '0.30'", "share: '0.10'"):
        assert line in told.replace("0.3'", "0.30'").replace("0.1'", "0.10'"), line
    [one] = json.loads(said(bare, "definitions", "diff", "--json", code=1))
    assert one["status"] == "moved_on"
    assert "+++ yours" in one["conflict"]


@pytest.mark.parametrize("name", [*commands.desk.permissions])
def test_every_command_has_help_with_an_example_and_a_permission(name):
    text = runner.invoke(commands.desk.app, [*name.split(), "--help"], terminal_width=200).output
    assert "Example: valence" in " ".join(text.split())
    assert ":" in commands.desk.permissions[name]
