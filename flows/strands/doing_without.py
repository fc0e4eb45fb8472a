"""An input is missing: its supplier is called, and people decide how work goes on (A21, D5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import by_word, inputs, leading, looks, missing_inputs
from kitart.journal.tables import InputDue
from kitart.language import phrase
from kitart.messaging import input_questions as questions
from kitart.messaging.missing_input import owners
from kitart.plan import whom
from kitart.plan.schema import ExpectedInput, SupplierContact
from tasks import inputs as steps

HERE = phrase("It has arrived")


async def call_suppliers(drive: Drive) -> None:
    """Whoever supplies a missing input is written to, and called until somebody answers."""
    await _for_each(drive, lambda row: _call_supplier(drive, row))


async def decide_fallbacks(drive: Drive) -> None:
    """What to work with until each missing input is here: decided by a person."""
    await _for_each(drive, lambda row: _decide_fallback(drive, row))


async def mind_seats(drive: Drive) -> None:
    """Where an input is missing that says who works: do seats stay empty? Each project's people
    say so, and only then does the cover ladder begin (A21, A27)."""
    await _for_each(drive, lambda row: _mind_seats(drive, row))


async def _for_each(drive: Drive, work: Callable[[InputDue], Coroutine[Any, Any, None]]) -> None:
    """Begin the work for each input of the incident, also for one that joins it later (E33), until
    the recovery is declared."""
    begun: set[int] = set()

    def fresh(session: Session) -> Sequence[InputDue]:
        rows = inputs.of_incident(session, drive.incident)
        return [row for row in rows if row.id not in begun and row.arrived_at is None]

    async with asyncio.TaskGroup() as group:
        while not drive.read(lambda s: looks.recovery_declared(s, drive.incident)):
            await drive.until(lambda s: fresh(s) or looks.recovery_declared(s, drive.incident))
            for row in drive.read(fresh):
                begun.add(row.id)
                group.create_task(work(row))


async def _call_supplier(drive: Drive, row: InputDue) -> None:
    wanted = drive.plan.input(row.input)
    if not await drive.step(steps.write_to_supplier, drive.lease, row.id):
        return
    over = _over(drive, row)
    while not drive.read(
        lambda s: over(s) or missing_inputs.supplier_reached(s, drive.incident, wanted.id)
    ):
        contact, is_last = drive.read(lambda s: _next_contact(drive, s, wanted))
        question = drive.read(
            lambda s, c=contact: questions.supplier_call(  # type: ignore[misc]
                s, drive.plan, drive.incident, wanted, c, drive.now
            )
        )
        callers = tuple(dict.fromkeys(
            (*owners(drive.plan, wanted, drive.inst), *whom.it_managers(drive.plan))
        ))  # fmt: skip
        answer = await first_answer(
            drive, question, _turns(drive, callers), overtaken=over, why=HERE
        )
        if answer is None or await drive.step(
            steps.record_supplier_call, drive.lease, answer.id, wanted.id, contact.role
        ):
            return
        if is_last:
            await drive.until(over, by=drive.now + _minutes(drive.plan.limits.first_notice))


def _next_contact(
    drive: Drive, session: Session, wanted: ExpectedInput
) -> tuple[SupplierContact, bool]:
    """Whom to call now, and whether that one is the round's last."""
    asked = by_word.next_time(session, drive.incident, questions.SUPPLIER_CALL, f"{wanted.id}:")
    order = whom.supplier_contacts(drive.plan, wanted.supplier, drive.now)
    place = (asked - 1) % len(order)
    return order[place], place == len(order) - 1


async def _decide_fallback(drive: Drive, row: InputDue) -> None:
    wanted = drive.plan.input(row.input)
    over = _over(drive, row)
    while not drive.read(over):
        decided = drive.read(lambda s: missing_inputs.decision(s, drive.incident, wanted.id))
        if decided is not None:
            if decided.until is None:
                return
            await drive.until(over, by=decided.until)
            if drive.read(over):
                return
        question = drive.read(
            lambda s: questions.fallback(s, drive.plan, drive.incident, wanted, drive.now)
        )
        deciders = tuple(dict.fromkeys(
            (*owners(drive.plan, wanted, drive.inst), *drive.read(lambda s: _managers(drive, s)))
        ))  # fmt: skip
        answer = await first_answer(
            drive, question, _turns(drive, deciders), overtaken=over, why=HERE
        )
        if answer is None:
            return
        await drive.step(steps.record_fallback, drive.lease, answer.id, wanted.id)


def _managers(drive: Drive, session: Session) -> tuple[str, ...]:
    """Who decides after the owner: as for every decision of an account manager's (A24, E21)."""
    if not drive.plan.projects_affected_by(drive.system.id):
        return leading.ert_with_lead_first(session, drive.plan, drive.incident)
    manager = whom.coordinating_manager(drive.plan, drive.system.id)
    return leading.deciders(session, drive.plan, drive.incident, manager)


async def _mind_seats(drive: Drive, row: InputDue) -> None:
    wanted = drive.plan.input(row.input)
    if not wanted.leaves_seats_empty:
        return
    async with asyncio.TaskGroup() as group:
        for project in wanted.projects:
            group.create_task(_ask_for_seats(drive, row, project))


async def _ask_for_seats(drive: Drive, row: InputDue, project: str) -> None:
    over = _over(drive, row)
    while not drive.read(
        lambda s: over(s) or missing_inputs.seats_said(s, drive.incident, project)
    ):
        question = drive.read(
            lambda s: questions.empty_seats(s, drive.plan, drive.incident, project, drive.now)
        )
        people = whom.to_phone(drive.plan, project, drive.now)
        answer = await first_answer(
            drive, question, _turns(drive, people), overtaken=over, why=HERE
        )
        if answer is None:
            return
        await drive.step(steps.record_seats, drive.lease, answer.id, project)


def _turns(drive: Drive, people: Sequence[str]) -> list[Turn]:
    wait = _minutes(drive.plan.limits.role_unreachable)
    return [Turn(person, drive.now + n * wait) for n, person in enumerate(people)]


def _over(drive: Drive, row: InputDue) -> Callable[[Session], bool]:
    """The question whether the input is here, or all is over by a person's word."""
    return lambda session: (
        inputs.arrived(session, row.id) or looks.recovery_declared(session, drive.incident)
    )


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
