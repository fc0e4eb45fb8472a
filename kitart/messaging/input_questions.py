"""The questions about a vital input that is missing: the supplier, the fall-back, empty seats, and
whether what arrived is used (A21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import by_word, inputs
from kitart.journal.approvals import Question
from kitart.language import listed, phrase
from kitart.messaging.client_questions import WORKS_AGAIN
from kitart.messaging.questions import known, option
from kitart.plan.schema import ExpectedInput, Plan, SupplierContact

SUPPLIER_CALL, FALLBACK, EMPTY_SEATS = "supplier-call", "fallback", "empty-seats"
USE = "use:"
REACHED, CANNOT, NO_ANSWER = "delivers", "cannot", "no-answer"
WAIT, WITHOUT = "wait", "without"
EMPTY, FILLED = "empty", "filled"


def supplier_call(
    session: Session,
    plan: Plan,
    incident: str,
    wanted: ExpectedInput,
    contact: SupplierContact,
    now: datetime,
) -> Question:
    """Call one contact of the supplier: a letter that was sent is not contact (A14)."""
    attempt = by_word.next_time(session, incident, SUPPLIER_CALL, f"{wanted.id}:")
    supplier = plan.supplier(wanted.supplier or "")
    return Question(
        key=f"{incident}:{SUPPLIER_CALL}:{wanted.id}:{attempt}",
        incident=incident,
        kind=SUPPLIER_CALL,
        title=phrase(
            "Call {supplier}: when does it send this? {input}", supplier=supplier.name,
            input=wanted.name,
        ),
        text=phrase(
            "{contact}: {phone}. Contract {contract}. Ask when it comes, and what keeps it.",
            contact=contact.role, phone=contact.phone, contract=supplier.contract_number,
        ),
        options=[
            option(
                REACHED, phrase("Reached: this is when it comes"),
                phrase("Your words stand in the record"), "required",
            ),
            option(
                CANNOT, phrase("Reached: it can't say when"),
                phrase("The fall-back has to hold"), "optional",
            ),
            option(
                NO_ANSWER, phrase("Nobody answers"), phrase("The next contact is named"),
                "optional",
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip


def fallback(
    session: Session, plan: Plan, incident: str, wanted: ExpectedInput, now: datetime
) -> Question:
    """What to work with meanwhile: a person decides (D5)."""
    time = by_word.next_time(session, incident, FALLBACK, f"{wanted.id}:")
    return Question(
        key=f"{incident}:{FALLBACK}:{wanted.id}:{time}",
        incident=incident,
        kind=FALLBACK,
        title=phrase("{input} is missing: work with what?", input=wanted.name),
        text=phrase("Choose what to work with until it is here. The supervisors are told."),
        options=[
            *[
                option(
                    f"{USE}{each.id}", phrase("Use {fallback}", fallback=each.text),
                    phrase("Until the real one is here"), "optional",
                )
                for each in wanted.fallbacks
            ],
            option(
                WAIT, phrase("Wait for it until (14:05)"),
                phrase("You are asked again at that time"), "required",
            ),
            option(
                WITHOUT, phrase("Work without it"), phrase("Your reason is kept"), "required"
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.classify),
    )  # fmt: skip


def empty_seats(
    session: Session, plan: Plan, incident: str, project: str, now: datetime
) -> Question:
    """Whether agents are missing because of it: cover is only called out if a person says so."""
    time = by_word.next_time(session, incident, EMPTY_SEATS, f"{project}:")
    return Question(
        key=f"{incident}:{EMPTY_SEATS}:{project}:{time}",
        incident=incident,
        kind=EMPTY_SEATS,
        title=phrase("{project}: do seats stay empty because of it?", project=project),
        text=phrase(
            "Agents who do not come because they do not know their shift are covered like agents "
            "who can't work. Name them by their codes."
        ),
        options=[
            option(FILLED, phrase("No, every seat is filled"), phrase("Nobody is called out")),
            option(
                EMPTY, phrase("Yes, these agents are missing (AG-047, AG-051)"),
                phrase("The cover ladder begins for their queues"), "required",
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.classify),
    )  # fmt: skip


def is_used(
    session: Session, plan: Plan, incident: str, entries: Sequence[str], now: datetime
) -> Question:
    """Whether what was missing is here, and somebody works with it: only that is a recovery."""
    time = by_word.next_time(session, incident, WORKS_AGAIN)
    arrived = inputs.has_arrived(session, incident)
    here = (
        phrase("It has arrived. Open it, see that it is the right one and complete, and use it.")
        if arrived
        else phrase("Press when it is here, by whatever way, and somebody works with it.")
    )
    return Question(
        key=f"{incident}:{WORKS_AGAIN}:{time}",
        incident=incident,
        kind=WORKS_AGAIN,
        title=phrase(
            "Do you work with it again? {input}",
            input=listed(plan.system(entry).name for entry in entries),
        ),
        text=here,
        options=[
            option(
                by_word.WORKS, phrase("Yes: it is here and we work with it"),
                phrase("It is watched for a while, then over"),
            ),
            option(
                "not-yet", phrase("Not yet, or it can't be used"), phrase("You are asked again"),
                "optional",
            ),
        ],
        known=known(session, plan, incident, now),
        due_at=None,
    )  # fmt: skip
