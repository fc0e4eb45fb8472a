"""The verdict on a disturbed story: what must hold whatever was broken (R1-R53 as far as a fault
can touch them: D1, D5, D15, D21, A14, E24)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from kitart.journal import wholeness
from kitart.journal.database import Journal
from kitart.journal.tables import Approval, Incident, Message, TimelineEntry
from kitart.plan.schema import Client, Plan
from sandbox.demo.checks import Check, filed, mails_of, names_no_other, register_closed
from sandbox.demo.outside import Outside
from sandbox.demo.scenario import Scenario

WAYS = 2
"""A message has at most so many ways in each try, and one that gave no answer may have taken it."""
REPEAT = re.compile("^(REPEAT|ISMÉTLÉS)[^:]*: ")
SHORT_WORD = "client-short-text"
WENT = ("accepted", "delivered")
SETTLED = {*WENT, "undelivered", "skipped", "uncertain", "failed"}
OVER = {"closed", "false alarm"}
ENDED = {"COMPLETED", "CRASHED", "FAILED", "CANCELLED"}
UNASKED = ("ack", "cover", "roll-call", "safety")
"""Kinds of questions whose answers are no decisions, but stand in tables of their own."""


def judge(plan: Plan, scenario: Scenario, journal: Journal, seen: Outside) -> Iterator[Check]:
    """Every check; the story has come to its end."""
    with journal.read() as session:
        incidents = list(session.scalars(sa.select(Incident)))
        messages = list(session.scalars(sa.select(Message)))
        approvals = list(session.scalars(sa.select(Approval)))
        entries = list(session.scalars(sa.select(TimelineEntry).order_by(TimelineEntry.id)))
    yield _one_incident(incidents)
    yield _whole(journal)
    yield _settled(messages)
    yield from _arrived(messages, seen)
    clients = [plan.client(code) for code in
               dict.fromkeys(project.client for project in scenario.projects(plan))]  # fmt: skip
    yield _no_client_twice(plan, approvals, seen)
    yield _decided_by_people(approvals, seen)
    yield _late_at_its_time(plan, incidents, entries)
    general = scenario.started is not None and scenario.started.is_general
    felt_nothing = {entry.data["client"] for entry in entries if entry.type == "no effect"}
    told = [each for each in clients if each.id not in felt_nothing or mails_of(each, seen)]
    if general or not told:
        yield _told_nothing(clients, seen)
    else:
        yield names_no_other(plan, told, seen)
        yield filed(told, _without_short_words(messages, seen))
    yield register_closed(seen)
    yield _runs(seen)


def _one_incident(incidents: Sequence[Incident]) -> Check:
    said = ", ".join(f"{row.number}: {row.state}" for row in incidents) or "none"
    ok = len(incidents) == 1 and all(row.state in OVER and row.settled_at for row in incidents)
    return Check("One incident, closed, with nothing left to do", ok, said)


def _whole(journal: Journal) -> Check:
    found = wholeness.look(journal)
    said = ", ".join(f"{number} from {place}" for number, place in found.broken.items())
    what = "Its record is as it was written (D1)"
    return Check(what, not found.broken, said or f"{found.entries} entries")


def _settled(messages: Sequence[Message]) -> Check:
    """No message is left in the middle (D15)."""
    left = [f"{row.key}: {row.state}" for row in messages if row.state not in SETTLED]
    what = "Each message went out, or the record says that it didn't"
    return Check(what, not left, "; ".join(left[:3]) or f"{len(messages)} messages")


def _arrived(messages: Sequence[Message], seen: Outside) -> Iterator[Check]:
    """What the record calls sent lies in an inbox, and nothing does that it knows nothing of."""
    yield _in_one_inbox_each(
        "text", [(sms.to, sms.body) for sms in seen.sms],
        [row for row in messages if row.channel == "sms"], lambda row: row.text,
    )  # fmt: skip
    yield _in_one_inbox_each(
        "mail", [(to, mail.subject) for mail in seen.mails for to in mail.to],
        [row for row in messages if row.channel == "mail"], lambda row: row.subject,
    )  # fmt: skip


def _in_one_inbox_each(
    what: str, inbox: Sequence[tuple[str, str]], rows: Sequence[Message],
    words: Callable[[Message], str],
) -> Check:  # fmt: skip
    """A repeat of what its sender died over is allowed where it says so (D15)."""
    arrived = Counter(each for each in inbox if not REPEAT.match(each[1]))
    again = Counter((to, REPEAT.sub("", text)) for to, text in inbox if REPEAT.match(text))
    sent = Counter((row.address, words(row)) for row in rows if row.state in WENT)
    # Of what failed, or was given up, nobody may know whether it arrived after all.
    may = Counter((row.address, words(row)) for row in rows if row.state not in WENT)
    tried_again = Counter(
        (row.address, words(row)) for row in rows for _ in range(WAYS * row.attempts - 1)
    )
    wrong = [
        *(f"missing: {text[:60]}" for _, text in sent - arrived - again),
        *(f"on no record: {text[:60]}" for _, text in arrived - sent - may),
        *(f"again, on no record: {text[:60]}" for _, text in again - tried_again),
    ]
    marked = f", {again.total()} of them marked as repeats" if again else ""
    said = "; ".join(wrong[:3]) or f"{len(inbox)} in inboxes{marked}"
    return Check(f"Each {what} that was sent lies in one inbox, and no other does", not wrong, said)


def _told_nothing(clients: Sequence[Client], seen: Outside) -> Check:
    """By the general plan a client hears from its account manager, and nothing goes out by itself
    (R13); nor does it where it was over before a client felt it (E36)."""
    mails = [mail.subject for client in clients for mail in mails_of(client, seen)]
    what = "No client got a report that was to get none"
    return Check(what, not mails, "; ".join(mails[:3]) or "none")


def _without_short_words(messages: Sequence[Message], seen: Outside) -> Outside:
    """What is to be filed are reports; the short word that a client gets while one can't be sent
    stands in the record alone."""
    short = {(row.address, row.subject) for row in messages if row.purpose == SHORT_WORD}
    return replace(
        seen,
        mails=[
            mail
            for mail in seen.mails
            if not {(to, REPEAT.sub("", mail.subject)) for to in mail.to} & short
        ],
    )


def _no_client_twice(plan: Plan, approvals: Sequence[Approval], seen: Outside) -> Check:
    """Neither unmarked nor as a repeat, unless a person wanted it sent again (D15)."""
    wanted = sum(row.kind == "uncertain" and row.answer == "again" for row in approvals)
    twice = [
        f"{client.id}: {subject}"
        for client in plan.clients
        for (subject, _), times in Counter(
            (REPEAT.sub("", mail.subject), mail.to) for mail in mails_of(client, seen)
        ).items()
        for _ in range(times - 1)
    ]
    said = "; ".join(twice[:3]) or "none"
    return Check("No client heard the same twice", len(twice) <= wanted, said)


def _decided_by_people(approvals: Sequence[Approval], seen: Outside) -> Check:
    """Each decision on record was really made by that person (D5)."""
    made = {(deed.person, deed.kind, deed.answer) for deed in seen.deeds
            if deed.outcome in ("answered", "failed")}  # fmt: skip
    taken = [row for row in approvals if row.state == "answered" and row.answered_by]
    invented = [
        f"{row.kind}: {row.answer} by {row.answered_by}"
        for row in taken if (row.answered_by, row.kind, row.answer) not in made
    ]  # fmt: skip
    on_record = {(row.kind, row.answer) for row in approvals}
    void = {row.kind for row in approvals if row.state != "answered"}
    lost = [
        f"{deed.kind}: {deed.answer} of {deed.person}"
        for deed in seen.deeds
        if deed.outcome == "answered" and deed.kind not in UNASKED
        and deed.kind in {row.kind for row in approvals}
        and (deed.kind, deed.answer) not in on_record and deed.kind not in void
    ]  # fmt: skip
    said = "; ".join([*(f"invented: {each}" for each in invented),
                      *(f"lost: {each}" for each in lost)][:3])  # fmt: skip
    what = "No decision was lost or invented"
    return Check(what, not invented and not lost, said or f"{len(taken)} decisions")


def _late_at_its_time(
    plan: Plan, incidents: Sequence[Incident], entries: Sequence[TimelineEntry]
) -> Check:
    """The ERT's time to answer was kept, or is on record as missed, at its true second (E24)."""
    what = "The ERT's deadline was kept, or stands as missed at its true time"
    for row in incidents:
        mine = [entry for entry in entries if entry.incident == row.number]
        missed = [entry for entry in mine if entry.type == "ack timed out"]
        taken = [entry.occurred_at for entry in mine if entry.type == "acknowledged"]
        within = [_within(plan, row.reported_at, at) for at in taken[:1]]
        if missed and len({entry.occurred_at for entry in missed}) != 1:
            return Check(what, False, f"{len(missed)} times missed")
        if missed and missed[0].occurred_at > missed[0].recorded_at + timedelta(seconds=1):
            return Check(what, False, f"missed at {missed[0].occurred_at}, in the future")
        if not missed and within and not within[0]:
            return Check(what, False, f"taken at {taken[0]:%H:%M:%S}, and nobody calls it late")
    return Check(what, True, "kept or recorded")


def _within(plan: Plan, reported_at: datetime, taken_at: datetime) -> bool:
    most = max(plan.limits.ert_ack_in_hours, plan.limits.ert_ack_out_of_hours)
    return taken_at - reported_at <= timedelta(minutes=most)


def _runs(seen: Outside) -> Check:
    """A run carried it to its end, and none is shown as running that does not. One that was asked
    for while the last closed the incident finds nothing to do, and may die over that."""
    states = [(run["name"], run["state_type"]) for run in seen.flow_runs]
    wrong = [f"{name}: {state}" for name, state in states if state not in ENDED]
    ok = "COMPLETED" in [state for _, state in states] and not wrong
    said = ", ".join(state for _, state in states) or "no run"
    return Check("A run completed, and each other one is shown as ended", ok, said)
