"""What the board shows: every open incident, its clocks, and who is waited for (D5, D20, A17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.gateway import health, legal_marks, telling_time
from kitart.gateway.acknowledging import HEADINGS
from kitart.gateway.contact_test_dates import next_contact_test
from kitart.gateway.errands import Errand, errands
from kitart.gateway.house import House
from kitart.gateway.legal_marks import LawMark
from kitart.gateway.live import pulse_of
from kitart.gateway.seats import Seats, seats
from kitart.gateway.visits import Visitor
from kitart.journal import alerts, approvals, at_a_glance, cover, levels, outage_reports
from kitart.journal.acknowledgements import TAKE
from kitart.journal.at_a_glance import OpenIncident
from kitart.journal.tables import Alert, Approval, Incident
from kitart.language import Phrase, phrase
from kitart.messaging import asked
from kitart.messaging.alarm import ack_link
from kitart.messaging.asking import decide_link
from kitart.messaging.channels import down_among, ways, with_shared
from kitart.messaging.links import Link
from kitart.messaging.occasion import ert_due, title_of
from kitart.plan.inputs import is_input
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE
from kitart.reports import clocks
from kitart.reports.course import NO_PROCEDURE
from kitart.reports.privacy import without_agents
from kitart.rules.verdicts import Outcome

SEE_AGENTS = ("ert", "account_manager", "it_manager", "supervisor")
"""The roles whose work it is to know which agent is meant (D22)."""

PRIORITIES = {
    "P1": phrase("P1, critical"),
    "P2": phrase("P2, high"),
    "P3": phrase("P3, medium"),
    "P4": phrase("P4, low"),
}
STAGES = {
    "reported": phrase("reported"),
    "acknowledged": phrase("taken by the ERT"),
    "assessed": phrase("assessed"),
    "monitoring": phrase("works again, being watched"),
    "recovered": phrase("recovered"),
    "closed": phrase("closed"),
    "false alarm": phrase("ended as a false alarm"),
}
SYSTEM_STATES = {
    "down": phrase("does not work"),
    "up": phrase("works"),
    "unstable": phrase("comes and goes"),
    "unknown": phrase("state not known"),
}
WORKPLACE_STATES = {
    "down": phrase("own agents are missing"),
    "up": phrase("own agents answer"),
    "unstable": phrase("own agents come and go"),
    "unknown": phrase("not counted yet"),
}
ALERT_WAITS = {
    alerts.UNMATCHED: phrase("no rule fits it"),
    alerts.UNREADABLE: phrase("the post can't be read"),
    alerts.IGNORED: phrase("a subscription needs the operator"),
}
"""Why no incident came of what monitoring sent."""
TIME_RUNS = timedelta(hours=48)
"""What is due later has its day alone: nobody reads 700 hours."""
ALERTS_SHOWN, MOST_ALERTS = 5, 100
INPUT_STATES = {
    "down": phrase("is missing"),
    "up": phrase("is here and used"),
    "unstable": phrase("comes and goes"),
    "unknown": phrase("state not known"),
}
WAYS = {
    "sms": phrase("SMS"),
    "voice": phrase("calls by voice"),
    "graph_mail": phrase("mail through Microsoft 365"),
    "smtp": phrase("mail by the second way"),
    "teams": phrase("Teams"),
    "apprise": phrase("other chats"),
}


@dataclass(frozen=True)
class ClockShown:
    """One objective, in words; ``due`` is set while it runs or is overdue."""

    projects: str
    words: str
    due: datetime | None
    left: str
    over: bool
    begins: datetime | None


@dataclass(frozen=True)
class Waiting:
    """Something that somebody is asked; ``href`` only for the reader's own."""

    id: str
    number: str
    what: str
    title: str
    due: datetime | None
    left: str
    over: bool
    who: str
    href: str = ""
    by_day: date | None = None
    exercise: bool = False
    question: bool = True


@dataclass(frozen=True)
class IncidentShown:
    """One open incident."""

    row: Incident
    what: str
    stage: str
    system: str
    thing: str
    system_since: datetime | None
    priority: str
    clocks: Sequence[ClockShown]
    lead: str
    lead_since: datetime | None
    waiting: Sequence[Waiting]


