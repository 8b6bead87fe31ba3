"""A brand whose customers are asked, served."""

import pytest
from fastapi.testclient import TestClient
from tests.browsing import served

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.experience.surveys.links import survey_links


@pytest.fixture
def house(tmp_path):
    """An empty brand."""
    folder = make_folder(tmp_path / "b", name="Teahouse", currency="CNY", timezone="Asia/Shanghai")
    made = WholeHouse(folder)
    yield made
    made.close()


@pytest.fixture
def client(house):
    return TestClient(application(house), base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture
def address(house):
    with served(application(house)) as found:
        yield found


@pytest.fixture
def path(house):
    """The path of a link."""
    return lambda link: f"/s/{survey_links(house).token(link)}"
