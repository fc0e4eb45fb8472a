"""Telling one person something on every channel that works (D14, D15, D16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kitart.connectors.attachment import Attachment
from kitart.installation import Installation
from kitart.journal import incidents
from kitart.journal.database import Lease
from kitart.journal.held_news import QUEUED
from kitart.journal.messages import TAKEN, Outgoing
from kitart.language import LANGUAGES, spoken
from kitart.messaging.delivering import deliver
from kitart.messaging.may_wait import may_wait
from kitart.messaging.texts import headline_of, render_message, wording
from kitart.plan.kinds import ONE_WAY
from kitart.plan.roles import role_name
from kitart.plan.schema import Channel, Plan


def tell(
    inst: Installation,
    plan: Plan,
    incident: str,
    person: str,
    purpose: str,
    step: str,
    values: dict[str, Any],
    *,
    lease: Lease | None = None,
    attachments: Sequence[Attachment] = (),
) -> bool:
    """Tell a role holder on each channel the purpose has a text for; true if one was accepted, or
    is news that is held for a few minutes (``kitart.messaging.may_wait``).

    What a one-way chat took counts for nothing: nobody can be heard there (A14). The channels
    follow one another as the person has them: a person has few, and the first is the quickest.
    Many people are told side by side, by whoever has them all at once.

    ``step`` names the occasion: the same step for the same person is told once. ``values`` are
    the text's own; the number, zone and exercise mark are added here. ``attachments`` go with the
    mail.
    """
    holder = plan.person(person)
    return _on_each(
        inst, plan, incident, holder.id, role_name(holder.kind), holder.language,
        holder.time_zone, holder.channels, purpose, step, values, lease, attachments,
    )  # fmt: skip


def tell_supplier(
    inst: Installation,
    plan: Plan,
    incident: str,
    supplier: str,
    purpose: str,
    step: str,
    values: dict[str, Any],
    *,
    lease: Lease | None = None,
) -> bool:
    """As ``tell``, for a supplier's contact."""
    known = plan.supplier(supplier)
    return _on_each(
        inst, plan, incident, known.id, "supplier", known.language,
        plan.company.time_zone, known.channels, purpose, step, values, lease,
    )  # fmt: skip


def tell_agent(
    inst: Installation,
    plan: Plan,
    incident: str,
    agent: str,
    purpose: str,
    step: str,
    values: dict[str, Any],
    *,
    lease: Lease | None = None,
) -> bool:
    """As ``tell``, for an agent at home, in the best-spoken language that Kitart has texts in."""
    known = plan.agent(agent)
    return _on_each(
        inst, plan, incident, known.id, "agent", spoken(known.best_language(LANGUAGES) or ""),
        known.time_zone, known.channels, purpose, step, values, lease,
    )  # fmt: skip


def _on_each(
    inst: Installation,
    plan: Plan,
    incident: str,
    recipient: str,
    role: str,
    language: str,
    zone: str,
    channels: tuple[Channel, ...],
    purpose: str,
    step: str,
    values: dict[str, Any],
    lease: Lease | None,
    attachments: Sequence[Attachment] = (),
) -> bool:
    with inst.journal.read() as session:
        exercise = incidents.is_exercise(session, incident)
    reached = False
    for place, channel in enumerate(channels):
        words = wording(purpose, channel.kind)
        if words is None:
            continue
        known = values | {
            "number": incident, "zone": zone, "exercise": exercise, "now": inst.clock.now(),
            "replies": inst.settings.sms.replies,
        }  # fmt: skip
        text = render_message(purpose, words, language, **known)
        waits = may_wait(purpose, values)
        sent = deliver(
            inst,
            plan,
            Outgoing(
                key=_key(incident, step, recipient, channel, place),
                incident=incident,
                purpose=purpose,
                recipient=recipient,
                role=role,
                channel=channel.kind,
                address=channel.address,
                subject=text.subject or "",
                text=text.body,
                language=language,
            ),
            stands_on=channel.depends_on,
            lease=lease,
            attachments=attachments if channel.kind == "mail" else (),
            headline=headline_of(purpose, words, language, **known) if waits else None,
        )
        taken = sent is not None and (sent.state in (*TAKEN, QUEUED) or sent.told_in is not None)
        reached = reached or (taken and channel.kind not in ONE_WAY)
    return reached


def message_keys(
    incident: str, step: str, channels: tuple[Channel, ...], purpose: str, recipient: str
) -> tuple[str, ...]:
    """The keys of the messages that telling a recipient something would make."""
    return tuple(
        _key(incident, step, recipient, channel, place)
        for place, channel in enumerate(channels)
        if wording(purpose, channel.kind) is not None
    )


def _key(incident: str, step: str, recipient: str, channel: Channel, place: int) -> str:
    return f"{incident}:{step}:{recipient}:{channel.kind}:{place}"
