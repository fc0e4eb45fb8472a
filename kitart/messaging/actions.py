"""Those who own a corrective action are reminded of it, until it is done (D29)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kitart.installation import Installation
from kitart.journal import timeline
from kitart.journal.actions import Kept
from kitart.language import Phrase, phrase
from kitart.messaging.telling import tell
from kitart.plan import whom
from kitart.plan.schema import Plan
from kitart.reports import moments
from kitart.rules.actions import Reminder, reminder
from kitart.rules.write_up import FAILED

REMINDED = "action reminded"
PURPOSE = "action-due"


def actions_page(inst: Installation) -> str:
    """The address of the ledger, for who is signed in."""
    return f"{inst.settings.gateway_url}/actions"


def today_at(plan: Plan, now: datetime) -> date:
    """The company's day at a moment: due dates are days of its zone."""
    return now.astimezone(ZoneInfo(plan.company.time_zone)).date()


def owners(plan: Plan, kept: Kept) -> tuple[str, ...]:
    """Who holds the role that owns an action, in the order to be told; the IT manager for a role
    that nobody holds any more.

    An account manager's is that of the client it is about, or who coordinates (A27).
    """
    form = kept.action.form
    if form.owner == "account_manager":
        named = _account_managers(plan, kept)
    else:
        named = whom.with_deputies(plan, plan.people_of_kind(form.owner)[:1])
    return named or whom.it_managers(plan)


def _account_managers(plan: Plan, kept: Kept) -> tuple[str, ...]:
    client = kept.action.form.client
    if client is not None and any(project.client == client for project in plan.projects):
        return whom.managers_of_client(plan, client)
    system = kept.record.system_id
    if any(each.id == system for each in plan.systems) and plan.projects_affected_by(system):
        return whom.stand_ins(plan, whom.coordinating_manager(plan, system))
    return whom.with_deputies(plan, plan.people_of_kind("account_manager")[:1])


def remind(inst: Installation, plan: Plan, kept: Kept) -> bool:
    """Say what is due to be said of an action, once for each occasion; true if just now.

    ``plan`` is the one in force: whoever holds the role today owns the action. Whether a channel
    took it stands at the message; a reminder that reached nobody is tried again by the next look.
    """
    now = inst.clock.now()
    word = reminder(kept.action.form, today_at(plan, now), plan.limits)
    if word is None:
        return False
    number, place = kept.record.number, kept.action.number
    step = f"action:{place}:{word.step}"
    with inst.journal.read() as session:
        if timeline.has(session, number, step):
            return False
    person = whom.present(plan, owners(plan, kept), now)[0]
    reader = plan.person(person)
    reached = tell(
        inst, plan, number, person, PURPOSE, step,
        {"state": _state(kept, word), "action": kept.action.form.action,
         "due": moments.day_phrase(kept.action.form.due), "check": kept.action.form.check,
         "link": f"{actions_page(inst)}/{kept.reference}"},
    )  # fmt: skip
    if not reached:
        return False
    with inst.journal.write() as session:
        new = timeline.append(
            session, number, REMINDED,
            f"The owner of corrective action {place} is told: {_state(kept, word)}",
            now=now, data={"person": person, "role": reader.kind, "place": place,
                           "stage": word.occasion},
            key=step,
        )  # fmt: skip
    return new is not None


def _state(kept: Kept, word: Reminder) -> Phrase:
    place = kept.action.number
    if kept.action.form.status == FAILED:
        return phrase("corrective action {n} did not work and is to be done again", n=place)
    if word.occasion == "before":
        return phrase("corrective action {n} is due soon", n=place)
    if not word.days_late:
        return phrase("corrective action {n} is due today", n=place)
    return phrase("corrective action {n} is overdue", n=place)
