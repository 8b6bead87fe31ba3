"""What commands print: for a person on a terminal, and for a program that reads a pipe."""

from uuid import UUID

from valence.kit.commands import print_table

ID = UUID("01a216df-f6a6-7358-8f1b-702243732c66")


def test_a_table_in_a_pipe_never_breaks_an_id(capsys):
    """Columns were squeezed into 80 places, so that an id stood in four lines."""
    row = {"id": ID, **{f"column {n}": "text that takes its place" for n in range(12)}}
    print_table([row])
    assert str(ID) in capsys.readouterr().out
