"""The digest of a day goes once, the day after, and only when there is something to say."""

import email
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.experience.alerts.test_judging import FACTS
from tests.experience.loop import define, house_of
from tests.value.faces.fixtures import client
from typer.testing import CliRunner

from valence.core import clock
from valence.core.errors import BadInputError
from valence.experience.alerts import book
from valence.experience.alerts.mailing import mail_digest, mail_yesterday
from valence.experience.commands import experience
from valence.experience.marking import set_mark
from valence.outbound.mail import MailRefusedError

FIRED = datetime(2031, 4, 1, 9, tzinfo=UTC)  # after the definition took effect
NEXT = datetime(2031, 4, 2, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("digest") / "brand"
    house = house_of(made)
    define(house, "alerts", {"digest_to": ["ann@example.com"], "digest_hour": 9})
    house.store.transact(lambda unit: book.fire(unit, FACTS, at=FIRED))
    house.close()
    return made


def opened(folder, server="[mail]\nfolder = 'data/mail'"):
    from valence.app.house import WholeHouse
    from valence.core.settings import load
    from valence.experience.declaration import EXPERIENCE

    toml = folder / "valence.toml"
    toml.write_text(toml.read_text().split("[mail]")[0] + server)
    return WholeHouse(load(folder), [EXPERIENCE])


def mails(house):
    return sorted((house.brand.root / "data/mail").glob("*.eml"))


def test_without_a_server_the_worker_sends_none_and_the_command_says_why(folder):
    house = opened(folder, "")
    with clock.frozen(NEXT - timedelta(hours=1)):
        assert mail_yesterday(house) == 0
        words = ["alerts", "--digest", "--send", "--brand", str(folder)]
        told = CliRunner().invoke(experience.app, words)
    assert "No mail server is set" in str(told.exception)
    house.close()


def test_the_worker_mails_yesterday_once_from_the_hour_on(folder):
    house = opened(folder)
    with clock.frozen(NEXT.replace(hour=7)):  # 8 o'clock in London
        assert mail_yesterday(house) == 0
    with clock.frozen(NEXT):
        assert [mail_yesterday(house), mail_yesterday(house)] == [1, 0]
        assert mail_digest(house, FIRED.date()).became == "sent before"
    (one,) = mails(house)
    made = email.message_from_bytes(one.read_bytes(), policy=email.policy.default)
    assert made["Subject"] == "Blossom & Bay, alerts of 1 Apr 2031: 1 fired, 1 open"
    assert "shop (nps) fired" in made.get_content() or "Shop (nps) fired" in made.get_content()
    house.close()


def test_a_day_with_nothing_to_say_gives_no_mail_and_one_that_is_not_over_is_refused(folder):
    house = opened(folder)
    with clock.frozen(NEXT + timedelta(days=1)):
        assert mail_digest(house, NEXT.date()).became == "nothing to say"
        with pytest.raises(BadInputError, match="is not over"):
            mail_digest(house, date(2031, 4, 3))
    assert len(mails(house)) == 1
    house.close()


def test_what_the_server_refused_may_be_sent_again(folder):
    house = opened(folder, "[mail]\nserver = 'smtp://127.0.0.1:9'\nsender = 'a@example.com'")
    day = FIRED + timedelta(days=4)
    other = {**FACTS, "entity": "refused"}
    house.store.transact(lambda unit: book.fire(unit, other, at=day))
    with clock.frozen(day + timedelta(days=1)):
        web = client(house)
        asked = {"day": str(day.date())}
        refused = web.post("/api/v1/experience/alerts/digest", json=asked)
        assert refused.status_code == 502
        assert mail_yesterday(house) == 0  # the worker does not try again at once
        house.close()
        house = opened(folder)
        assert mail_yesterday(house) == 0
        again = client(house).post("/api/v1/experience/alerts/digest", json=asked)
        assert again.json()["became"] == "sent"
        words = ["alerts", "--digest", "--json", "--day", str(day.date()), "--brand", str(folder)]
        told = json.loads(CliRunner().invoke(experience.app, words).stdout)
        assert "refused (nps) fired: below what is usual" in told["text"]
    house.close()


def test_a_fault_while_writing_loses_no_day_and_the_worker_tries_again_later(folder):
    house = opened(folder, "[mail]\nfolder = 'valence.toml'")  # a file stands there
    day = FIRED + timedelta(days=8)
    house.store.transact(lambda unit: book.fire(unit, {**FACTS, "entity": "lost"}, at=day))
    with clock.frozen(day + timedelta(days=1)), pytest.raises(MailRefusedError):
        mail_yesterday(house)
    house.close()
    house = opened(folder)
    with clock.frozen(day + timedelta(days=1, minutes=10)):
        assert mail_yesterday(house) == 0
    with clock.frozen(day + timedelta(days=1, minutes=31)):
        assert mail_yesterday(house) == 1
    house.close()


def test_a_day_that_began_to_go_is_not_called_sent(folder):
    house = opened(folder)
    day = FIRED + timedelta(days=12)

    def begun(unit):
        book.fire(unit, {**FACTS, "entity": "crashed"}, at=day)
        set_mark(unit, f"digest:{day.date()}", "sending")

    house.store.transact(begun)
    with clock.frozen(day + timedelta(days=1)):
        assert mail_digest(house, day.date()).became == "sending"
        assert mail_yesterday(house) == 0
    house.close()
