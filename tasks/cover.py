"""Seats and backups: who is called, chased, replaced, thanked (R20-R33, D8, D12, E7-E10, E20)."""

from __future__ import annotations

from datetime import timedelta

from kitart.installation import Installation, installation
from kitart.journal import (
    cover,
    cover_facts,
    cover_now,
    incidents,
    looks,
    observations,
    timeline,
)
from kitart.journal.database import Lease
from kitart.language import Phrase, phrase
from kitart.messaging import calling_out
from kitart.plan.workplace import WORKPLACE
from kitart.rules.cover.moves import Ask
from tasks.steps import step


@step("call out a backup")
def call_out(lease: Lease, ask: Ask) -> bool:
    """Hold an agent for a seat and ask them; ``False`` when somebody else has them by now (E3).

    Who can't be reached on any channel counts as silent at once, so that the next is asked (D15).
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = cover.reserve(
            session, lease.incident, ask.agent, ask.queue, ask.rung.value, now=now,
            hold=timedelta(minutes=plan.limits.reservation_hold), due_at=ask.due_at,
        )  # fmt: skip
        if row is None:
            return False
        cover.note(session, row, "backup contacted", f"{row.agent} is asked ({row.rung}), live by "
              f"{row.due_at:%H:%M} UTC", now=now)  # fmt: skip
    _tell_asked(inst, lease, row.id)
    return True


@step("tell a backup")
def tell_asked(lease: Lease, number: int) -> None:
    """Send the asking of a call that is on record; sent once, whoever reserved it."""
    _tell_asked(installation(), lease, number)


def _tell_asked(inst: Installation, lease: Lease, number: int) -> None:
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        row = cover.get(session, number)
    if row is None or row.state != cover.ASKED:
        return
    if not calling_out.ask(inst, plan, row, lease):
        _fall_silent(inst, lease, number, "can't be reached on any channel")


@step("ask the next: no answer")
def silent(lease: Lease, number: int) -> None:
    """Nothing came in time: the next is asked; a late yes still counts (D12, E7)."""
    _fall_silent(installation(), lease, number, "has not answered")


def _fall_silent(inst: Installation, lease: Lease, number: int, why: str) -> None:
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = cover.held(session, number)
        if row.state != cover.ASKED or row.silent_at is not None:
            return
        row.silent_at = now
        cover.note(
            session, row, "backup no answer", f"{row.agent} {why}; the next is asked", now=now
        )


@step("take a backup who comes later")
def use_late(lease: Lease, number: int) -> None:
    """Nobody is faster: who said "later" comes (E8). The missed start time is in the record."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        row = cover.held(session, number)
        if row.state != cover.LATER or not cover.hold_again(session, row):
            return
        row.state = cover.ACCEPTED
        late = int((row.due_at - row.asked_at).total_seconds() // 60)
        cover.note(session, row, "backup used later", f"{row.agent} comes after {late} minutes, "
              f"{plan.limits.backup_start} are allowed: start target missed", now=now)  # fmt: skip
    calling_out.confirm(inst, plan, row, lease)


@step("remind a backup")
def remind(lease: Lease, number: int) -> None:
    """Not live yet, shortly before the time is up (E9)."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = cover.held(session, number)
        if row.state != cover.ACCEPTED or row.reminded_at is not None:
            return
        row.reminded_at = now
        cover.note(session, row, "backup reminded", f"{row.agent} is not live yet, due at "
              f"{row.due_at:%H:%M} UTC", now=now)  # fmt: skip
    calling_out.remind(inst, inst.plan_of(lease.incident), row, lease)


@step("replace a backup who did not come")
def no_show(lease: Lease, number: int) -> None:
    """Said yes and is not live in time: the next rung; the recovery time goes on (E9)."""
    _over(
        lease, number, (cover.ACCEPTED,), cover.NO_SHOW, "backup no-show",
        "{agent} said yes and is not live in time", calling_out.TOO_LATE,
    )  # fmt: skip


@step("stand a backup down, with thanks")
def stand_down(lease: Lease, number: int, because: Phrase = calling_out.NOT_NEEDED) -> None:
    """Not needed any more (E10): told so, time recorded."""
    _over(
        lease, number, (*cover.HOLDING, cover.LATER), cover.STOOD_DOWN, "backup stood down",
        "{agent} is not needed any more, with thanks", because,
    )  # fmt: skip


@step("end a backup's cover")
def end_cover(lease: Lease, number: int) -> None:
    """The agent's standby is over: cover has its own end (E20)."""
    _over(
        lease, number, (cover.ACCEPTED, cover.LIVE), cover.ENDED, "backup relieved",
        "{agent}'s standby is over", None,
    )  # fmt: skip


def _over(
    lease: Lease,
    number: int,
    while_in: tuple[str, ...],
    how: str,
    type: str,
    text: str,
    because: Phrase | None,
) -> None:
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = cover.held(session, number)
        if row.state not in while_in:
            return
        cover.end(row, how, now=now)
        cover.note(session, row, type, text.format(agent=row.agent), now=now)
    if because is not None:
        plan = inst.plan_of(lease.incident)
        calling_out.stand_down(inst, plan, row, because, lease)


@step("ask for relief before a standby ends")
def ask_relief(lease: Lease, number: int) -> None:
    """A seat's standby ends within the hour: a successor is called, the leads are told (E20)."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        row = cover.held(session, number)
        ends = cover_facts.standby_end(plan, row)
        if row.relief_asked_at is not None or ends is None:
            return
        row.relief_asked_at = now
        said = f"{row.agent}'s standby ends at {ends:%H:%M} UTC; a successor is called"
        cover.note(session, row, "backup relief", said, now=now)
    calling_out.say_end(inst, plan, row, ends, lease)
    news = phrase(
        "The standby of {agent} in {queue} ends at {at} UTC; a successor is being called",
        agent=row.agent, queue=row.queue, at=f"{ends:%H:%M}",
    )  # fmt: skip
    project = row.queue.partition("/")[0]
    calling_out.tell_leads(inst, plan, lease.incident, (project,), news, f"relief:{row.id}", lease)


@step("warn a backup")
def warn(lease: Lease, queue: str, agent: str) -> None:
    """Be ready: a seat hangs on a forecast (A4, E11); told once."""
    inst = installation()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "backup warned", f"{agent} is told to be ready for {queue}",
            now=inst.clock.now(), data={"agent": agent, "queue": queue},
            key=f"backup-warned:{queue}:{agent}",
        )  # fmt: skip
    calling_out.warn(inst, inst.plan_of(lease.incident), lease.incident, agent, queue, lease)


@step("keep the seats' count")
def keep_seats(lease: Lease) -> None:
    """Write down each queue's seats when they have changed (D11), and whether the queues' own
    agents fill them again: that is what "down" and "up" mean here."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        told = cover_now.seats_as_told(session, lease.incident)
        for seats in cover_now.seats(session, plan, lease.incident, now):
            if told.get(seats.queue) != seats.data():
                timeline.append(
                    session, lease.incident, cover_now.SEATS, seats.text, now=now,
                    data=seats.data(),
                )  # fmt: skip
        state = "up" if cover_now.own_agents_fill(session, plan, lease.incident, now) else "down"
        last = observations.latest(session, WORKPLACE, looks.PERSON, [lease.incident])
        if last is None or last.state != state:
            observations.add(
                session, WORKPLACE, state, looks.PERSON,
                "own agents fill the seats" if state == "up" else "own agents are missing",
                now=now, incident=lease.incident,
            )  # fmt: skip
        incidents.seen(session, lease.incident, state == "up")
        if looks.effect_confirmed(session, lease.incident):
            looks.note_effect(session, lease.incident, True, now=now)
