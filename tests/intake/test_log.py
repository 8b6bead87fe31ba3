"""The log of imports: its sentences can be worded in any language, old logs can still be read."""

import json

from tests.intake.test_importing import HEAD

from valence.intake import log
from valence.intake.summary import summary_from, summary_to_keep
from valence.kit.languages import language
from valence.lake.lake import Lake


def logged(shop):
    reader = Lake.of(shop.brand).reader()
    try:
        return log.imports(reader)[0].summary
    finally:
        reader.close()


def test_a_remark_in_the_log_is_worded_in_the_language_of_its_reader(shop):
    shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n2,soon,7,1\n")
    remark, fault = logged(shop).files[0].warnings
    assert str(remark).startswith("1 of 2 rows of o.csv stands in quarantine")
    assert str(fault).startswith("o.csv, line 3, order date: The value cannot be read")
    chinese = language("zh").worded(remark)
    assert "o.csv" in chinese
    assert "quarantine;" not in chinese


def test_what_was_passed_over_in_a_folder_stands_in_the_log(shop):
    shop.file("o.csv", HEAD + "1,2024-03-05,7,10\n")
    shop.file("notes.csv", "a,b\n1,2\n")
    shop.take(shop.root / "in")
    [remark] = logged(shop).warnings
    assert str(remark).startswith("notes.csv was passed over: notes.csv is not recognised")


def test_a_log_of_before_with_english_sentences_is_read(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n2,soon,7,1\n").files[0]
    told = summary_to_keep(got)
    old = {name: told[name] for name in told if name not in {"outranked", "again"}}
    old["warnings"] = ["1 of 2 rows stand in quarantine {see there}"]
    read = summary_from(json.loads(json.dumps(old)))
    assert [str(one) for one in read.warnings] == old["warnings"]
    assert (read.read, read.outranked, read.again) == (2, 0, "")