@dataclass(frozen=True)
class AlertShown:
    """Something that monitoring sent and no incident came of, though one might."""

    title: str
    source: str
    at: datetime
    why: str


@dataclass(frozen=True)
class Board:
    """All of it, for one reader."""

    pulse: str
    now: datetime
    incidents: Sequence[IncidentShown]
    mine: Sequence[Waiting]
    law: Mapping[str, LawMark]
    """By number: the legal clocks that run or were missed."""
    law_after_close: Sequence[LawMark]
    down: Sequence[str]
    barred: Sequence[str]
    alerts: Sequence[AlertShown]
    alerts_more: int
    last: Incident | None
    last_what: str
    last_test: Incident | None
    next_test: datetime | None
    seats: Seats
    health: health.HealthShown
    summary: str


def board(place: House, visitor: Visitor) -> Board:
    """The board for a reader; the number of questions to the journal does not grow with it."""
    with place.inst.journal.read() as session:
        pulse = pulse_of(session)
        unclosed = at_a_glance.open_now(session)
        plans = place.inst.plans_for(session, [each.row for each in unclosed])
        of_queues = {
            each.row.number: clocks.of_cover(
                session, plans[each.row.number], each.row.number, each.entries, visitor.now
            )
            for each in unclosed
            if each.row.system_id == WORKPLACE
        }
        steps = asked.steps_put_to(session, place.inst.settings, visitor.person, visitor.now)
        last = None if unclosed else at_a_glance.last_closed(session)
        last_test = None if unclosed else at_a_glance.last_contact_test(session)
        last_what = _title(place, session, visitor, last) if last else ""
        cannot_work = outage_reports.standing(session)
        called = cover.holding(session)
        invoked = levels.in_open_incidents(session)
        unused = alerts.waiting(session, MOST_ALERTS)
        looked = health.known(session, visitor)
        law = legal_marks.marks(legal_marks.known(session, place.inst, visitor), visitor)
        besides = errands(place.inst, session, visitor)
        plans |= place.inst.plans_for(session, [each.row for each in besides])
    desk = _Desk(place, visitor, plans, of_queues)
    shown = [desk.incident(each) for each in unclosed]
    mine = [w for each in unclosed for w in desk.mine(each, steps)]
    mine.sort(key=lambda w: (w.due is None, w.due or visitor.now))
    mine += [desk.errand(each) for each in besides]  # an incident's questions go before
    down = down_among(visitor.plan, unclosed)
    return Board(
        pulse=pulse,
        now=visitor.now,
        incidents=shown,
        mine=mine,
        law={mark.row.number: mark for mark in law},
        law_after_close=[mark for mark in law if mark.row.closed_at is not None],
        down=[s.name for s in visitor.plan.systems if s.id in down],
        barred=_barred(visitor, with_shared(visitor.plan, down) if down else down),
        alerts=[_alert(visitor, row) for row in unused[:ALERTS_SHOWN]],
        alerts_more=max(0, len(unused) - ALERTS_SHOWN),
        last=last,
        last_what=last_what,
        last_test=last_test,
        next_test=None if unclosed else next_contact_test(visitor.now),
        seats=seats(visitor, cannot_work, calls=called, invoked=invoked),
        health=health.shown(visitor, looked, place.inst.settings.heartbeat),
        summary=visitor.read(
            phrase("Incidents open: {n}. Waiting for you: {m}.", n=len(shown), m=len(mine))
        ),
    )


def readable(visitor: Visitor, text: str) -> str:
    """A text of the record for this reader: who need not know them sees no agents' codes."""
    read = visitor.read(text)
    return read if visitor.role in SEE_AGENTS else without_agents(read, visitor.language)


def named(visitor: Visitor, person: str) -> str:
    """A role holder by role and code; the code alone of one who holds no role any more."""
    try:
        return visitor.name(person)
    except KeyError:
        return person


def priority_words(row: Incident) -> Phrase:
    """The priority, and whether people decided it or it is only proposed (D5)."""
    if row.priority:
        return phrase("{priority} (decided)", priority=PRIORITIES[row.priority])
    return phrase("{priority} (proposed, not decided yet)",
                  priority=PRIORITIES[row.priority_proposed])  # fmt: skip


