"""Formats: the same orders land from every kind of file that a user has."""

import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.intake.test_importing import in_quarantine, told

from valence.core.errors import BadInputError
from valence.intake.reading import open_source

NAMES = ("order_id", "order date", "customer id", "amount")
ROWS = [("1", "2024-03-05", "7", "1234.50"), ("2", "2024-04-01", "8", "-2")]
LANDED = [
    ("1", date(2024, 3, 5), Decimal("1234.5")),
    ("2", date(2024, 4, 1), Decimal(-2)),
]
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def table(rows, *, delimiter=",", names=NAMES):
    return "".join(delimiter.join(row) + "\n" for row in (names, *rows))


def workbook(**sheets):
    """An Excel workbook: sheets by name, each a list of rows of texts, numbers and days."""
    files = {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r0" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    links = f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    listed, kinds = "", ""
    for n, (name, rows) in enumerate(sheets.items(), start=1):
        listed += f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'
        links += f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="sheet{n}.xml"/>'
        kinds += f'<Override PartName="/xl/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        told = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        files[f"xl/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_SHEET}"><sheetData>{told}</sheetData></worksheet>'
        )
    files["xl/workbook.xml"] = (
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    )
    files["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    )
    files["[Content_Types].xml"] = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="'
        'application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="'
        f'/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{kinds}</Types>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def _cell(value):
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>' if value else "<c/>"
    return f"<c><v>{value}</v></c>"


def parquet(columns):
    packed = io.BytesIO()
    pq.write_table(pa.table(columns), packed)
    return packed.getvalue()


WORKBOOK = workbook(
    Notes=[],
    Orders=[
        ("Orders of spring",),
        NAMES,
        (1, date(2024, 3, 5), 7, 1234.5),
        ("2", "2024-04-01", "8", -2),
    ],
)
KINDS = {
    "o.csv": table(ROWS),
    "o.tsv": table(ROWS, delimiter="\t"),
    "semicolons.csv": table(ROWS, delimiter=";"),
    "pipes.txt": table(ROWS, delimiter="|"),
    "mark.csv": table(ROWS).encode("utf-8-sig"),
    "wide.csv": table(ROWS).encode("utf-16"),
    "wide without mark.csv": table(ROWS).encode("utf-16-be"),
    "windows.csv": table(ROWS).replace("\n", "\r\n"),
    "quoted.csv": table([[f'"{cell}"' for cell in row] for row in ROWS]),
    "commas.csv": table(
        [
            ("1", "05.03.2024", "7", "1.234,50"),
            ("2", "01.04.2024", "8", "-2"),
            ("3", "31.03.2024", "9", "0,5"),
        ],
        delimiter=";",
    ),
    "o.jsonl": "\n".join(json.dumps(dict(zip(NAMES, row, strict=True))) for row in ROWS),
    "o.json": json.dumps([dict(zip(NAMES, row, strict=True)) for row in ROWS]),
    "o.xlsx": WORKBOOK,
    "typed.parquet": parquet(
        {
            "order_id": ["1", "2"],
            "order date": [date(2024, 3, 5), date(2024, 4, 1)],
            "customer id": [7, 8],
            "amount": [Decimal("1234.50"), Decimal("-2.00")],
        }
    ),
    "moments.parquet": parquet(
        {
            "order_id": ["1", "2"],
            "order date": pa.array(
                [datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 31, 23, 30, tzinfo=UTC)],
                pa.timestamp("us", "UTC"),
            ),
            "customer id": [7, 8],
            "amount": [1234.5, -2.0],
        }
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_same_orders_land_from(shop, name):
    got = shop.bring(name, KINDS[name])
    assert got.quarantined == 0
    assert shop.rows("orders", "order_id", "ordered_on", "net_amount")[:2] == LANDED


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_chinese_export_lands(shop, encoding):
    text = (
        "订单编号,下单时间,会员编号,商品名称,数量,单价\n"
        "1,2024年3月5日 下午3:04,7,茶杯，白色,2,1.50\n"
        "2,2024年4月1日,8,茶叶罐子,1,20\n"
    )
    shop.bring("订单.csv", text.encode(encoding))
    assert shop.rows("order_lines", "order_id", "ordered_on", "description", "net_amount") == [
        ("1", date(2024, 3, 5), "茶杯，白色", Decimal(3)),
        ("2", date(2024, 4, 1), "茶叶罐子", Decimal(20)),
    ]
    assert in_quarantine(shop) == []


def test_a_western_export_lands_with_its_accents(shop):
    text = (
        "Bestellnummer;Datum;Artikelnummer;Item;Menge;Preis\n1;31.03.2024;A;Käse für René;1;2,50\n"
    )
    shop.bring("o.csv", text.encode("latin-1"))
    assert shop.rows("order_lines", "ordered_on", "description", "net_amount") == [
        (date(2024, 3, 31), "Käse für René", Decimal("2.5"))
    ]


def test_the_sheet_that_was_read_is_named(shop):
    got = shop.bring("o.xlsx", WORKBOOK)
    assert "o.xlsx has the sheets Notes, Orders; 'Orders' was read." in told(got)


def test_a_bad_row_of_a_sheet_is_named_with_its_line_there(shop):
    rows = [("Report",), NAMES, (1, date(2024, 3, 5), 7, 10), (2, "soon", 7, 10)]
    shop.bring("o.xlsx", workbook(Orders=rows))
    assert [row[1:4] for row in in_quarantine(shop)] == [(4, "order date", "soon")]


def test_a_sheet_can_be_asked_for_by_name_and_a_typo_is_told(bench, file):
    path = file("o.xlsx", workbook(First=[("a", "b"), (1, 2)], Second=[("c", "d"), (3, 4)]))
    assert open_source(bench, path, sheet="Second").names == ("c", "d")
    with pytest.raises(BadInputError, match=r"has no sheet 'Secnd'\. Did you mean 'Second'\?"):
        open_source(bench, path, sheet="Secnd")


def test_a_workbook_without_anything_is_refused(bench, file):
    with pytest.raises(BadInputError, match=r"o\.xlsx has no sheet that holds anything"):
        open_source(bench, file("o.xlsx", workbook(Only=[])))


def test_lines_that_are_no_json_wait_with_their_number_and_blank_ones_are_none(shop):
    row = '{"order_id": "%s", "order_date": "2024-03-05", "customer_id": "7", "amount": %s}\n'
    text = row % (1, 9) + '{"order_id": "2"\n\n[1, 2]\n  \n' + row % (3, '"x"') + row % (4, 1)
    got = shop.bring("o.jsonl", text)
    assert (got.read, got.new) == (5, 2)
    broken = "The line is no JSON object."
    assert [(r[1], r[2], r[3], r[4]) for r in in_quarantine(shop)] == [
        (2, "", '{"order_id": "2"', broken),
        (4, "", "[1, 2]", broken),
        (6, "amount", "x", "The value cannot be read as an amount."),
    ]
