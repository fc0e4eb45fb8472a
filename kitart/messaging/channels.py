"""Which way a message goes: what stands on a system that is down is passed over (D14, E43, E44)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sqlalchemy.orm import Session

from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import incidents, looks, observations
from kitart.journal.at_a_glance import OpenIncident
from kitart.journal.messages import Outgoing
from kitart.messaging import callbacks
from kitart.messaging.cards import card
from kitart.plan.schema import Plan, System


@dataclass(frozen=True)
class Way:
    """A connector that may carry a kind of message now, or why it may not."""

    connector: str
    barred_by: str | None


def down_systems(session: Session, plan: Plan, *, exercise: bool = False) -> frozenset[str]:
    """The systems that are known to be down now, with all that shares their failure.

    Only looks of the incidents that are open count: last month's say nothing about today. What is
    down only in an exercise is down for the messages of an exercise alone (D4, E40).
    """
    unclosed = incidents.open_systems(session, exercises=exercise)
    if not unclosed:
        return frozenset()
    numbers = list(unclosed)
    probed = [system.id for system in plan.systems if system.probe is not None]
    others = [system.id for system in plan.systems if system.probe is None]
    seen = {
        **observations.last_probed(session, probed, numbers),
        **observations.last_told(session, others, numbers),
    }
    return with_shared(plan, said_down(unclosed.values(), seen))


def down_among(plan: Plan, unclosed: Sequence[OpenIncident]) -> frozenset[str]:
    """The systems that are known to be down, from the open incidents as they were read; without
    what only shares their failure; exercises apart (D4)."""
    unclosed = [each for each in unclosed if not each.row.exercise]
    seen = {system.id: _last_among(system, unclosed) for system in plan.systems}
    return said_down([each.row.system_id for each in unclosed], seen)


def said_down(unclosed: Iterable[str], seen: Mapping[str, str | None]) -> frozenset[str]:
    """The systems that have an open incident (``unclosed``) and weren't seen up since, and those
    seen down."""
    down = {system for system in unclosed if seen.get(system) != "up"}
    return frozenset(down | {system for system, state in seen.items() if state == "down"})


def with_shared(plan: Plan, down: frozenset[str]) -> frozenset[str]:
    """The systems that are down, with all that shares their failure."""
    return down | {other for s in plan.systems if s.id in down for other in s.shares_failure_with}


def ways(plan: Plan, kind: str, stands_on: Iterable[str], down: frozenset[str]) -> list[Way]:
    """The ways for a kind of message in order of use; those barred come last."""
    found = []
    for policy in plan.channels:
        if policy.kind == kind:
            barring = sorted((set(policy.depends_on) | set(stands_on)) & down)
            found.append(Way(policy.connector, barring[0] if barring else None))
    return sorted(found, key=lambda way: way.barred_by is not None)


def set_up(inst: Installation, connector: str) -> bool:
    """Whether a connector may be tried at all: calls need a number that they come from."""
    return connector != "voice" or bool(inst.settings.sms.caller)


def rest_s(inst: Installation, plan: Plan, kind: str) -> float:
    """Real seconds until the first of the ways for a kind of message may be used, as far as their
    providers asked for pauses; 0 for now."""
    rests = [
        _asked_for_s(inst, policy.connector)
        for policy in plan.channels
        if policy.kind == kind and set_up(inst, policy.connector)
    ]
    return min(rests, default=0.0)


def _asked_for_s(inst: Installation, connector: str) -> float:
    if connector == "sms":
        return inst.sms.rest_s()
    if connector == "voice":
        return inst.calls.rest_s()
    return inst.microsoft.rest_s() if connector == "graph_mail" else 0.0


def send_by(
    inst: Installation,
    connector: str,
    message: Outgoing,
    text: str,
    *,
    attachments: Sequence[Attachment] = (),
    real: bool = False,
) -> str:
    """Hand the message to a connector and return the provider's own number for it. ``real`` says
    that its incident is known to be none of an exercise.

    A text message and a chat carry no attachments; a call speaks the text as it is kept. Raises
    ``Fenced`` for whoever is outside an exercise, which the exercise's timeline then has.
    """
    out = inst.fenced(message.incident, real=real)
    to: dict[str, Any] = {"whom": message.recipient, "purpose": message.purpose}
    if connector == "sms":
        return out.sms(
            message.address, text, message_key=message.key,
            status_callback=callbacks.status_address(inst.settings, message.key), **to,
        )  # fmt: skip
    if connector == "voice":
        return out.call(
            message.address, callbacks.call_page(inst.settings, message, inst.clock.now()),
            status_callback=callbacks.status_address(inst.settings, message.key), **to,
        )  # fmt: skip
    if connector == "graph_mail":
        accepted = out.mail_by_tenant(
            message.address, message.subject, message.html, text,
            message_key=message.key, attachments=attachments, **to,
        )  # fmt: skip
        return accepted or message.key
    if connector == "smtp":
        html = message.html or plain_html(text)
        return out.mail_by_relay(
            message.address, message.subject, html, text,
            message_key=message.key, attachments=attachments, **to,
        )  # fmt: skip
    if connector == "teams":
        made = card(message.subject, text, message.language)
        return out.teams(message.address, made, **to) or message.key
    if connector == "apprise":
        out.chat(message.address, text, title=message.subject, **to)
        return message.key
    raise ConnectorError(f"there is no connector {connector!r}", permanent=True)


def plain_html(text: str) -> str:
    """A plain text as a small HTML page, for ways that want both."""
    return f'<pre style="white-space:pre-wrap;font:inherit">{escape(text)}</pre>'


def _last_among(system: System, unclosed: Sequence[OpenIncident]) -> str | None:
    """What was seen or told of a system last, of the looks that were read with the incidents."""
    if system.probe is None:
        return looks.last_of(
            (look, each.row.system_id == system.id)
            for each in unclosed
            for look in each.looks
            if look.system_id == system.id
        )
    probes = [
        look
        for each in unclosed
        for look in each.looks
        if (look.system_id, look.source) == (system.id, "probe")
    ]
    return max(probes, key=lambda look: look.at).state if probes else None
