"""What Kitart itself knows of each item of the review's checklist (R51, D27)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from kitart.journal import contact_tests, write_up
from kitart.language import Phrase, phrase
from kitart.plan.contact_list import contact_list, last_verified
from kitart.plan.difference import Change
from kitart.plan.schema import Plan
from kitart.rules import write_up as rule

PARTS: dict[str, tuple[str, ...]] = {
    "scope": ("company", "clients", "projects"),
    "teams": ("people", "rotas"),
    "backups": ("agents",),
    "limits": ("limits",),
    "calendars": ("calendars",),
    "systems": ("systems", "suppliers", "monitoring", "inputs", "channels"),
    "diverts": ("lines",),
}
"""The parts of the plan that an item is about: what changed there stands beside it."""


def known(
    session: Session, plan: Plan, changes: Sequence[Change], today: date
) -> dict[str, tuple[Phrase, ...]]:
    """By item, in short sentences; an item of which nothing is known is left out."""
    found: dict[str, list[Phrase]] = {
        "scope": [
            phrase("{clients} clients, {projects} projects", clients=len(plan.clients),
                   projects=len(plan.projects))
        ],
        "contacts": _contacts(session, plan, today),
        "teams": _teams(plan),
        "backups": _backups(plan),
        "systems": _systems(plan),
        "diverts": _diverts(plan),
        "greetings": [_greetings(plan)],
        "actions": _actions(session, today),
    }  # fmt: skip
    for item, sections in PARTS.items():
        count = sum(change.section in sections for change in changes)
        found.setdefault(item, []).append(
            phrase("changes since the last review: {n}", n=count)
            if count
            else phrase("nothing changed since the last review")
        )
    return {item: tuple(each) for item, each in found.items()}


def _contacts(session: Session, plan: Plan, today: date) -> list[Phrase]:
    tested = contact_tests.verified(session)
    days = [last_verified(plan, e.person, e.channel, tested) for e in contact_list(plan)]
    oldest = today - timedelta(days=plan.limits.verified_days)
    good = sum(day is not None and day >= oldest for day in days)
    words = [
        phrase("verified in the last {days} days: {good} of {all} contacts",
               days=plan.limits.verified_days, good=good, all=len(days))
    ]  # fmt: skip
    last = contact_tests.last_evaluated(session)
    if last is None or last.closed_at is None:
        return [*words, phrase("no test of the contact list is on record")]
    result = contact_tests.evaluated(session, last.number) or {}
    passed = phrase("passed") if result.get("passed") else phrase("not passed")
    return [
        *words,
        phrase("last test {number}, {day}: {result}", number=last.number,
               day=f"{last.closed_at:%Y-%m-%d}", result=passed),
    ]  # fmt: skip


def _teams(plan: Plan) -> list[Phrase]:
    without = [person.id for person in plan.people if person.deputy is None]
    crisis = len(plan.people_of_kind("cmt")) + len(plan.people_of_kind("cmt_lead"))
    words = [phrase("ERT: {ert} people; CMT: {cmt}", ert=len(plan.people_of_kind("ert")),
                    cmt=crisis)]  # fmt: skip
    if without:
        words.append(phrase("without a deputy: {codes}", codes=", ".join(without)))
    return words


def _backups(plan: Plan) -> list[Phrase]:
    served = {key for agent in plan.agents for key in agent.standby_queues}
    queues = [f"{p.id}/{queue.lang}" for p in plan.projects for queue in p.queues]
    bare = [key for key in queues if key not in served]
    if not bare:
        return [phrase("each of the {n} queues has somebody on standby", n=len(queues))]
    return [phrase("queues without anybody on standby: {codes}", codes=", ".join(bare))]


def _systems(plan: Plan) -> list[Phrase]:
    bare = [s.id for s in plan.systems if s.managed_by == "company" and s.supplier is None]
    words = [phrase("{systems} systems, {suppliers} suppliers", systems=len(plan.systems),
                    suppliers=len(plan.suppliers))]  # fmt: skip
    if bare:
        words.append(phrase("without a supplier: {codes}", codes=", ".join(bare)))
    return words


def _diverts(plan: Plan) -> list[Phrase]:
    untested = [ln.id for ln in plan.lines if ln.carrier_divert_tested is None]
    tested = [ln.carrier_divert_tested for ln in plan.lines if ln.carrier_divert_tested]
    words = []
    if tested:
        words.append(phrase("diverts: the oldest test is of {day}", day=min(tested).isoformat()))
    if untested:
        words.append(phrase("diverts never tested: {codes}", codes=", ".join(untested)))
    return words


def _greetings(plan: Plan) -> Phrase:
    bare = [ln.id for ln in plan.lines if not ln.greeting_languages]
    if bare:
        return phrase("lines without a greeting language: {codes}", codes=", ".join(bare))
    return phrase("each line names the languages of its greeting")


def _actions(session: Session, today: date) -> list[Phrase]:
    unfinished = (rule.OPEN, rule.DONE, rule.FAILED)
    waiting = [a for a in write_up.all_actions(session) if a.form.status in unfinished]
    late = sum(rule.overdue(a.form.status, a.form.due, today) for a in waiting)
    if not waiting:
        return [phrase("no corrective action is open")]
    return [phrase("corrective actions open or not checked: {n}, overdue: {late}",
                   n=len(waiting), late=late)]  # fmt: skip
