"""Those who answer for a legal clock are asked and reminded; nothing goes to anyone outside.

Runs for closed incidents too: a clock of 72 hours or a month outlives most (reports §5).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import timeline
from kitart.journal.legal import MISSED, REMINDED, Recorded
from kitart.language import Phrase, phrase
from kitart.messaging.occasion import title_of
from kitart.messaging.telling import tell
from kitart.plan import whom
from kitart.plan.schema import Plan
from kitart.reports import legal, moments
from kitart.rules.legal import clocks as c
from kitart.rules.legal import words as law
from kitart.rules.legal.clocks import Clock
from kitart.rules.legal.matter import COMPANY, Matter
from kitart.rules.legal.reminders import Reminder, Stage, reminder

NEWS: dict[Stage, Phrase] = {
    "half": phrase("a legal clock is running, part of its time is gone"),
    "soon": phrase("a legal clock ends soon"),
    "missed": phrase("a legal clock has run out, nothing is recorded as done"),
    "delay": phrase("a duty “without undue delay” is open"),
    "delay again": phrase("a duty “without undue delay” is still open"),
}
DO_IT = phrase("Decide, act, and record it on the page behind the link, or why it is not needed.")
LATE = phrase("Do it now and record it, with the reasons for the delay.")
THEIRS = phrase("This duty is the client's own. See that it has from us what it needs for it.")


def legal_page(inst: Installation, number: str) -> str:
    """The address of an incident's legal clocks, for who is signed in."""
    return f"{inst.settings.gateway_url}/incident/{number}/legal"


def ask_for_awareness(inst: Installation, plan: Plan, recorded: Recorded) -> bool:
    """Personal data were, or may be, hit and nobody has said since when it is known: the data
    protection contact is asked at once, and once more after a while; true if just now."""
    since = _asked_since(recorded.matter)
    if since is None:
        return False
    now, number = inst.clock.now(), recorded.incident.number
    again = now >= since + timedelta(minutes=plan.limits.legal_awareness_ask)
    person = whom.present(plan, whom.data_protection(plan), now)[0]
    answer = legal.latest_answer(recorded.matter)
    assert answer is not None
    step = f"legal-awareness:{since:%Y%m%dT%H%M%S}:{2 if again else 1}"
    with inst.journal.write() as session:
        new = timeline.append(
            session, number, REMINDED,
            f"The data protection contact is asked {'again ' if again else ''}since when who is "
            "aware", now=now, data={"person": person, "kind": "awareness"}, key=step,
        )  # fmt: skip
    tell(
        inst, plan, number, person, "legal-awareness", step,
        {"what": title_of(plan, recorded.incident), "answer": law.ANSWERS[answer.answer],
         "link": legal_page(inst, number)},
    )  # fmt: skip
    return new is not None


def _asked_since(matter: Matter) -> datetime | None:
    hit = [s.recorded_at for s in matter.affected.values() if s.answer != "no"]
    known = any(scope.startswith(COMPANY) for scope, _ in matter.aware)
    return min(hit) if hit and not known else None


def remind(inst: Installation, plan: Plan, recorded: Recorded) -> int:
    """Say what is due to be said of each clock, once; a miss is recorded as of its true time.

    Returns how many clocks were said something of just now.
    """
    now = inst.clock.now()
    said = 0
    for clock in legal.clocks_in(plan, recorded, now):
        word = reminder(clock, plan.limits, now)
        if word is None:
            continue
        with inst.journal.write() as session:
            said += _note(session, plan, recorded.incident.number, clock, word, now)
        for person in _who(plan, clock, now):
            _tell(inst, plan, recorded.incident.number, clock, word, person)
    return said


def _step(clock: Clock, word: Reminder) -> str:
    """Names the word once for all; a moment that was corrected makes a new one."""
    return f"legal:{clock.duty}:{clock.scope}:{word.stage}:{word.at:%Y%m%dT%H%M%S}"


def _note(
    session: Session, plan: Plan, number: str, clock: Clock, word: Reminder, now: datetime
) -> bool:
    missed = word.stage == "missed"
    party = law.party(clock.scope, legal.names(plan))
    entry = timeline.append(
        session, number, MISSED if missed else REMINDED,
        f"{NEWS[word.stage]}: {law.TITLES[clock.duty]} ({party})",
        now=now, occurred_at=word.at if missed else now,
        data={"duty": clock.duty, "scope": clock.scope, "stage": word.stage},
        key=_step(clock, word),
    )  # fmt: skip
    return entry is not None


def _who(plan: Plan, clock: Clock, now: datetime) -> tuple[str, ...]:
    """The data protection contact, with the account manager in a client's matter, with the IT
    manager in one of cybersecurity."""
    asked = [whom.present(plan, whom.data_protection(plan), now)[0]]
    if clock.client is not None:
        asked += whom.present(plan, whom.managers_of_client(plan, clock.client), now)[:1]
    elif clock.duty in (c.EARLY, c.NOTIFICATION, c.FINAL):
        asked += whom.present(plan, whom.it_managers(plan), now)[:1]
    return tuple(dict.fromkeys(asked))


def _short(due: datetime | None, zone: str) -> str:
    """An end for an SMS, with its date: a clock may run for a month."""
    if due is None:
        return ""
    return f"{due.astimezone(moments.zone_of(zone)):%Y-%m-%d} {moments.clock(due, zone)}"


def _tell(
    inst: Installation, plan: Plan, number: str, clock: Clock, word: Reminder, person: str
) -> None:
    names, zone = legal.names(plan), plan.person(person).time_zone
    ends = moments.moment_phrase(clock.due, zone) if clock.due else law.limit(clock)
    next_step = LATE if word.stage == "missed" else DO_IT
    if clock.bound != COMPANY:
        next_step = THEIRS
    tell(
        inst, plan, number, person, "legal-clock", _step(clock, word),
        {"state": NEWS[word.stage], "duty": law.TITLES[clock.duty],
         "party": law.party(clock.scope, names), "told": law.to_whom(clock, names),
         "ends": ends, "until": _short(clock.due, zone), "next_step": next_step,
         "link": legal_page(inst, number)},
    )  # fmt: skip
