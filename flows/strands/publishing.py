"""One report to one client: drafted, approved by a person, sent on time; or found stale (D6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, decide
from kitart.connectors.errors import ConnectorError
from kitart.journal import approvals, leading, looks
from kitart.journal import documents as documents_kept
from kitart.journal.approvals import Question
from kitart.messaging import questions
from kitart.messaging.approving import Draft, asked_before
from kitart.reports import drafts
from tasks import call_figures, documents, people

Outcome = Literal["sent", "refused", "stale"]


@dataclass(frozen=True)
class Wanted:
    """A report that is wanted: which one, for whom, until when, with what promised next."""

    client: str
    type: str
    number: int
    due_at: datetime
    next_update_at: datetime | None = None
    # An update that waits for its approval is pointless once the recovery is declared.
    overtaken_by_recovery: bool = False


async def publish(drive: Drive, wanted: Wanted) -> Outcome:
    """Draft a report, have it approved and send it.

    Nothing goes to a client without a person's approval, except a text that its contract
    pre-approved. ``stale`` when the facts changed first: its approval is void, the approver was
    told, and the caller decides what is wanted now. So it does when an earlier run died while it
    sent a report: that one is brought to its end first, and may be the one that is wanted.
    """
    half_sent = drive.read(lambda s: documents_kept.half_sent(s, drive.incident, wanted.client))
    if half_sent is not None:
        await _send(drive, half_sent)
        return "stale"
    if wanted.type in call_figures.COUNTED_FOR:
        closing = wanted.type == "closing-report"
        await drive.step(call_figures.count_calls, drive.lease, wanted.client, usual=closing)
    draft = await drive.step(
        documents.draft,
        drive.lease,
        wanted.client,
        wanted.type,
        wanted.number,
        wanted.due_at,
        wanted.next_update_at,
    )
    outcome = await _approval(drive, wanted, draft)
    if outcome == "approved" and draft.second is not None:
        outcome = await _second_approval(drive, draft, draft.second, wanted)
    if outcome == "approved":
        return await _send(drive, draft.id)
    if outcome == "stale":
        return await _withdraw(drive, draft.id)
    return "refused"


async def _withdraw(drive: Drive, document_id: int) -> Outcome:
    await drive.step(documents.withdraw, drive.lease, document_id)
    return "stale"


async def _approval(drive: Drive, wanted: Wanted, draft: Draft) -> str:
    """Wait for the approval: from the approver, then the deputy, then the ERT lead (R15, D5)."""

    async def ask(person: str) -> None:
        await drive.step(people.ask, drive.lease, draft.question, person)

    async def due() -> None:
        await drive.step(documents.due_passed, drive.lease, draft.id)

    agenda: list[tuple[datetime, Callable[[], Awaitable[None]]]] = []
    known = drive.read(lambda s: asked_before(s, draft.id))
    for place, person in enumerate(draft.approvers):
        turn = drive.now if person in known else _turn(drive, wanted, place)
        agenda.append((turn, lambda person=person: ask(person)))  # type: ignore[misc]
    agenda.append((wanted.due_at, due))
    for moment, action in sorted(agenda, key=lambda entry: entry[0]):
        settled = await drive.until(_settled(drive, draft, draft.question, wanted), by=moment)
        if settled:
            return settled
        await action()
    return await drive.until(_settled(drive, draft, draft.question, wanted)) or "stale"


def _turn(drive: Drive, wanted: Wanted, place: int) -> datetime:
    """When the approver in this place is asked: each has a while, all before it is due."""
    limits = drive.plan.limits
    before_due = [None, limits.approval_to_deputy_before_due, limits.approval_to_ert_before_due]
    if place == 0:
        return drive.now
    lead = before_due[min(place, 2)] or 0
    patience = drive.now + timedelta(minutes=place * limits.role_unreachable)
    return min(patience, max(drive.now, wanted.due_at - timedelta(minutes=lead)))


async def _second_approval(drive: Drive, draft: Draft, question: Question, wanted: Wanted) -> str:
    """The crisis team's approval of a closing report on P1, beside the account manager's (c21): of
    its lead, and of as many more at once as must agree."""
    wait = timedelta(hours=1)
    for place, person in enumerate(draft.second_approvers):
        await drive.step(people.ask, drive.lease, question, person)
        if place < question.quorum - 1:
            continue
        last = place == len(draft.second_approvers) - 1
        by = None if last else drive.now + wait
        settled = await drive.until(_settled(drive, draft, question, wanted), by=by)
        if settled:
            return settled
    return "stale"


def _settled(
    drive: Drive, draft: Draft, asked: Question, wanted: Wanted
) -> Callable[[Session], str | None]:
    def question(session: Session) -> str | None:
        row = approvals.with_key(session, asked.key)
        if row is not None and row.state == "answered":
            return "approved" if row.answer == "approve" else "refused"
        if row is not None and row.state == "void":
            return "stale"
        if wanted.overtaken_by_recovery and looks.recovery_declared(session, drive.incident):
            return "stale"
        document = documents_kept.get(session, draft.id)
        return None if drafts.fits(document, drive.facts(session)) else "stale"

    return question


async def _send(drive: Drive, document_id: int) -> Outcome:
    """Send the approved report; while no way takes it, try again each minute."""
    while True:
        try:
            outcome = await drive.step(documents.send, drive.lease, document_id)
            return "sent" if outcome == "sent" else await _withdraw(drive, document_id)
        except ConnectorError as error:
            if error.permanent:
                await _settle_uncertain(drive, document_id)
                continue
            await drive.step(documents.sending_waits, drive.lease, document_id, error.message)
            await drive.sleep_until(drive.now + timedelta(minutes=1))


async def _settle_uncertain(drive: Drive, document_id: int) -> None:
    """It is not known whether the report went out: a person finds out and says."""

    def asked(session: Session) -> tuple[Question, tuple[str, ...]]:
        document = documents_kept.get(session, document_id)
        question = questions.uncertain(session, drive.plan, document, drive.now)
        return question, leading.approvers(session, drive.plan, drive.incident, document.client)

    question, people_asked = drive.read(asked)
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(people_asked)]
    answer = await decide(drive, question, turns)
    await drive.step(documents.settle_uncertain, drive.lease, answer.id, document_id)
