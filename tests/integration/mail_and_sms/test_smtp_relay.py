"""Mail by SMTP, the way outside the Microsoft tenant (E43, E44)."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.connectors.smtp import SmtpRelay
from kitart.settings import SmtpSettings
from sandbox.smtp import SandboxSmtp, SmtpState


@pytest.mark.covers("E44")
def test_a_mail_arrives_with_both_parts_its_subject_and_our_key(
    relay: Any, mail: dict[str, Any]
) -> None:
    sender, state, _ = relay
    accepted = sender.send_mail(**mail)
    (taken,) = state.mails
    assert (taken.to, taken.subject) == (mail["to"], mail["subject"])
    assert taken.text.strip() == mail["text"].strip()
    assert taken.html.strip() == mail["html"].strip()
    assert taken.headers["X-Kitart-Key"] == taken.message_key == mail["message_key"]
    assert taken.headers["Message-ID"] == accepted.provider_id
    assert taken.headers["From"] == "continuity@example.org"
    assert taken.headers["Date"]
    (letter,) = state.letters()
    assert (letter.to, letter.subject, letter.html) == (mail["to"], mail["subject"], taken.html)


@pytest.mark.covers("E43")
def test_a_report_arrives_with_its_pdf_and_both_its_parts(relay: Any, mail: dict[str, Any]) -> None:
    sender, state, _ = relay
    pdf = Attachment("Jelentés_v1.pdf", b"%PDF-1.7\r\n\n" + bytes(range(256)), "application/pdf")
    sender.send_mail(**mail, attachments=[pdf])
    (taken,) = state.mails
    (got,) = taken.attachments
    assert (got.name, got.content_type, got.content) == (pdf.name, pdf.content_type, pdf.content)
    assert taken.text.strip() == mail["text"].strip()
    assert taken.html.strip() == mail["html"].strip()
    assert taken.headers["Content-Type"].startswith("multipart/mixed")


@pytest.mark.covers("D7", "E43")
@pytest.mark.parametrize("before", range(60, 80))
def test_each_word_arrives_as_it_was_approved_wherever_a_line_is_broken_for_the_way(
    relay: Any, mail: dict[str, Any], before: int
) -> None:
    words = f"<p>{'á' * 3}{'x' * before} From 02:56 GMT 1 of 1 seats filled.\nFrom 03:10 all</p>"
    text = "From 02:56 GMT 1 of 1 seats filled.\nFrom 03:10 GMT all of them.\n.\n.top\n"
    relay[0].send_mail(**mail | {"html": words, "text": text})
    (taken,) = relay[1].mails
    assert taken.html.replace("\r\n", "\n").removesuffix("\n") == words
    assert taken.text.replace("\r\n", "\n") == text


def test_a_long_subject_is_read_as_it_was_written(relay: Any, mail: dict[str, Any]) -> None:
    subject = "REPEAT: INC-0001: limited service on your lines +448081570203, +448081570204"
    relay[0].send_mail(**mail | {"subject": subject})
    (taken,) = relay[1].mails
    assert taken.subject == subject


@pytest.mark.covers("D7")
def test_a_repeat_carries_the_same_identifier_and_another_version_another(
    relay: Any, mail: dict[str, Any]
) -> None:
    sender, _, _ = relay
    first = sender.send_mail(**mail)
    assert sender.send_mail(**mail) == first
    assert sender.send_mail(**{**mail, "message_key": "INC-0142/ask-level/AM-1/mail/2"}) != first
    assert sender.send_mail(**{**mail, "to": "am-2@example.org"}) != first


def test_a_subject_with_line_breaks_can_not_add_headers(relay: Any, mail: dict[str, Any]) -> None:
    sender, state, _ = relay
    sender.send_mail(**{**mail, "subject": "Hello\r\nBcc: somebody@example.org"})
    assert state.mails[0].subject == "Hello Bcc: somebody@example.org"
    assert "Bcc" not in state.mails[0].headers


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [("550 5.1.1 No such user here", True), ("451 4.7.1 Greylisted, come back", False)],
)
def test_a_refused_recipient_is_permanent_for_5xx_and_passing_for_4xx(
    relay: Any, mail: dict[str, Any], reply: str, permanent: bool
) -> None:
    sender, state, _ = relay
    state.replies[mail["to"]] = reply
    with pytest.raises(ConnectorError, match=rf"answered {reply[:3]} .{reply[4:9]}") as caught:
        sender.send_mail(**mail)
    assert caught.value.permanent is permanent
    assert state.mails == []


@pytest.mark.parametrize(
    ("reply", "permanent"), [("554 Looks like spam", True), ("452 Disk full", False)]
)
def test_a_text_that_is_not_taken_is_permanent_for_5xx_and_passing_for_4xx(
    relay: Any, mail: dict[str, Any], reply: str, permanent: bool
) -> None:
    sender, state, _ = relay
    state.data_reply = reply
    with pytest.raises(ConnectorError, match=reply[4:]) as caught:
        sender.send_mail(**mail)
    assert caught.value.permanent is permanent
    state.data_reply = ""
    assert sender.send_mail(**mail).provider_id


def test_a_wrong_password_is_permanent_and_not_shown(relay: Any, mail: dict[str, Any]) -> None:
    _, state, settings = relay
    wrong = settings.model_copy(update={"password": SecretStr("wrong-password")})
    with pytest.raises(ConnectorError, match="535") as caught:
        SmtpRelay(wrong, timeout_s=1.0).send_mail(**mail)
    assert caught.value.permanent
    assert "wrong-password" not in caught.value.message
    assert state.mails == []


def test_nothing_is_sent_to_a_relay_whose_certificate_is_not_trusted(
    relay: Any, mail: dict[str, Any]
) -> None:
    _, state, settings = relay
    with pytest.raises(ConnectorError, match="TLS connection failed"):
        SmtpRelay(settings.model_copy(update={"ca_file": None})).send_mail(**mail)
    assert state.mails == []


def test_a_missing_file_of_trusted_roots_is_permanent_and_named(
    relay: Any, mail: dict[str, Any], tmp_path: Path
) -> None:
    missing = relay[2].model_copy(update={"ca_file": tmp_path / "none.pem"})
    with pytest.raises(ConnectorError, match=r"smtp\.ca_file is .*none\.pem") as caught:
        SmtpRelay(missing).send_mail(**mail)
    assert caught.value.permanent


def test_nothing_is_sent_in_the_clear_where_the_settings_ask_for_tls(mail: dict[str, Any]) -> None:
    state = SmtpState()
    with SandboxSmtp(state) as server:
        settings = SmtpSettings(host=server.host, port=server.port, sender="c@example.org")
        with pytest.raises(ConnectorError, match="STARTTLS") as caught:
            SmtpRelay(settings).send_mail(**mail)
        assert caught.value.permanent
        assert state.mails == []
        plain = settings.model_copy(update={"starttls": False})
        SmtpRelay(plain).send_mail(**mail)
        assert len(state.mails) == 1


def test_silence_ends_at_the_time_limit_and_may_pass(relay: Any, mail: dict[str, Any]) -> None:
    sender, state, _ = relay
    state.silent_s = 3.0
    began = time.perf_counter()
    with pytest.raises(ConnectorError, match="no answer") as caught:
        sender.send_mail(**mail)
    assert time.perf_counter() - began < 2.5
    assert not caught.value.permanent


def test_a_relay_that_is_away_may_come_back(relay: Any, mail: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings = relay[2].model_copy(update={"port": port})
    with pytest.raises(ConnectorError, match="connection refused") as caught:
        SmtpRelay(settings).send_mail(**mail)
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "to", ["", "am-1", "a@b@c", "am-1@example.org, x@example.org", "x@e.org\nBcc: y@e.org"]
)
def test_what_is_not_one_address_is_refused_by_name(
    relay: Any, mail: dict[str, Any], to: str
) -> None:
    sender, state, _ = relay
    with pytest.raises(ConnectorError, match="mail: to is") as caught:
        sender.send_mail(**{**mail, "to": to})
    assert caught.value.permanent
    assert state.mails == []


def test_a_relay_that_is_not_set_up_is_said_by_the_settings_name(mail: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError, match=r"smtp\.host is empty"):
        SmtpRelay(SmtpSettings(sender="c@example.org")).send_mail(**mail)
    with pytest.raises(ConnectorError, match=r"smtp\.sender is ''"):
        SmtpRelay(SmtpSettings(host="127.0.0.1")).send_mail(**mail)


def test_a_bad_goodbye_after_the_mail_was_taken_is_not_an_error(
    relay: Any, mail: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: smtplib.SMTP) -> tuple[int, bytes]:
        raise ssl.SSLError("closed")

    monkeypatch.setattr(smtplib.SMTP, "quit", broken)
    sender, state, _ = relay
    assert sender.send_mail(**mail).provider_id
    assert len(state.mails) == 1


def test_the_stand_in_refuses_to_listen_beyond_loopback() -> None:
    with pytest.raises(ValueError, match="loopback only"):
        SandboxSmtp(SmtpState(), host="0.0.0.0")
