"""Calling everybody of the contact list on each channel, and telling what came of it (R50, R53)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import contact_tests
from kitart.journal.database import Lease
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Message
from kitart.language import Phrase, in_all_languages, listed, phrase
from kitart.messaging.alarm import ack_link
from kitart.messaging.delivering import deliver
from kitart.messaging.patience import Patience
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell
from kitart.messaging.texts import PURPOSES, render_message
from kitart.plan import whom
from kitart.plan.contact_list import Listed
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports.moments import number_text
from kitart.rules import contact_test as rule

PURPOSE, RESULT = "contact-test", "contact-test-result"
PATIENCE_S = 120.0
"""How long a message waits, in real time, for a provider that wants to be left alone. One that
needs longer counts as failed, and its channel is tried again by the reminder."""
MOST_GAPS_TOLD = 40
WHY = {
    "silent": phrase("no answer"),
    "failed": phrase("could not be sent"),
}
NONE = phrase("none")


def kinds() -> tuple[str, ...]:
    """The kinds of channel that a test has a text for."""
    return PURPOSES[PURPOSE].channels


def tried(session: Session, plan: Plan, number: str) -> list[rule.Tried]:
    """What is known of each entry by now."""
    return contact_tests.tried(session, plan, number, kinds())


def settled(session: Session, plan: Plan, number: str, asking: int) -> bool:
    """Whether waiting brings nothing more: all have answered, or a real incident is open (E40)."""
    if contact_tests.real_incident(session) is not None:
        return True
    last = asking == contact_tests.ASKINGS
    return rule.all_answered(tried(session, plan, number), tried_again=last)


def ask_all(inst: Installation, plan: Plan, number: str, asking: int, lease: Lease) -> None:
    """Ask each person on each channel, with a link of its own; asked again, it is sent once.

    ``asking`` is 1, or 2 for the reminder: it goes to the channels without an answer that were
    first tried before half of the time was over. Nothing goes out once a real incident is open.
    Many are asked side by side, and a provider's pauses are waited for: nobody is left out because
    there are so many. Raises ``LeaseLost``; begun again, it asks the rest.
    """
    with inst.journal.read() as session:
        due_at = contact_tests.times(session, number).due_at
        waiting = contact_tests.to_ask(session, plan, number, asking, kinds())
    side_by_side(
        [partial(_ask, inst, plan, number, entry, asking, due_at, lease) for entry in waiting]
    )


def _ask(
    inst: Installation,
    plan: Plan,
    number: str,
    entry: Listed,
    asking: int,
    due_at: datetime,
    lease: Lease,
) -> Message | None:
    person, channel = entry.person, entry.channel
    if channel.kind not in PURPOSES[PURPOSE].channels:
        return None

    def still_wanted() -> bool:
        with inst.journal.read() as session:
            real = contact_tests.real_incident(session)
        return real is None and inst.clock.now() < due_at

    text = render_message(
        PURPOSE, channel.kind, person.language,
        number=number, zone=person.time_zone, exercise=True, answer_by=due_at, now=inst.clock.now(),
        link=ack_link(inst, number, entry.step, person.id),
    )  # fmt: skip
    return deliver(
        inst, plan,
        Outgoing(
            key=contact_tests.message_key(number, entry, asking),
            incident=number, purpose=PURPOSE, recipient=person.id,
            role=role_name(person.kind), channel=channel.kind, address=channel.address,
            subject=text.subject or "", text=text.body, language=person.language,
        ),
        stands_on=channel.depends_on, lease=lease, patience=Patience(PATIENCE_S, still_wanted),
    )  # fmt: skip


def tell_result(inst: Installation, plan: Plan, number: str, lease: Lease) -> None:
    """The IT manager and the account managers, who coordinate tests, learn what it showed (R53)."""
    with inst.journal.read() as session:
        found = contact_tests.evaluated(session, number)
    if found is None:
        return
    managers = [person.id for person in plan.people_of_kind("account_manager")]
    for person in dict.fromkeys((*whom.it_managers(plan)[:1], *managers)):
        tell(inst, plan, number, person, RESULT, "contact-result", result_values(found),
             lease=lease)  # fmt: skip


def result_values(found: dict[str, Any]) -> dict[str, Any]:
    """The values of the text about a result, as it was recorded."""
    gaps = [line for line in found["lines"] if line["outcome"] in rule.GAPS]
    told = [_gap(line) for line in gaps[:MOST_GAPS_TOLD]]
    if len(gaps) > MOST_GAPS_TOLD:
        told.append(phrase("and {n} more, in the record", n=len(gaps) - MOST_GAPS_TOLD))
    return {
        "answered": str(found["answered"]),
        "asked": str(found["tried"]),
        "share": _percent(found["share"]),
        "least": _percent(found["least_share"]),
        "ert": _ert(found),
        "count": str(len(gaps)),
        "gaps": listed(told, "; ") if told else NONE,
        "untried": _untried(found["lines"]),
    }


def _gap(line: dict[str, Any]) -> Phrase:
    return phrase(
        "{role} {code}, {channel}: {why}",
        role=role_name(line["role"]), code=line["person"], channel=line["channel"],
        why=WHY[line["outcome"]],
    )  # fmt: skip


def _untried(lines: list[dict[str, Any]]) -> Phrase:
    """How many were passed over, by channel; each with its reason in the record."""
    passed_over = Counter(line["channel"] for line in lines if line["outcome"] == "untried")
    return listed([Phrase(f"{kind} ({n})") for kind, n in passed_over.items()]) or NONE


def _ert(found: dict[str, Any]) -> Phrase:
    """How soon the first ERT member answered, against 5 or 15 minutes (R9, R10)."""
    minutes = [each["minutes"] for each in found["ert"] if each["minutes"] is not None]
    if not found["ert"]:
        return phrase("not asked")
    if not minutes:
        return phrase("nobody answered, {limit} minutes allowed", limit=found["ert_limit"])
    first = in_all_languages(lambda language: number_text(min(minutes), language))
    values = {"minutes": first, "limit": found["ert_limit"]}
    if found["ert_met"]:
        return phrase("first answer after {minutes} of {limit} minutes", **values)
    return phrase("too late: first answer after {minutes} minutes, {limit} allowed", **values)


def _percent(share: float | None) -> Phrase:
    """A share in the reader's way to write it; cut, never rounded up to what is wanted."""
    if share is None:
        return Phrase("-")
    return in_all_languages(lambda language: number_text(int(share * 1000) / 10, language) + "%")
