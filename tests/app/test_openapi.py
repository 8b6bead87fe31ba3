"""The API's description: a sound OpenAPI 3.1 document, and the API answers as it says."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.core.failures import FailureGroup

from tests.app.desk.brands import empty_brand, land, orders
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.settings import load
from valence.kit.front import description

HOST = {"host": "127.0.0.1"}
WRITING = {"post", "put", "patch", "delete"}
# What the document promises; that nonsense is refused is tested by sentences elsewhere.
checks.load_all_checks()
PROMISED = [
    checks.not_a_server_error,
    *(
        checks.CHECKS.get_one(name)
        for name in (
            "status_code_conformance",
            "content_type_conformance",
            "response_schema_conformance",
        )
    ),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The whole house over a small built brand."""
    folder = tmp_path_factory.mktemp("api") / "brand"
    bare = empty_brand(folder)
    land(bare, orders())
    bare.close()
    house = WholeHouse(load(folder))
    house.build()
    yield application(house)
    house.close()


@pytest.fixture(scope="module")
def described(app):
    """What schemathesis reads in the description."""
    found = schemathesis.openapi.from_dict(description(app))
    found.app = app
    return found


def test_the_document_is_sound_by_the_schema_of_openapi_3_1(described):
    assert described.specification.version.startswith("3.1")
    described.validate()


def test_every_operation_tells_the_problems_that_may_come_of_it(app):
    for path, methods in description(app)["paths"].items():
        for method, operation in methods.items():
            told = set(operation["responses"])
            assert {"403", "404", "405", "409", "421", "422", "500", "503"} <= told, path
            assert ({"400", "507"} <= told) == (method in WRITING), path


BUDGET = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def there(app):
    """Names that exist, for the parameters of paths: what is made up is seldom found."""
    web = TestClient(app, base_url="http://127.0.0.1")
    first = web.get("/api/v1/customers?limit=1").json()["items"][0]
    job = web.post("/api/v1/builds", json={}).json()
    held = {
        "title": "Four on delivery",
        "held_on": "2024-05-01",
        "text": "A: Why?\nB: It was late.",
        "speakers": ["A", "B"],
    }
    interview = web.post("/api/v1/experience/interviews", json=held).json()
    return {
        "text": first["customer_id"],
        "run_id": web.get("/api/v1/builds?limit=1").json()["items"][0]["run_id"],
        "job_id": job["id"],
        "import_id": "01a216df-f6a6-7358-8f1b-702243732c66",
        "row_id": 1,
        "response_id": "01a216df-f6a6-7358-8f1b-702243732c66",
        "follow_up_id": "01a216df-f6a6-7358-8f1b-702243732c66",
        "alert_id": "01a216df-f6a6-7358-8f1b-702243732c66",
        "interview_id": interview["interview_id"],
        "code_id": "01a216df-f6a6-7358-8f1b-702243732c66",
        "decision": "release",
        "namespace": "shop",
        "product_id": "tea",
        "account_id": web.get("/api/v1/value/accounts?limit=1").json()["items"][0]["account_id"],
    }


def named(path, there):
    """Give the names that exist for a path."""
    if "/definitions/" in path:
        return {"kind": "value_tiers", "name": "value_tiers"}
    return {**there, "name": "customers", "kind": "busy"}


def fault_of(operation, known):
    """Ask an operation this and that; return what it answered that the document does not tell."""

    @BUDGET
    @given(case=operation.as_strategy(), made_up=st.booleans())
    def ask(case, made_up):
        if not made_up:
            case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        case.call_and_validate(headers=HOST, checks=PROMISED)

    try:
        ask()
    except FailureGroup as group:
        return [str(each) for each in group.exceptions]
    return None


def test_whatever_is_asked_the_answer_is_one_that_the_document_tells(described, there):
    operations = [found.ok() for found in described.get_all_operations()]
    faults = {each.label: fault_of(each, named(each.path, there)) for each in operations}
    assert {label: fault for label, fault in faults.items() if fault} == {}
