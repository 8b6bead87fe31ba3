"""The port is taken before any work is done, and a taken one costs no more than a sentence."""

from __future__ import annotations

import socket
import urllib.request
from contextlib import closing
from threading import Thread

import pytest

from valence.app.ports import listen
from valence.core.errors import ConflictError, ForbiddenError

HERE = "127.0.0.1"


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with closing(socket.create_server((HERE, 0))) as other:
        yield other.getsockname()[1]


def test_a_free_port_listens_at_once():
    with closing(listen(HERE, 0, again="valence demo", asked=False)) as found:
        socket.create_connection(found.getsockname()[:2], timeout=5).close()


def test_where_nobody_asked_for_the_port_the_next_free_one_is_taken_and_said(taken, capsys):
    with closing(listen(HERE, taken, again="valence demo", asked=False)) as found:
        port = found.getsockname()[1]
    assert port > taken
    assert f"Port {taken} is taken by another program: it will be port {port}" in (
        capsys.readouterr().err
    )


def test_a_port_that_was_asked_for_is_refused_with_the_command_that_works(taken):
    with pytest.raises(ConflictError, match="taken by another program") as refused:
        listen(HERE, taken, again="valence demo --folder shop", asked=True)
    command = str(refused.value).split("`")[1]
    assert command.startswith("valence demo --folder shop --port ")
    port = int(command.rpartition(" ")[2])
    with closing(listen(HERE, port, again="", asked=True)) as found:
        assert found.getsockname()[1] == port


def test_two_programs_that_prepare_at_once_do_not_share_a_port():
    """A socket that is bound and does not listen yet would let another be bound beside it."""
    with closing(listen(HERE, 0, again="", asked=True)) as first:
        port = first.getsockname()[1]
        with closing(listen(HERE, port, again="", asked=False)) as second:
            assert second.getsockname()[1] != port


def test_only_loopback_is_listened_on():
    with pytest.raises(ForbiddenError):
        listen("0.0.0.0", 0, again="", asked=True)


def test_a_browser_that_comes_early_is_answered_once_something_serves():
    with closing(listen(HERE, 0, again="", asked=True)) as found:
        answers = []
        url = f"http://{HERE}:{found.getsockname()[1]}/"
        early = Thread(target=lambda: answers.append(urllib.request.urlopen(url).status))
        early.start()
        with closing(found.accept()[0]) as caller:
            caller.recv(1000)
            caller.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        early.join(10)
    assert answers == [204]