def state_words(row: Incident) -> Mapping[str, Phrase]:
    """What the states of an incident's system are called, by what it is about."""
    if row.system_id == WORKPLACE:
        return WORKPLACE_STATES
    return INPUT_STATES if is_input(row.system_id) else SYSTEM_STATES


def thing_words(row: Incident) -> Phrase:
    """What an incident is about, as the name of the line that shows its state."""
    return phrase("Input") if is_input(row.system_id) else phrase("System")


def stage_of(row: Incident, of_queues: Sequence[clocks.Clock]) -> Phrase:
    """The incident's stage in words; where agents can't work, how far their seats are covered."""
    if row.system_id == WORKPLACE and row.state in ("assessed", "monitoring"):
        if any(clock.restored is None for clock in of_queues):
            return phrase("cover in progress")
        if row.state == "assessed":
            return phrase("covered, being watched")
    return STAGES.get(row.state, Phrase(row.state))


def clock_words(clock: clocks.Clock, now: datetime) -> Phrase:
    """How an objective stands, beside the time that is left."""
    outcome = clock.verdict.outcome
    if outcome is Outcome.RUNNING:
        if clock.begins is not None and clock.begins > now:
            return phrase("no effect yet; the objective counts from the next opening")
        if clock.restored is not None:
            return phrase("restored, being proved")
        return phrase("running")
    if outcome is Outcome.MISSED:
        return phrase("missed, not restored yet") if clock.restored is None else phrase("missed")
    if outcome is Outcome.MET:
        return phrase("met")
    if outcome is Outcome.MET_IN_PART:
        return phrase("met in part")
    if clock.begins is None:
        return phrase("no effect inside service hours")
    if clock.verdict.reason == NO_PROCEDURE:
        return phrase("no objective: the plan has no steps of its own for missing inputs")
    return phrase("no objective of ours: its owner repairs it")


