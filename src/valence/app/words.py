"""The first words that capabilities bring to the command line, each with its line in the help.

They stand here so that `valence --help` loads no capability; a test holds them to the commands.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "intake": {
        "import": "Import files; what their columns mean is shown first. "
        "Example: valence import orders.csv.",
        "imports": "The log of imports: what landed when.",
        "mapping": "What the columns of a file mean.",
        "quarantine": "Rows that could not land: list, show, replay, export, discard.",
    },
    "value": {
        "value": "Who carries the value: RFM, value tiers, cohorts, each customer.",
    },
    "journey": {
        "journey": "Where customers go, where they get stuck, and what it costs.",
    },
    "experience": {
        "experience": "What customers feel, what moves it, and what they say in their own words.",
    },
    "desk": {
        "runs": "Print the last builds, newest first. Example: valence runs --limit 5 --json.",
        "lineage": "Print what rests on what, with rows. Example: valence lineage --json.",
        "jobs": "Durable work: what is asked, where it is, how it ended.",
        "definitions": "What the brand has defined: list, show, export, diff, apply.",
    },
}
