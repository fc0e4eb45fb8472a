"""What a random story must keep, whatever happens in it.

Each promise is looked at after each step, from what providers took, what people pressed and what
the journal says; it answers with a sentence for each time that it is broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from kitart.alerts.intake import Accepted
from kitart.journal import (
    acknowledgements,
    alerts,
    approvals,
    cover_course,
    documents,
    late_entries,
    messages,
    timeline,
)
from kitart.journal.tables import Alert, Incident
from kitart.language import LANGUAGES, in_language, phrase
from kitart.messaging.alarm import BREACH
from kitart.messaging.occasion import ert_due
from kitart.plan.workplace import WORKPLACE_UNUSABLE
from tests.stories.installed import Installed
from tests.stories.people import People

_AGAIN = phrase("REPEAT, may have reached you before: {text}", text="")
REPEATS = tuple(in_language(_AGAIN, language).strip() for language in LANGUAGES)
ENDS = ("accepted", "delivered", "undelivered", "failed", "skipped", "uncertain")
SWITCHES = ("voicemail", "announcement")
NO_SWITCH = "not-now"
SOON = timedelta(minutes=2)


class Promises:
    """The promises of one story; what an earlier step showed is remembered."""

    def __init__(self, installed: Installed, people: People) -> None:
        self._of = installed
        self._people = people
        self._accepted = 0
        self._heads: dict[str, tuple[int, str]] = {}
        self._began: dict[tuple[str, str], Any] = {}
        self._causes: dict[str, Any] = {}

    def accepted(self, what: Accepted) -> None:
        """A monitor was told that its post is accepted."""
        self._accepted += not what.repeated

    def broken(self, *, at_the_end: bool) -> list[str]:
        """Every promise that is broken now."""
        with self._of.inst.journal.read() as session:
            rows = list(session.query(Incident).order_by(Incident.seq))
            found = [*self._no_run_fails(), *self._nothing_accepted_is_lost(session)]
            for row in rows:
                found += self._chain_is_whole(session, row)
                found += self._is_sent_once(session, row)
                found += self._decisions_are_peoples(session, row)
                found += self._contact_is_an_answer(session, row)
                found += self._rto_never_restarts(session, row)
                found += self._voicemail_is_a_persons(session, row)
                found += self._deadlines_are_true(session, row, at_the_end)
                if at_the_end:
                    found += self._is_settled(row)
                    found += self._is_sent_or_said(session, row)
        return found

    # --- runs and alerts ---------------------------------------------------------------------

    def _no_run_fails(self) -> Iterator[str]:
        for name, error in self._of.orchestrator.failures:
            yield f"{name} failed: {type(error).__name__}: {error}"

    def _nothing_accepted_is_lost(self, session: Session) -> Iterator[str]:
        """DESIGN: nothing accepted is ever lost; what fired has its incident."""
        kept = list(session.query(Alert))
        for alert in kept:
            if alert.outcome == alerts.MATCHED and alert.status == "firing" and not alert.incident:
                yield f"the alert {alert.title!r} led to no incident"
        if self._accepted and not kept:
            yield "a post was accepted, and no alert is kept"

    def _is_settled(self, row: Incident) -> Iterator[str]:
        if row.settled_at is None:
            yield f"{row.number} ({row.kind}) is not settled: it is {row.state}"

    # --- the record (D1) ---------------------------------------------------------------------

    def _chain_is_whole(self, session: Session, row: Incident) -> Iterator[str]:
        """D1: append-only, each entry on the one before; what was there stays as it was."""
        broken = timeline.first_broken(session, row)
        if broken is not None:
            yield f"{row.number}: the chain is broken at entry {broken} (D1)"
        entries = timeline.entries(session, row.number)
        length, head = self._heads.get(row.number, (0, ""))
        if length and (len(entries) < length or entries[length - 1].hash != head):
            yield f"{row.number}: entry {length} is not what it was (D1)"
        if entries:
            self._heads[row.number] = len(entries), entries[-1].hash

    # --- messages (D15, A14) -----------------------------------------------------------------

    def _is_sent_once(self, session: Session, row: Incident) -> Iterator[str]:
        """D15: what may reach its reader again says so; a client's report never does, unless a
        person wants it sent again."""
        kept = {m.key: m for m in messages.of_incident(session, row.number)}
        again = Counter(
            str(q.document_id) for q in approvals.of_incident(session, row.number)
            if q.kind == "uncertain" and q.answer == "again"
        )  # fmt: skip
        times: Counter[str] = Counter()
        for taken in self._of.outside.taken:
            if not taken.key.startswith(f"{row.number}:"):
                continue
            message = kept.get(taken.key)
            if message is None:
                yield f"{taken.key} went out without a row (D15)"
                continue
            times[taken.key] += 1
            if times[taken.key] == 1:
                continue
            if message.document_id is not None:
                if times[taken.key] > 1 + again[str(message.document_id)]:
                    yield f"the client has {taken.key} {times[taken.key]} times (D15)"
            elif not taken.text.startswith(REPEATS):
                yield f"{taken.key} went out again and does not say so (D15)"

    def _is_sent_or_said(self, session: Session, row: Incident) -> Iterator[str]:
        """What was promised went out, or its row says why not; what the record calls accepted was
        handed to a provider."""
        handed = {taken.key for taken in self._of.outside.taken}
        for message in messages.of_incident(session, row.number):
            if message.state not in ENDS and message.told_in is None:
                yield f"{message.key} is {message.state} when all is over (D15)"
            by_voice = message.channel == "voice"  # whose page alone names the message
            said = by_voice or message.key in handed or "a person says" in message.detail
            if message.state == "accepted" and not said:
                yield f"{message.key} is called accepted and was never handed over (D15)"
        yield from self._questions_went_out(session, row)

    def _questions_went_out(self, session: Session, row: Incident) -> Iterator[str]:
        keys = [m.key for m in messages.of_incident(session, row.number)]
        for question in approvals.of_incident(session, row.number):
            for person in question.asked_of:
                wanted = f"{row.number}:ask:{question.key}"
                tried = any(k.startswith(wanted) and f":{person}:" in k for k in keys)
                if question.state == "open" and not tried:
                    yield f"{person} was never sent the question {question.key} (D15)"

    # --- decisions (D5) ----------------------------------------------------------------------

    def _decisions_are_peoples(self, session: Session, row: Incident) -> Iterator[str]:
        """D5: no decision is lost, none invented, each is taken once."""
        pressed = Counter(
            (press.subject, press.person, press.answer)
            for press in self._people.presses if press.purpose == "decide"
        )  # fmt: skip
        decided = Counter(
            e.data["approval"] for e in timeline.entries(session, row.number, "decided")
        )
        for question in approvals.of_incident(session, row.number):
            given = approvals.decisions(session, question.id)
            counted = [d for d in given if d.outcome == "counted"]
            kept = {(d.person, d.answer) for d in given}
            for d in given:
                if (str(question.id), d.person, d.answer) not in pressed:
                    yield f"{question.key}: {d.person} never said {d.answer!r} (D5)"
            for press in self._people.presses:
                mine = press.purpose == "decide" and press.subject == str(question.id)
                if mine and press.taken and (press.person, press.answer) not in kept:
                    yield f"{question.key}: {press.person}'s {press.answer!r} is lost (D5)"
            if len(counted) != (question.state == "answered"):
                times = len(counted)
                yield f"{question.key} is {question.state} and was decided {times} times (D5)"
            elif counted and (counted[0].person, counted[0].answer) != (
                question.answered_by, question.answer,
            ):  # fmt: skip
                yield f"{question.key}: the record has another answer than was given (D5)"
            if decided[question.id] != len(counted):
                times = decided[question.id]
                yield f"{question.key}: the timeline has it decided {times} times (D5)"

    def _contact_is_an_answer(self, session: Session, row: Incident) -> Iterator[str]:
        """A14: a message sent is an attempt; contact is a person's word, and is in the record."""
        pressed = {
            (press.subject, press.person, press.answer)
            for press in self._people.presses if press.purpose == "ack"
        }  # fmt: skip
        given = acknowledgements.of_incident(session, row.number)
        for ack in given:
            if (f"{row.number}/{ack.step}", ack.person, ack.answer) not in pressed:
                yield f"{row.number}: {ack.person} never said {ack.answer!r} to {ack.step} (A14)"
        takes = sum(ack.answer == acknowledgements.TAKE for ack in given)
        said = len(timeline.entries(session, row.number, "ack received"))
        if takes != said:
            yield f"{row.number}: {takes} took it, the timeline has {said} (A14)"
        if row.state != "reported" and not acknowledgements.taken_by(session, row.number, "ert"):
            by_word = row.priority is not None or row.closed_at is not None
            if row.state == "acknowledged" or (by_word and not given):
                yield f"{row.number} is {row.state} and no ERT member has it (A14)"
        for press in self._people.presses:
            if (
                press.purpose == "ack"
                and press.taken
                and press.subject.startswith(f"{row.number}/")
            ):
                _, _, step = press.subject.partition("/")
                if not any(a.person == press.person and a.step == step for a in given):
                    yield f"{row.number}: {press.person}'s {press.answer!r} to {step} is lost (A14)"

    # --- time (A16, A17, D21) ----------------------------------------------------------------

    def _rto_never_restarts(self, session: Session, row: Incident) -> Iterator[str]:
        """A17: a level that changes moves no clock's beginning, and no objective's end."""
        cause = self._causes.setdefault(row.number, row.cause_at)
        if row.cause_at > cause:
            yield f"{row.number}: its beginning moved from {cause:%H:%M:%S} to later (A17)"
        self._causes[row.number] = min(cause, row.cause_at)
        if row.kind != WORKPLACE_UNUSABLE:
            return
        standing = late_entries.standing(timeline.entries(session, row.number))
        plan, now = self._of.inst.plan_of(row.number), self._of.turns.now()
        for queue in cover_course.of_incident(session, plan, row.number, standing, now):
            for place, clock in enumerate(queue.clocks):
                if not queue.course.shortages:
                    continue  # prevented so far: nobody is missed, no clock runs
                key = f"{row.number} {queue.course.queue}", str(place)
                ends = min(result.due for result in clock.results)
                start, end = self._began.setdefault(key, (clock.start, ends))
                if clock.start > start or ends > end:
                    yield (
                        f"{key[0]}: the recovery time began anew, at {clock.start:%H:%M:%S} "
                        f"instead of {start:%H:%M:%S}, until {ends:%H:%M:%S} instead of "
                        f"{end:%H:%M:%S} (A17)"
                    )

    def _deadlines_are_true(
        self, session: Session, row: Incident, at_the_end: bool
    ) -> Iterator[str]:
        """D21: an alarm taken in time has no miss in its record; one that was not has it, with the
        very second at which the time was up, however much later that was seen."""
        plan, now = self._of.inst.plan_of(row.number), self._of.turns.now()
        due_at = ert_due(plan, row).due_at
        took = acknowledgements.taken_by(session, row.number, "ert")
        missed = [
            e for e in timeline.entries(session, row.number, "ack timed out") if e.key == BREACH
        ]
        for entry in missed:
            if entry.occurred_at != due_at:
                yield f"{row.number}: missed at {entry.occurred_at}, true is {due_at} (D21)"
            if entry.recorded_at < due_at:
                yield f"{row.number}: called missed before its time was up (D21)"
            if took is not None and took.at < due_at:
                yield f"{row.number}: taken at {took.at}, called missed at {due_at} (D21)"
        late = took is not None and took.at > due_at + SOON
        never = at_the_end and took is None and now > due_at + SOON and row.state != "false alarm"
        if (late or never) and not missed and not self._was_away(due_at, took):
            yield f"{row.number}: nobody had it by {due_at}, and the record does not say so (D21)"
        for document in documents.of_incident(session, row.number):
            if document.sent_at is None or document.due_at is None:
                continue
            said = [e for e in timeline.entries(session, row.number, "report sent")
                    if e.data.get("document") == document.id]  # fmt: skip
            if said and ("late" in said[0].text) != (document.sent_at > document.due_at):
                yield f"{row.number}: document {document.id}: {said[0].text!r} is not so (D21)"

    def _was_away(self, due_at: Any, took: Any) -> bool:
        """Whether nothing of ours was there between the deadline and the answer that came late."""
        return took is not None and took.at - due_at < timedelta(minutes=3)

    # --- voicemail (A24, D5) -----------------------------------------------------------------

    def _voicemail_is_a_persons(self, session: Session, row: Incident) -> Iterator[str]:
        """A24, D5: no line is switched unless a person ordered it, and by no timer."""
        answered = {q.id: q for q in approvals.of_incident(session, row.number) if q.answer}
        ordered = {
            e.data["approval"]: e for e in timeline.entries(session, row.number, "routing ordered")
        }
        for number in ordered:
            question = answered.get(number)
            kinds = (*SWITCHES, "divert-order")
            if question is None or question.kind not in kinds or question.answer == NO_SWITCH:
                yield f"{row.number}: a line is off its way by no person's decision (A24)"
        lines = {
            e.data["line"]
            for other in session.query(Incident)
            for e in timeline.entries(session, other.number, "routing ordered")
            if "line" in e.data
        }  # fmt: skip
        for line, at in self._of.outside.switched.items():
            if line not in lines:
                yield f"line {line} was switched at {at:%H:%M:%S} and nobody ordered it (A24)"
