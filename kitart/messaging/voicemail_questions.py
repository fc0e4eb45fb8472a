"""The questions of emergency voicemail: whether, who switches, and whether it shall end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import voicemail_facts as facts
from kitart.journal.approvals import Question
from kitart.language import Phrase, phrase
from kitart.messaging.questions import known, option
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.voicemail import Job
from kitart.rules.voicemail_lines import (
    BACK,
    NOT_NOW,
    NOTICE,
    OVERFLOW,
    STAY,
    SWITCH_ALL,
    SWITCH_NEW,
    VOICEMAIL,
    Line,
    Picture,
    Way,
)

MODES = {
    VOICEMAIL: phrase("voicemail"),
    OVERFLOW: phrase("overflow to voicemail"),
    NOTICE: phrase("the agreed announcement"),
    "normal": phrase("the normal way"),
}
"""What the modes of a line are called."""
SWITCH, DONE, CANNOT = "switch", "done", "cannot"


def order(
    session: Session, plan: Plan, incident: str, job: Job, picture: Picture, now: datetime
) -> Question:
    """Whether the callers of queues go to voicemail: a person decides, never a timer (A24, D5).

    Where the client forbids voicemail it is the announcement agreed with the client (E46).
    """
    queues = ", ".join(job.queues)
    if job.mode == NOTICE:
        title = phrase("Switch {queues} to the agreed announcement?", queues=queues)
        text = phrase(
            "Nobody is left to answer. The client does not permit voicemail, so callers can hear "
            "the announcement agreed with the client. The crisis team decides. Calls that run end "
            "as they are."
        )
    elif job.mode == OVERFLOW:
        title = phrase("Let {queues} overflow to voicemail?", queues=queues)
        text = phrase(
            "Some seats answer, others stay empty. Calls that nobody takes can go to voicemail; "
            "who is in a seat goes on answering. Calls that run end as they are."
        )
    else:
        title = phrase("Switch {queues} to voicemail?", queues=queues)
        text = phrase(
            "Nobody is left to answer: all calls of the queue wait in vain until you decide. Calls "
            "that run end as they are. Nothing is switched by itself."
        )
    return Question(
        key=f"{incident}:{job.key}",
        incident=incident,
        kind=facts.ANNOUNCEMENT if job.mode == NOTICE else facts.AT_LEVEL_4,
        title=title,
        text=text,
        options=[
            option(
                SWITCH_ALL,
                phrase("Yes, new callers and those who wait"),
                phrase("The VCC administrator switches the lines and moves the calls that wait"),
            ),
            option(
                SWITCH_NEW,
                phrase("Yes, new callers only"),
                phrase("The VCC administrator switches the lines; who waits stays in the queue"),
            ),
            option(
                NOT_NOW,
                phrase("Not now"),
                phrase("Asked again after {minutes} minutes while seats stay empty",
                       minutes=plan.limits.relocate_recheck),
                "required",
            ),
        ],
        known=[*_seats(picture, job.queues), *known(session, plan, incident, now)],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip


def end(
    session: Session, plan: Plan, incident: str, job: Job, picture: Picture, now: datetime
) -> Question:
    """Whether the lines go back to normal: somebody answers again, a person says so (D5, D7)."""
    return Question(
        key=f"{incident}:{job.key}",
        incident=incident,
        kind=facts.BACK_TO_NORMAL,
        title=phrase("Switch {queues} back to normal?", queues=", ".join(job.queues)),
        text=phrase(
            "Seats are filled again. Until the lines are back, callers don't reach as usual who "
            "sits there."
        ),
        options=[
            option(
                BACK,
                phrase("Back to normal"),
                phrase("The VCC administrator switches the lines back; a call proves it"),
            ),
            option(
                STAY,
                phrase("Leave it"),
                phrase("Asked again after {minutes} minutes", minutes=plan.limits.relocate_recheck),
                "required",
            ),
        ],
        known=[*_seats(picture, job.queues), *known(session, plan, incident, now)],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def switch(
    session: Session, plan: Plan, incident: str, job: Job, said: str, now: datetime, *, on: bool
) -> Question:
    """Have lines switched as ordered, or back: in the person's name, and read back (R38, E41).

    ``said`` is why an earlier try came to nothing, ``""`` at the first.
    """
    first = job.lines[0]
    by_hand = first.way is not Way.IVR
    queues = ", ".join(dict.fromkeys(line.queue for line in job.lines))
    yes = (
        option(DONE, phrase("I have done it"), phrase("A test call follows"))
        if by_hand
        else option(
            SWITCH,
            phrase("Switch now"),
            phrase("Kitart sets the lines in your name and reads them back; a test call follows"),
        )
    )
    no = (
        phrase("The carrier is asked by phone to divert")
        if on
        else phrase("Asked again after {minutes} minutes", minutes=plan.limits.role_unreachable)
    )
    return Question(
        key=f"{incident}:{job.key}",
        incident=incident,
        kind="voicemail-on" if on else "voicemail-end",
        title=_switch_title(first, queues, on),
        text=_switch_text(first, on),
        options=[yes, option(CANNOT, phrase("I can't"), no, "required")],
        known=[
            *([phrase("Before this: {words}", words=said)] if said else []),
            *numbers(plan, job.lines),
            *known(session, plan, incident, now),
        ],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def _switch_title(line: Line, queues: str, on: bool) -> Phrase:
    if not on:
        return phrase("Now switch back to normal: {queues}", queues=queues)
    if line.mode == NOTICE:
        return phrase("Now switch to the announcement: {queues}", queues=queues)
    if line.mode == OVERFLOW:
        return phrase("Now set the overflow to voicemail: {queues}", queues=queues)
    return phrase("Now switch to voicemail: {queues}", queues=queues)


def _switch_text(line: Line, on: bool) -> Phrase:
    by = role_name(line.ordered_by)
    if not on:
        how = {
            Way.IVR: phrase("Kitart sets the lines once you say so; it has not yet."),
            Way.PHONE_SYSTEM: phrase("End the overflow in the phone system; Kitart can't."),
            Way.CARRIER: phrase(
                "Phone the carrier with the call-back code to end the divert; Kitart can't."
            ),
        }[line.way]
        return phrase("Ordered by the {role}. {how}", role=by, how=how)
    if line.mode == OVERFLOW:
        how = phrase("Set it in the phone system, so that calls nobody takes go to voicemail.")
    else:
        how = phrase("Kitart sets the lines once you say so; it has not yet.")
    waiting = (
        phrase(
            "Then move the calls that wait yourself, in the phone system: Kitart can't. Calls that "
            "run end as they are."
        )
        if line.waiting == SWITCH_ALL
        else phrase("The calls that wait stay in the queue.")
    )
    return phrase("Ordered by the {role}. {how} {waiting}", role=by, how=how, waiting=waiting)


def numbers(plan: Plan, lines: Sequence[Line]) -> list[str]:
    """Queue and number of each line, one below the other."""
    return [f"{line.queue}: {plan.line(line.line).number}" for line in lines]


def _seats(picture: Picture, queues: Sequence[str]) -> list[Phrase]:
    return [
        phrase("{queue}: {live} of {needed} seats are filled",
               queue=key, live=min(picture.queues[key].live, picture.queues[key].needed),
               needed=picture.queues[key].needed)
        for key in queues
        if key in picture.queues
    ]  # fmt: skip
