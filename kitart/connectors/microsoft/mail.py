"""Mail from the service's mailbox."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kitart.connectors.attachment import LARGEST_BYTES, Attachment
from kitart.connectors.errors import ConnectorError
from kitart.connectors.microsoft.graph import Graph, segment

KEY_HEADER = "x-kitart-key"


@dataclass(frozen=True)
class MailAccepted:
    """Graph took the mail: accepted, which is not delivered. ``request_id`` is Graph's own."""

    message_key: str
    request_id: str


def send_mail(
    graph: Graph,
    mailbox: str,
    to: Sequence[str],
    subject: str,
    html: str | None,
    text: str,
    message_key: str,
    attachments: Sequence[Attachment] = (),
) -> MailAccepted:
    """Hand a mail over; see ``MicrosoftTenant.send_mail``."""
    if not mailbox:
        raise ConnectorError("mailbox is needed: the user that mail is sent as", permanent=True)
    answer = graph.call(
        "POST",
        f"/users/{segment(mailbox)}/sendMail",
        json=_body(to, subject, html, text, message_key, attachments),
        expected=(202,),
    )
    return MailAccepted(message_key, answer.headers.get("request-id", ""))


def _body(
    to: Sequence[str],
    subject: str,
    html: str | None,
    text: str,
    message_key: str,
    attachments: Sequence[Attachment],
) -> dict[str, Any]:
    recipients = list(dict.fromkeys(to))
    wrong = [address for address in recipients if "@" not in address or not address.isprintable()]
    if wrong or not recipients:
        raise ConnectorError(
            f"mail recipients are {recipients}: at least one, each like name@company.example",
            permanent=True,
        )
    if not (message_key.isascii() and message_key.isprintable() and message_key):
        raise ConnectorError(
            f"message key is {message_key!r}: plain ASCII in one line is needed", permanent=True
        )
    content = {"contentType": "html" if html is not None else "text", "content": html or text}
    message: dict[str, Any] = {
        "subject": " ".join(subject.split()),
        "body": content,
        "toRecipients": [{"emailAddress": {"address": address}} for address in recipients],
        "internetMessageHeaders": [{"name": KEY_HEADER, "value": message_key}],
    }
    if attachments:
        message["attachments"] = _files(attachments)
    return {"message": message, "saveToSentItems": False}


def _files(attachments: Sequence[Attachment]) -> list[dict[str, Any]]:
    size = sum(len(each.content) for each in attachments)
    if size > LARGEST_BYTES:
        raise ConnectorError(
            f"mail attachments have {size} bytes: at most {LARGEST_BYTES} go with a mail",
            permanent=True,
        )
    return [
        {
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": each.name,
            "contentType": each.content_type,
            "contentBytes": base64.b64encode(each.content).decode(),
        }
        for each in attachments
    ]
