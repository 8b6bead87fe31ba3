"""The page of an import that landed: who waited, what was remarked, in the reader's language."""

import re

from tests.intake.faces.conftest import BROKEN

from valence.intake.importing import import_files

LINES = "order_id,sku,quantity,price\n1,A,1,5\n2,A,1,5\n"
ORDERS = "order_id,order date,customer id,amount\n1,2024-03-05,7,5\n"


def landed(house, tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return import_files(house.brand, [path], yes=True, store=house.store)


def test_rows_that_waited_stand_beside_the_file_that_brought_their_orders(house, web, tmp_path):
    landed(house, tmp_path, "lines.csv", LINES)
    got = landed(house, tmp_path, "orders.csv", ORDERS)
    page = web.get(f"/imports/{got.import_id}").text
    assert "waited in quarantine" in page
    assert "1 row of lines.csv landed that waited in quarantine for this." in page


def test_remarks_of_the_log_are_worded_in_chinese_for_who_reads_it(house, web, tmp_path):
    got = landed(house, tmp_path, "broken.csv", BROKEN)
    web.cookies.set("valence_language", "zh")
    page = web.get(f"/imports/{got.import_id}").text
    text = re.sub(r"<[^>]+>", " ", page)
    assert "broken.csv 第 3 行" in text
    assert "cannot be read" not in text
    assert "stand in quarantine" not in text
