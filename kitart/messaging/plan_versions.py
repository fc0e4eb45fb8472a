"""A version of the plan comes into force, everybody of the matrix is told, and says "I have read
it" (R51, D17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import acknowledgements, approvals, incidents, plans, reviews, timeline
from kitart.journal.reviews import IN_FORCE, Version
from kitart.journal.tables import Acknowledgement, Approval, Incident
from kitart.language import Phrase, listed, phrase, said_before
from kitart.messaging import links
from kitart.messaging.reviewing import APPROVE, CMT, OWNER, SEND_BACK
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell
from kitart.plan.difference import Change, since
from kitart.plan.difference_text import sentence
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules import review as rule

STEP = "plan-version"
READ, WITHDRAWN = "read", "withdrawn"
"""What a person says: has read it; and has no old copies any more, which says both."""
PURPOSE = "plan-version"
MOST_CHANGES_TOLD = 5
MOST_REMINDERS = 8
LOOKED_BACK = timedelta(days=90)
"""A version of which nobody need be reminded any more is looked at no longer."""
OTHER_ROLE = phrase("The version was sent back by the other role")
CHANGED = phrase("The configured plan has changed since")
STATES = {
    0: phrase("a new version of the continuity plan is in force"),
    1: phrase("please read the new version of the continuity plan"),
}


@dataclass(frozen=True)
class Reader:
    """One of the matrix, and whether and when the version was read and old copies withdrawn."""

    person: str
    role: str
    told: bool
    read_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class InForce:
    """A version that a review put into force."""

    number: str
    hash: str
    effective_on: date
    told_at: datetime

    @property
    def version(self) -> str:
        """As paper and pages call it."""
        return self.hash[:12]


def settle(inst: Installation, current: Plan, number: str) -> str:
    """What became of the newest version: ``approved`` (now in force), ``sent back``, ``waiting``,
    or ``none``.

    Two approvals put it into force and end the review. One that is sent back, or that is not the
    plan as configured (``current``) any more, comes not into force: its open questions are void,
    and who had not answered is told.
    """
    plan, now = inst.plan_of(number), inst.clock.now()
    gone: list[Approval] = []
    with inst.journal.write() as session:
        row = incidents.held(session, number)
        if row.closed_at is not None:
            return "approved"
        proposed = reviews.versions(session, number)
        if not reviews.is_before_approvers(session, number, proposed):
            return "sent back" if proposed else "none"
        version = proposed[-1]
        answers = {step: _answer(session, number, version, step) for step in (OWNER, CMT)}
        if SEND_BACK in answers.values():
            state, gone = "sent back", _end(session, number, version, OTHER_ROLE, now)
        elif version.hash != current.hash:
            state, gone = "sent back", _end(session, number, version, CHANGED, now)
        elif set(answers.values()) != {APPROVE}:
            state = "waiting"
        else:
            state = "approved"
            _put_into_force(session, row, plan, version, now)
    for question in gone:
        for person in question.asked_of:
            tell(
                inst, plan, number, person, "withdrawn", f"withdrawn:{question.key}",
                {"question": approvals.title(question), "because": said_before(question.reason)},
            )  # fmt: skip
    return state


def _answer(session: Session, number: str, version: Version, step: str) -> str:
    row = approvals.with_key(session, reviews.question_key(number, version.number, step))
    return row.answer if row is not None and row.state == "answered" and row.answer else ""


def _end(
    session: Session, number: str, version: Version, why: Phrase, now: datetime
) -> list[Approval]:
    """The version comes not into force; returns the questions that nobody has answered."""
    reviews.send_back(session, number, version.number, now=now)
    gone = []
    for step in (OWNER, CMT):
        row = approvals.with_key(session, reviews.question_key(number, version.number, step))
        if row is not None and row.state == "open":
            approvals.void(session, row.id, why)
            gone.append(row)
    return gone


def _put_into_force(
    session: Session, row: Incident, plan: Plan, version: Version, now: datetime
) -> None:
    today = now.astimezone(ZoneInfo(plan.company.time_zone)).date()
    wanted = reviews.written(timeline.entries(session, row.number)).effective_on
    effective = max(wanted, today) if wanted else today
    timeline.append(
        session, row.number, IN_FORCE,
        f"Version {version.hash[:12]} of the plan is in force from {effective:%Y-%m-%d}",
        now=now, key=IN_FORCE,
        data={"version": version.hash, "day": effective.isoformat()},
    )  # fmt: skip
    incidents.close(session, row.number, reviews.APPROVED, now=now)


def in_force(session: Session, number: str) -> InForce | None:
    """The version that a review put into force; ``None`` while it has not."""
    found = timeline.entries(session, number, IN_FORCE)
    if not found:
        return None
    data = found[0].data
    return InForce(number, data["version"], date.fromisoformat(data["day"]), found[0].recorded_at)


def replaced_by(session: Session, number: str) -> InForce | None:
    """The version that has replaced that of a review; ``None`` while it is the one in force."""
    newest = reviews.last_approved(session)
    if newest is None or newest.number == number:
        return None
    return in_force(session, newest.number)


def distribute(inst: Installation, number: str) -> int:
    """Tell everybody of the matrix of the version, once; and who has not said after some days, and
    then each week, that it is read. Returns how many were to be told; 0 without a version."""
    plan, now = inst.plan_of(number), inst.clock.now()
    with inst.journal.read() as session:
        version = in_force(session, number)
        if version is None:
            return 0
        changes = changes_of(inst, session, version)
        unread = [r.person for r in readers(session, plan, version) if r.read_at is None]
    zone = ZoneInfo(plan.company.time_zone)
    told_on, today = (m.astimezone(zone).date() for m in (version.told_at, now))
    times = rule.again(told_on, today, plan.limits)
    if times > MOST_REMINDERS:
        return 0
    people = [person.id for person in plan.people] if times == 0 else unread
    side_by_side([partial(_tell, inst, plan, version, person, times, changes) for person in people])
    _note(inst, version, times, len(people), now)
    return len(people)


def _note(inst: Installation, version: InForce, times: int, people: int, now: datetime) -> None:
    if times and not people:
        return
    with inst.journal.write() as session:
        timeline.append(
            session, version.number,
            "plan version reminded" if times else "plan version told",
            f"{people} people {'reminded to read' if times else 'told of'} version "
            f"{version.version}", now=now, key=f"{STEP}-told:{times}", data={"order": times},
        )  # fmt: skip


def _tell(
    inst: Installation, plan: Plan, version: InForce, person: str, times: int,
    changes: tuple[Change, ...],
) -> bool:  # fmt: skip
    return tell(
        inst, plan, version.number, person, PURPOSE, f"{STEP}:{times}",
        {"state": STATES[min(times, 1)], "version": version.version,
         "effective": version.effective_on.isoformat(), "changes": _in_short(changes),
         "paper": f"{inst.settings.gateway_url}/paper",
         "link": links.new(inst.settings, "version", version.number, person,
                           now=inst.clock.now())},
    )  # fmt: skip


def _in_short(changes: tuple[Change, ...]) -> Phrase:
    if not changes:
        return phrase("nothing but the review itself")
    words = [sentence(each) for each in changes[:MOST_CHANGES_TOLD]]
    if len(changes) > MOST_CHANGES_TOLD:
        words.append(phrase("and {n} more", n=len(changes) - MOST_CHANGES_TOLD))
    return listed(words, "; ")


def changes_of(inst: Installation, session: Session, version: InForce) -> tuple[Change, ...]:
    """What a version changed since the one before."""
    base = plans.snapshot(session, reviews.base_of(session, version.number))
    return since(base, inst.plan_with_hash(session, version.hash))


def readers(session: Session, plan: Plan, version: InForce) -> list[Reader]:
    """Everybody of the matrix, with what they said of the version."""
    answers: dict[str, list[Acknowledgement]] = {}
    for row in acknowledgements.of_step(session, version.number, STEP):
        answers.setdefault(row.person, []).append(row)
    told = timeline.has(session, version.number, f"{STEP}-told:0")
    return [
        Reader(
            person.id, person.kind, told,
            min((a.at for a in answers.get(person.id, ())), default=None),
            next((a.at for a in answers.get(person.id, ()) if a.answer == WITHDRAWN), None),
        )
        for person in plan.people
    ]  # fmt: skip


def acknowledge(
    session: Session, number: str, person: str, role: str, answer: str, *, via: str, now: datetime
) -> bool:
    """A person has read the version (``read``), or has no old copies either (``withdrawn``);
    ``False`` where that is in the record already."""
    row = incidents.held(session, number)
    new = acknowledgements.record(session, row.number, STEP, person, role, answer, via=via, now=now)
    if new:
        said = "has no old copies any more" if answer == WITHDRAWN else "has read it"
        timeline.append(
            session, number, "plan version read", f"The {role_name(role)} {said}", now=now,
            author=role_name(role),
            source="person", data={"person": person, "role": role, "step": STEP, "via": via},
        )  # fmt: skip
    return new
