"""What arrived for a person, by whichever way: the common form of all sandbox inboxes."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.microsoft.state import DeliveredMail


@dataclass(frozen=True)
class Enclosure:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes

    def as_json(self) -> dict[str, Any]:
        """With its bytes in base64, for a judge in another process."""
        return {
            "name": self.name,
            "content_type": self.content_type,
            "size": len(self.content),
            "content": base64.b64encode(self.content).decode(),
        }


@dataclass(frozen=True)
class Letter:
    """One message to one person; ``at`` is real time. ``id`` is unique within its inbox."""

    id: str
    to: str
    subject: str
    body_text: str
    html: str
    at: datetime


def mailbox_letters(mails: Iterable[DeliveredMail]) -> list[Letter]:
    """The Microsoft sandbox's mail, one letter for each who got it."""
    return [
        Letter(
            id=f"{mail.id}/{address}",
            to=address,
            subject=mail.subject,
            body_text="" if mail.content_type == "html" else mail.content,
            html=mail.content if mail.content_type == "html" else "",
            at=mail.received,
        )
        for mail in list(mails)
        for address in dict.fromkeys((*mail.to, *mail.cc, *mail.bcc))
    ]
