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
                if b"broken line" in body:
                    return  # neither taken nor refused
                self.say("552 too much" if b"too much" in body else "250 taken")
            elif verb == "QUIT":
                return  # without a farewell
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


def served(server, root, **mail):
    address = f"smtp://127.0.0.1:{server.server_address[1]}"
    return brand(root, server=address, sender="Valence <a@example.com>", **mail)


def test_a_server_takes_mail_and_each_brand_names_its_own(server, tmp_path):
    mine = served(server, tmp_path)
    other = Brand(tmp_path, read("[brand]\nname = 'Other'", {}))
    other = Brand(tmp_path, mine.settings.model_copy(update={"brand": other.settings.brand}))
    assert [send(each, MAIL) for each in (mine, other)] == [MAIL.to, MAIL.to]
    mails = [email.message_from_bytes(got, policy=email.policy.default) for got in server.got]
    first, second = (made["Message-ID"] for made in mails)
    assert first.startswith("<digest-2026-03-01.")
    assert first.endswith("@example.com>")
    assert first != second


@pytest.mark.parametrize("text", ["t", "too much"])
def test_what_the_server_refuses_is_said(server, tmp_path, text):
    to = ("nobody@example.com",) if text == "t" else MAIL.to
    with pytest.raises(MailRefusedError, match="did not take the mail"):
        send(served(server, tmp_path), Mail("k", to, "s", text))


def test_whom_the_server_refused_is_not_told_as_reached(server, tmp_path):
    some = Mail("k", ("ann@example.com", "nobody@example.com"), "s", "t")
    assert send(served(server, tmp_path), some) == ("ann@example.com",)


def test_a_line_that_breaks_after_the_text_went_out_counts_as_sent(server, tmp_path):
    assert send(served(server, tmp_path), Mail("k", MAIL.to, "s", "broken line")) == MAIL.to


def test_a_subject_of_two_lines_is_one(tmp_path):
    send(brand(tmp_path, folder="mails"), Mail("k", MAIL.to, "two\r\nlines", "t"))
    assert b"Subject: two lines" in (tmp_path / "mails/k.eml").read_bytes()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(MailRefusedError, match="taken did not take the mail"):
        send(brand(tmp_path, folder="taken"), MAIL)


def test_a_password_is_asked_for_and_never_goes_unencrypted(server, tmp_path):
    known = served(server, tmp_path, user="ann")
    with pytest.raises(SettingsError, match="VALENCE_MAIL_PASSWORD holds none"):
        send(known, MAIL, {})
    elsewhere = f"smtp://0.0.0.0:{server.server_address[1]}"  # reaches it, but is no loopback
    known = brand(tmp_path, server=elsewhere, sender="a@example.com", user="ann")
    with pytest.raises(SettingsError, match="offers no encryption"):
        send(known, MAIL, {"VALENCE_MAIL_PASSWORD": "s"})
    assert server.got == []


def test_without_a_server_a_sentence_says_what_to_set(tmp_path):
    none = brand(tmp_path)
    assert not can_send(none)
    with pytest.raises(SettingsError, match=r"under \[mail\] in valence.toml"):
        send(none, MAIL)
    with pytest.raises(SettingsError, match="write smtp:// or smtps://"):
        brand(tmp_path, server="mail.example.com")
    for port in ("abc", "99999"):
        with pytest.raises(SettingsError, match="is no mail server"):
            brand(tmp_path, server=f"smtp://mail.example.com:{port}")
