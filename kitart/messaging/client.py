"""What goes to a client's contacts: reports by mail, short texts where mail does not go."""

from __future__ import annotations

from typing import Any

from kitart.connectors.attachment import LARGEST_BYTES, Attachment
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal.database import Lease
from kitart.journal.messages import TAKEN, Outgoing
from kitart.journal.tables import Document
from kitart.language import phrase
from kitart.messaging.delivering import deliver
from kitart.messaging.enclosing import pdf_beside
from kitart.messaging.occasion import lines_of
from kitart.messaging.texts import render_message
from kitart.plan.kinds import PHONES
from kitart.plan.schema import Channel, Contact, Plan


class OnItsWay(ConnectorError):
    """Somebody is sending the report just now: look again soon, send nothing beside it."""


def send_report(inst: Installation, plan: Plan, document: Document, lease: Lease) -> None:
    """Mail a report to each of the client's contacts, its PDF with it; each gets it once.

    Raises ``ConnectorError`` when no mail was accepted; a permanent one says that a person must
    look first.
    """
    states: list[str] = []
    pdf = pdf_beside(inst, plan, document, lease)
    attachments = [pdf] if pdf is not None and len(pdf.content) <= LARGEST_BYTES else []
    for contact in plan.client(document.client).contacts:
        for channel in contact.channels:
            if channel.kind == "mail":
                states.append(_mail(inst, plan, document, contact, channel, attachments, lease))
    if any(state in TAKEN for state in states):
        return
    if "sending" in states:
        raise OnItsWay("the report is being sent, or its sender stopped; looked at again")
    if "uncertain" in states:
        raise ConnectorError(
            "it is not known whether the report reached the client: ask the client, then send "
            "it by hand or close the question",
            permanent=True,
        )
    raise ConnectorError("no mail to the client's contacts was accepted")


def send_short_text(
    inst: Installation, plan: Plan, document: Document, values: dict[str, Any], lease: Lease
) -> None:
    """Send the short text that the client's contract pre-approved, on every channel; ``values``
    are those of ``short_text_values``."""
    client = plan.client(document.client)
    project = next(p for p in plan.projects if p.client == client.id)
    manager = plan.person(project.account_manager)
    phone = next((c.address for c in manager.channels if c.kind in PHONES), "")
    template = values.get("template", "client-first-notification")
    lines = values.get("lines") or lines_of(plan, client.id)
    for contact in client.contacts:
        for place, channel in enumerate(contact.channels):
            if channel.kind not in ("sms", "mail"):
                continue
            text = render_message(
                template, channel.kind, client.report.language,
                number=document.incident, zone=client.contract_zone, now=inst.clock.now(),
                lines=lines, since=values["since"],
                next_news=document.next_update_at or phrase("as soon as there is any"),
                contact=phrase("account manager on duty, {phone}", phone=phone),
            )  # fmt: skip
            deliver(
                inst, plan,
                Outgoing(
                    key=f"{document.incident}:short:{document.client}:{document.type}:"
                    f"{document.running_number}:{contact.id}:{channel.kind}:{place}",
                    incident=document.incident, purpose="client-short-text",
                    recipient=contact.id, role=contact.role, channel=channel.kind,
                    address=channel.address, subject=text.subject or "", text=text.body,
                    language=client.report.language,
                ),
                stands_on=channel.depends_on, lease=lease,
            )  # fmt: skip


def _mail(
    inst: Installation,
    plan: Plan,
    document: Document,
    contact: Contact,
    channel: Channel,
    attachments: list[Attachment],
    lease: Lease,
) -> str:
    sent = deliver(
        inst, plan,
        Outgoing(
            key=f"{document.incident}:report:{document.id}:{contact.id}:mail",
            incident=document.incident, purpose=document.type, recipient=contact.id,
            role=contact.role, channel="mail", address=channel.address,
            subject=document.subject, text=document.text, html=document.html,
            document_id=document.id, language=plan.client(document.client).report.language,
        ),
        stands_on=channel.depends_on, lease=lease, attachments=attachments,
    )  # fmt: skip
    return sent.state if sent is not None else "sending"
