"""Mail by SMTP: the way that does not go through the Microsoft tenant (E43, E44).

The message's identifier is made from its key, so a repeat carries the same one and a mailbox
that knows it shows the mail once.
"""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from kitart.clock import real_now
from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.settings import SmtpSettings

KEY_HEADER = "X-Kitart-Key"
OUR_NAME = "kitart"
"""What we call ourselves in the greeting; looking up the machine's own name can take seconds."""


@dataclass(frozen=True)
class MailAccepted:
    """The relay took the mail; delivered is another word."""

    provider_id: str


class SmtpRelay:
    """One mail relay. Each mail has its own connection, so a stale one can't lose a mail."""

    def __init__(self, settings: SmtpSettings, *, timeout_s: float = 10.0) -> None:
        self._settings = settings
        self._timeout_s = timeout_s

    def send_mail(
        self,
        to: str,
        subject: str,
        html: str,
        text: str,
        *,
        message_key: str,
        attachments: Sequence[Attachment] = (),
    ) -> MailAccepted:
        """Hand over one mail with a text and an HTML part; returns when the relay took it.

        Raises ``ConnectorError``: permanent for a 5xx word of the relay and for an address that
        is none, passing for a 4xx word, silence, a broken connection.
        """
        mail = self._mail(to, subject, html, text, message_key)
        for each in attachments:
            kind, _, subkind = each.content_type.partition("/")
            mail.add_attachment(each.content, maintype=kind, subtype=subkind, filename=each.name)
        handed_over = False
        try:
            relay = self._connected()
            try:
                handed_over = True
                _hand_over(relay, mail)
            except BaseException:
                relay.close()
                raise
        except smtplib.SMTPException as error:
            raise _relay_error(error, handed_over) from None
        except OSError as error:
            raise ConnectorError(
                f"mail relay: {_network_words(error)}", may_have_gone=handed_over
            ) from None
        _say_goodbye(relay)
        return MailAccepted(str(mail["Message-ID"]))

    def sign_in(self) -> None:
        """Connect, turn on TLS and sign in as for a mail, and leave; no mail is sent.

        Raises ``ConnectorError`` as ``send_mail`` does.
        """
        try:
            relay = self._connected()
        except smtplib.SMTPServerDisconnected:
            raise ConnectorError("mail relay: no answer, or the connection ended") from None
        except smtplib.SMTPException as error:
            raise _relay_error(error) from None
        except OSError as error:
            raise ConnectorError(f"mail relay: {_network_words(error)}") from None
        _say_goodbye(relay)

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if not settings.host:
            raise ConnectorError(
                "smtp.host is empty: the name of a mail relay is needed", permanent=True
            )
        relay = smtplib.SMTP(
            settings.host, settings.port, local_hostname=OUR_NAME, timeout=self._timeout_s
        )
        try:
            if settings.starttls:
                relay.starttls(context=self._tls())
            if settings.user:
                relay.login(settings.user, settings.password.get_secret_value())
        except BaseException:
            relay.close()
            raise
        return relay

    def _tls(self) -> ssl.SSLContext:
        ca_file = self._settings.ca_file
        try:
            return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        except OSError as error:
            raise ConnectorError(
                f"smtp.ca_file is {str(ca_file)!r}: a readable file of trusted roots (PEM) is "
                "needed",
                permanent=True,
            ) from error

    def _mail(self, to: str, subject: str, html: str, text: str, message_key: str) -> EmailMessage:
        sender = _address(self._settings.sender, "smtp.sender")
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = sender
        mail["To"] = _address(to, "to")
        mail["Subject"] = " ".join(subject.split())
        mail["Date"] = format_datetime(real_now())
        name = hashlib.sha256(f"{message_key}\n{to}".encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{name}@{sender.domain or OUR_NAME}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail[KEY_HEADER] = " ".join(message_key.split())
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
        return mail


def _hand_over(relay: smtplib.SMTP, mail: EmailMessage) -> None:
    """Left to itself ``smtplib`` writes ``>From`` where a line of the mail begins with "From", also
    one that is broken there for the way only: a report would not be what was approved and filed. To
    an address beyond ASCII it writes no such thing, and asks the relay whether it knows those."""
    sender, to = (mail[name].addresses[0].addr_spec for name in ("From", "To"))
    if to.isascii() and sender.isascii():
        relay.sendmail(sender, [to], mail.as_bytes())
    else:
        relay.send_message(mail)


def _say_goodbye(relay: smtplib.SMTP) -> None:
    """End the session. The mail is taken by now: a bad goodbye must not have it sent again."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        relay.quit()
    relay.close()


def _address(value: str, field: str) -> Address:
    """One plain address; a permanent ``ConnectorError`` naming the field for anything else."""
    try:
        address = Address(addr_spec=value.strip())
    except (ValueError, IndexError, MessageError):
        address = None
    if address is None or not address.username or not address.domain:
        raise ConnectorError(
            f"mail: {field} is {value!r}: one address like name@example.org is needed",
            permanent=True,
        )
    return address


def _relay_error(error: smtplib.SMTPException, handed_over: bool = False) -> ConnectorError:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return ConnectorError(
            "mail relay: it does not offer what the settings ask for (STARTTLS, sign-in or "
            "international addresses)",
            permanent=True,
        )
    replies = _replies(error)
    if not replies:
        return ConnectorError(
            "mail relay: no answer, or the connection ended; it is not known whether the mail "
            "was taken",
            may_have_gone=handed_over,
        )
    code, words = replies[0]
    # A code of -1 and the like is no word of the relay, so nothing is settled.
    permanent = all(500 <= reply[0] < 600 for reply in replies)
    return ConnectorError(f"mail relay answered {code} ({words})", permanent=permanent)


def _replies(error: smtplib.SMTPException) -> list[tuple[int, str]]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [(code, _words(text)) for code, text in error.recipients.values()]
    if isinstance(error, smtplib.SMTPResponseException):
        return [(error.smtp_code, _words(error.smtp_error))]
    return []


def _words(text: bytes | str) -> str:
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(shown.split())[:300]


def _network_words(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "the TLS connection failed (certificate not trusted, or not for this host)"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return f"the connection failed ({type(error).__name__})"