@dataclass(frozen=True)
class _Desk:
    """Makes the parts for one reader."""

    place: House
    visitor: Visitor
    plans: dict[str, Plan]
    # Of incidents in which agents can't work: a clock for each queue.
    of_queues: dict[str, tuple[clocks.Clock, ...]]

    def incident(self, each: OpenIncident) -> IncidentShown:
        row, visitor = each.row, self.visitor
        plan = self.plans[row.number]
        running = clocks.running(plan, each, visitor.now)
        lead = each.lead
        return IncidentShown(
            row=row,
            what=readable(visitor, title_of(plan, row)),
            stage=visitor.read(stage_of(row, self.of_queues.get(row.number, ()))),
            system=visitor.read(state_words(row)[running.system.state]),
            thing=visitor.read(thing_words(row)),
            system_since=running.system.since,
            priority=visitor.read(priority_words(row)),
            clocks=[self._clock(clock) for clock in self.of_queues.get(row.number, running.clocks)],
            lead=named(visitor, lead.person) if lead else "",
            lead_since=lead.since if lead else None,
            waiting=self._for_others(plan, each),
        )

    def mine(self, each: OpenIncident, steps: Sequence[Link]) -> list[Waiting]:
        """What waits for the reader in an incident: questions, and "do you have it?"."""
        number, person, now = each.row.number, self.visitor.person, self.visitor.now
        plan = self.plans[number]
        found = [
            self._waiting(plan, each.row, q, decide_link(self.place.inst, q, person, now))
            for q in each.open_questions
            if person in q.asked_of
        ]
        for link in steps:
            of, _, step = link.subject.partition("/")
            heading = HEADINGS.get(step.partition(":")[0])
            if of == number and heading is not None and self._unanswered(each, step):
                found.append(self._step(plan, each.row, step, heading))
        return found

    def errand(self, each: Errand) -> Waiting:
        """What waits for the reader besides the open disruptions."""
        made = self._made(
            self.plans[each.row.number], each.row, each.id, each.title, each.due,
            [self.visitor.person], each.link,
        )  # fmt: skip
        zone = ZoneInfo(self.visitor.plan.company.time_zone)
        today = self.visitor.now.astimezone(zone).date()
        over = made.over or (each.by_day is not None and each.by_day < today)
        return replace(made, by_day=each.by_day, over=over, question=each.question)

    def _unanswered(self, each: OpenIncident, step: str) -> bool:
        answers = [a for a in each.answers if a.step == step]
        mine = any(a.person == self.visitor.person for a in answers)
        return not mine and all(a.answer != TAKE for a in answers)

    def _step(self, plan: Plan, row: Incident, step: str, heading: Phrase) -> Waiting:
        due = ert_due(plan, row).due_at if step == "ert" else None
        link = ack_link(self.place.inst, row.number, step, self.visitor.person)
        return self._made(plan, row, f"step-{step}", heading, due, [self.visitor.person], link)

    def _for_others(self, plan: Plan, each: OpenIncident) -> list[Waiting]:
        found = []
        if each.lead is None:
            people = list(
                dict.fromkeys(e.data["person"] for e in each.entries if e.type == "ack requested")
            )
            due = ert_due(plan, each.row).due_at
            title = phrase("An ERT member must take it")
            found.append(self._made(plan, each.row, "lead", title, due, people))
        found += [
            self._waiting(plan, each.row, q)
            for q in each.open_questions
            if self.visitor.person not in q.asked_of
        ]
        return found

    def _waiting(self, plan: Plan, row: Incident, question: Approval, link: str = "") -> Waiting:
        return self._made(
            plan, row, f"q-{question.id}", approvals.title(question), question.due_at,
            question.asked_of, link,
        )  # fmt: skip

    def _made(
        self,
        plan: Plan,
        row: Incident,
        id: str,
        title: Phrase,
        due: datetime | None,
        people: Sequence[str],
        link: str = "",
    ) -> Waiting:
        visitor = self.visitor
        return Waiting(
            id=f"{row.number}-{id}".replace(":", "-"),
            number=row.number,
            what=readable(visitor, title_of(plan, row)),
            title=readable(visitor, title),
            due=due,
            left=_left(visitor, due),
            over=due is not None and due < visitor.now,
            exercise=row.exercise,
            who=", ".join(named(visitor, person) for person in people),
            # The page may have been reached by another name than that in messages.
            href=link.removeprefix(self.place.inst.settings.gateway_url),
        )

    def _clock(self, clock: clocks.Clock) -> ClockShown:
        visitor = self.visitor
        runs = clock.restored is None and clock.verdict.outcome in (
            Outcome.RUNNING, Outcome.MISSED,
        )  # fmt: skip
        due = clock.due if runs else None
        return ClockShown(
            projects=", ".join(clock.projects),
            words=visitor.read(clock_words(clock, visitor.now)),
            due=due,
            left=visitor.read(telling_time.running(due, visitor.now)) if due else "",
            over=clock.verdict.outcome is Outcome.MISSED,
            begins=clock.begins,
        )


def _alert(visitor: Visitor, row: Alert) -> AlertShown:
    title = "" if row.outcome == alerts.UNREADABLE else readable(visitor, row.title)
    why = visitor.read(ALERT_WAITS[row.outcome])
    return AlertShown(title, row.source, row.last_received_at, why)


def _left(visitor: Visitor, due: datetime | None) -> str:
    """How long something has, or is over; nothing for what is far off."""
    if due is None or abs(due - visitor.now) > TIME_RUNS:
        return ""
    return visitor.read(telling_time.running(due, visitor.now))


def _barred(visitor: Visitor, down: frozenset[str]) -> list[str]:
    """The ways to people that stand on something that is down, each once."""
    kinds = dict.fromkeys(policy.kind for policy in visitor.plan.channels)
    found = [way.connector for kind in kinds for way in ways(visitor.plan, kind, (), down)
             if way.barred_by]  # fmt: skip
    return [visitor.read(WAYS.get(way, Phrase(way))) for way in dict.fromkeys(found)]


def _title(place: House, session: Session, visitor: Visitor, row: Incident) -> str:
    return readable(visitor, title_of(place.inst.plans_for(session, [row])[row.number], row))
