"""A brand folder of its own for each test, its web application, and small real files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.jobs.worker import Worker

SAMPLE = Path(__file__).parents[3] / "samples/online-retail/online_retail_ii_2010_2011.csv.gz"
TWO_AMOUNTS = """Order No,Order Date,Customer,Total,Amount
1001,03/04/2024,ann@example.com,120.00,100.00
1002,05/04/2024,bob@example.com,60.00,50.00
1003,04/05/2024,cy@example.com,36.00,30.00
"""
BROKEN = """order_id,order date,email,amount
1,2024-01-05,ann@example.com,10.50
2,2024-01-06,bob@example.com,abc
3,2024-02-07,cy@example.com,30.50
4,2024-02-08,dee@example.com,xyz
5,not a day,eve@example.com,50.50
"""
ODD = """Vorgang,Tag,Wer,Summe
1,13.01.2024,ann@example.com,1.50
2,14.01.2024,bob@example.com,2.50
"""
CHINESE = """订单号,下单时间,手机号,金额,门店
A1,2024-03-05 10:20:00,13800138000,128.50,南京路店
A2,2024-03-06 11:00:00,13900139000,56.00,徐汇店
"""


@pytest.fixture
def house(tmp_path):
    brand = make_folder(
        tmp_path / "brand",
        name="Blossom & Bay",
        currency="GBP",
        timezone="Europe/London",
        country="GB",
    )
    opened = WholeHouse(brand)
    yield opened
    opened.close()


@pytest.fixture
def web(house):
    return TestClient(application(house), base_url="http://127.0.0.1")


@pytest.fixture
def work(house):
    """Runs the jobs of intake that wait, as the worker does."""
    kinds = [kind for kind in house.job_kinds if kind.name.startswith("intake.")]

    def run():
        done = []
        while (job := Worker(house.store, kinds).run_once()) is not None:
            done.append(job)
        return done

    return run


@pytest.fixture(scope="session")
def retail():
    """The first 300 lines of Online Retail, as they are."""
    if not SAMPLE.exists():
        pytest.skip("the bundled sample samples/online-retail is not there")
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as lines:
        return "".join(next(lines) for _ in range(301))


@pytest.fixture
def send(web):
    """Sends files by the form; returns the address it leads to."""

    def post(*files, follow=False):
        parts = [
            ("files", (name, text if isinstance(text, bytes) else text.encode(), "text/csv"))
            for name, text in files
        ]
        answer = web.post("/imports", files=parts, follow_redirects=follow)
        return answer if follow else answer.headers["location"]

    return post
