"""Mail leaves by a server or into a folder; without either a clear sentence says so."""

import email
import socketserver
import threading

import pytest

from valence.core.errors import SettingsError
from valence.core.settings import Brand, read
from valence.outbound.mail import Mail, MailRefusedError, can_send, send

MAIL = Mail(
    "digest-2026-03-01", ("ann@example.com", "bo@example.com"), "2 件预警", "包裹迟到\nGrüße"
)


def brand(root, **mail):
    lines = "\n".join(f'{name} = "{value}"' for name, value in mail.items())
    return Brand(root, read(f"[mail]\n{lines}", {}))


class Server(socketserver.StreamRequestHandler):
    """As much of a mail server as it takes; it refuses whom it does not know."""

    def handle(self):
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                self.server.got.append(body)
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("550 unknown" if "nobody" in line else "250 fine")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


@pytest.fixture
def server():
    with socketserver.TCPServer(("127.0.0.1", 0), Server) as made:
        made.got = []
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def test_a_folder_takes_mail_as_files(tmp_path):
    send(brand(tmp_path, folder="data/mail"), MAIL)
    (kept,) = (tmp_path / "data/mail").iterdir()
    made = email.message_from_bytes(kept.read_bytes(), policy=email.policy.default)
    assert made["Subject"] == "2 件预警"
    assert made["To"] == "ann@example.com, bo@example.com"
    assert made.get_content() == "包裹迟到\nGrüße\n"


def test_a_server_takes_mail(server, tmp_path):
    address = f"smtp://127.0.0.1:{server.server_address[1]}"
    send(brand(tmp_path, server=address, sender="valence@example.com"), MAIL)
    made = email.message_from_bytes(server.got[0], policy=email.policy.default)
    assert made["Message-ID"] == "<digest-2026-03-01@valence>"


def test_what_the_server_refuses_is_said(server, tmp_path):
    address = f"smtp://127.0.0.1:{server.server_address[1]}"
    to_nobody = Mail("k", ("nobody@example.com",), "s", "t")
    with pytest.raises(MailRefusedError, match="did not take the mail"):
        send(brand(tmp_path, server=address, sender="a@example.com"), to_nobody)


def test_without_a_server_a_sentence_says_what_to_set(tmp_path):
    none = brand(tmp_path)
    assert not can_send(none)
    with pytest.raises(SettingsError, match=r"under \[mail\] in valence.toml"):
        send(none, MAIL)
    with pytest.raises(SettingsError, match="write smtp:// or smtps://"):
        brand(tmp_path, server="mail.example.com")
