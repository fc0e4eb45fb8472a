"""What is answered by a number: a key in a call, or "1" by SMS.

Each kind of link says which numbers there are, whether anything is still asked, and takes one by
the same way as the link's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from kitart.gateway import acknowledging, called_out, outcomes, roll_called
from kitart.gateway.called_out import LATER_BY_PHONE, PROMISED, WAITS
from kitart.gateway.house import House
from kitart.gateway.standing import call_for_help
from kitart.gateway.visits import Visitor
from kitart.journal import cover, incidents, roll_calls
from kitart.journal.roll_calls import ANSWERS
from kitart.journal.tables import CoverCall, Message
from kitart.language import Phrase, listed, phrase
from kitart.messaging.links import Link, Purpose
from kitart.plan.roles import named

CALLED_OUT = "backup-call"
YES, NO, LATER = 1, 2, 3


class ByNumber(Protocol):
    """One kind of question."""

    nothing_pressed: Phrase

    def answers(self, session: Session, link: Link) -> dict[int, str]:
        """The numbers that may be given now, each with its answer."""

    def over(
        self, session: Session, link: Link, visitor: Visitor, message: Message
    ) -> Phrase | None:
        """Why a message asks nothing any more; ``None`` while it does."""

    def take(self, place: House, link: Link, number: int, via: str) -> None:
        """Record the answer; raises ``Refused`` where none is wanted any more."""

    def became(self, session: Session, link: Link, visitor: Visitor) -> Phrase:
        """What the record says now, in one short sentence."""


class _Acknowledging:
    nothing_pressed = phrase(
        "No key was pressed, so nothing is recorded. Others are asked. Goodbye."
    )

    def answers(self, session: Session, link: Link) -> dict[int, str]:
        labels = [option["label"] for option in acknowledging.OPTIONS[_kind(link)]]
        return dict(enumerate(labels, 1))

    def over(
        self, session: Session, link: Link, visitor: Visitor, message: Message
    ) -> Phrase | None:
        number, _, step = link.subject.partition("/")
        if incidents.get(session, number).closed_at is not None:
            return NO_LONGER
        taken = acknowledging.taken_of(session, number, step, link.person)
        if taken is None:
            return None
        if taken.person == link.person:
            return outcomes.of_ack(session, link, visitor)
        return phrase(
            "{number}: {name} has it already. Nothing is needed from you. Thank you.",
            number=number, name=named(visitor.plan, taken.person),
        )  # fmt: skip

    def take(self, place: House, link: Link, number: int, via: str) -> None:
        option = acknowledging.OPTIONS[_kind(link)][number - 1]
        acknowledging.answer(place, link, option["value"], via=via)

    def became(self, session: Session, link: Link, visitor: Visitor) -> Phrase:
        return outcomes.of_ack(session, link, visitor)


class _Cover:
    nothing_pressed = _Acknowledging.nothing_pressed

    def answers(self, session: Session, link: Link) -> dict[int, str]:
        if _call(session, link).state in PROMISED:
            return {NO: phrase("I can't after all")}
        minutes = LATER_BY_PHONE // timedelta(minutes=1)
        return {
            YES: phrase("Yes"),
            NO: phrase("No"),
            LATER: phrase("Later, in {n} minutes", n=minutes),
        }

    def over(
        self, session: Session, link: Link, visitor: Visitor, message: Message
    ) -> Phrase | None:
        row = _call(session, link)
        if incidents.get(session, row.incident).closed_at is not None:
            return NO_LONGER
        if row.state in WAITS and row.answered_at is None:
            lost = row.state == cover.LAPSED and cover.taken_elsewhere(session, row)
            return NO_LONGER if lost else None
        # What was promised may still be taken back when the call is a reminder of it.
        reminds = row.state in PROMISED and message.purpose != CALLED_OUT
        return None if reminds else called_out.became(row, visitor)

    def take(self, place: House, link: Link, number: int, via: str) -> None:
        call = int(link.subject)
        with place.inst.journal.read() as session:
            promised = _call(session, link).state in PROMISED
        if promised and number == NO:
            called_out.give_back(place, call, link.person, via=via)
            return
        said = {YES: cover.YES, NO: cover.NO, LATER: cover.LATER}[number]
        starts_at = place.inst.clock.now() + LATER_BY_PHONE if number == LATER else None
        called_out.answer(place, call, link.person, said, via=via, starts_at=starts_at)

    def became(self, session: Session, link: Link, visitor: Visitor) -> Phrase:
        return called_out.became(_call(session, link), visitor)


class _RollCall:
    nothing_pressed = phrase(
        "No key was pressed, so nothing is recorded. Please answer the message on your phone. "
        "In danger, call for help. Goodbye."
    )

    def answers(self, session: Session, link: Link) -> dict[int, str]:
        return dict(enumerate((roll_called.LABELS[said] for said in ANSWERS), 1))

    def over(
        self, session: Session, link: Link, visitor: Visitor, message: Message
    ) -> Phrase | None:
        if incidents.get(session, link.subject).closed_at is not None:
            return NO_LONGER
        row = roll_calls.newest(session, link.subject, link.person)
        return None if row is None or row.answer is None else roll_called.became(row)

    def take(self, place: House, link: Link, number: int, via: str) -> None:
        roll_called.answer(place, link.subject, link.person, ANSWERS[number - 1], via=via)

    def became(self, session: Session, link: Link, visitor: Visitor) -> Phrase:
        row = roll_calls.newest(session, link.subject, link.person)
        assert row is not None
        said = roll_called.became(row)
        if row.answer != roll_calls.HELP:
            return said
        return listed([call_for_help(visitor.plan, link.person), said], " ")


NO_LONGER = phrase("This call is not needed any more. Goodbye.")
BY_NUMBER: Mapping[Purpose, ByNumber] = {
    "ack": _Acknowledging(), "cover": _Cover(), "roll-call": _RollCall(),
}  # fmt: skip


def _kind(link: Link) -> str:
    return link.subject.partition("/")[2].partition(":")[0]


def _call(session: Session, link: Link) -> CoverCall:
    row = cover.get(session, int(link.subject))
    assert row is not None
    return row
