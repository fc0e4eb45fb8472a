"""A signed report of the company's own, mailed to its readers inside (requirements §8 row 7)."""

from __future__ import annotations

from collections.abc import Iterable

from kitart.connectors.attachment import LARGEST_BYTES
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal.database import Lease
from kitart.journal.messages import TAKEN, Outgoing
from kitart.journal.tables import Document
from kitart.messaging.delivering import deliver
from kitart.messaging.enclosing import pdf_beside
from kitart.messaging.occasion import report_name
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan


def mail_inside(
    inst: Installation, plan: Plan, document: Document, people: Iterable[str], lease: Lease
) -> None:
    """Mail an approved report to people of the company, its PDF with it; each gets it once.

    Raises ``ConnectorError`` when no mail was accepted.
    """
    pdf = pdf_beside(inst, plan, document, lease)
    attachments = [pdf] if pdf is not None and len(pdf.content) <= LARGEST_BYTES else []
    states: list[str] = []
    for person in map(plan.person, people):
        for place, channel in enumerate(person.channels):
            if channel.kind != "mail":
                continue
            sent = deliver(
                inst, plan,
                Outgoing(
                    key=f"{document.incident}:report:{document.id}:{person.id}:mail:{place}",
                    incident=document.incident, purpose=document.type, recipient=person.id,
                    role=role_name(person.kind), channel="mail", address=channel.address,
                    subject=document.subject, text=document.text, html=document.html,
                    document_id=document.id, language=person.language,
                ),
                stands_on=channel.depends_on, lease=lease, attachments=attachments,
            )  # fmt: skip
            states.append(sent.state if sent is not None else "sending")
    # Inside the company a mail of which nobody knows whether it went out holds nothing up: the
    # report is filed, and the record says how each mail ended.
    if not any(state in (*TAKEN, "uncertain") for state in states):
        raise ConnectorError(f"no mail with the {report_name(document.type)} was accepted")
