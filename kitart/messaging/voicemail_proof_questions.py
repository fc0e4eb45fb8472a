"""The questions that follow a switch: what callers hear, who listens, who was called back (E45)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import line_calls
from kitart.journal.approvals import Question
from kitart.language import in_all_languages, phrase
from kitart.messaging.line_words import called
from kitart.messaging.questions import known, option
from kitart.messaging.voicemail_questions import numbers
from kitart.plan.schema import Plan
from kitart.reports.wording import Wording
from kitart.rules.voicemail import Job
from kitart.rules.voicemail_lines import NOTICE, Line

HEARD, NOT_HEARD, ANSWERED, NOT_ANSWERED = "heard", "not-heard", "answered", "not-answered"
MINE, COUNTED = "mine", "done"


def line_test(session: Session, plan: Plan, incident: str, job: Job, now: datetime) -> Question:
    """Is it heard? Per line and language, and the message in the box (E45, R42)."""
    (line,) = job.lines
    known_line = plan.line(line.line)
    project = plan.project(line.project)
    languages = known_line.greeting_languages or project.voicemail.greeting_languages
    zone = plan.company.time_zone
    spoken = in_all_languages(
        lambda lang: ", ".join(Wording(zone, lang).language_name(each) for each in languages)
    )
    if line.mode == NOTICE:
        text = phrase("Call the line and hear the announcement agreed with the client.")
        heard = phrase("I heard it")
    else:
        text = phrase(
            "Call the line. Hear the greeting in each language ({languages}), leave a message, and "
            "hear it in the box.",
            languages=spoken,
        )
        heard = phrase("I heard the greeting, and my message in the box")
    return Question(
        key=f"{incident}:{job.key}",
        incident=incident,
        kind="voicemail-test",
        title=phrase("Test call to {number} ({queue})", number=known_line.number, queue=line.queue),
        text=text,
        options=[
            option(HEARD, heard, phrase("Counts as proved")),
            option(
                NOT_HEARD,
                phrase("Not as it should be"),
                phrase("The order to switch is put to people anew, with your words"),
                "required",
            ),
        ],
        known=[
            *called(plan, line_calls.of(session, incident, job.key, line.line)),
            *known(session, plan, incident, now),
        ],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def normal_test(session: Session, plan: Plan, incident: str, job: Job, now: datetime) -> Question:
    """Is the line answered again? A person calls it where no call record shows it (E45)."""
    (line,) = job.lines
    number = plan.line(line.line).number
    return Question(
        key=f"{incident}:{job.key}",
        incident=incident,
        kind="line-test",
        title=phrase("Call {number} ({queue}): who answers?", number=number, queue=line.queue),
        text=phrase("The line was switched back to normal. No record shows an answered call yet."),
        options=[
            option(ANSWERED, phrase("An agent or the queue"), phrase("Counts as proved")),
            option(
                NOT_ANSWERED,
                phrase("Voicemail, or nobody"),
                phrase("Switching back is asked for anew, with your words"),
                "required",
            ),
        ],
        known=[
            *called(plan, line_calls.of(session, incident, job.key, line.line)),
            *known(session, plan, incident, now),
        ],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def box(session: Session, plan: Plan, incident: str, job: Job, now: datetime) -> Question:
    """Somebody owns the box from the first message on, with a time for the callbacks (E45)."""
    project = plan.project(job.lines[0].project)
    return Question(
        key=f"{incident}:{job.key}",
        incident=incident,
        kind="voicemail-box",
        title=phrase("The voicemail box of {queues} is yours", queues=_queues(job.lines)),
        text=phrase(
            "Listen to it, call each caller back within {hours} hours, and see that the box does "
            "not fill up. When voicemail has ended you are asked how many there were.",
            hours=project.voicemail.callback_due_hours,
        ),
        options=[option(MINE, phrase("I listen to it"), phrase("You are named as its owner"))],
        known=[*numbers(plan, job.lines), *known(session, plan, incident, now)],
        due_at=now + timedelta(minutes=plan.limits.voicemail_active),
    )


def callbacks(session: Session, plan: Plan, incident: str, job: Job, now: datetime) -> Question:
    """How many messages, how many returned, the last one when (E45)."""
    project = plan.project(job.lines[0].project)
    return Question(
        key=f"{incident}:{job.key}",
        incident=incident,
        kind="callbacks",
        title=phrase("Callbacks of {queues}: how many?", queues=_queues(job.lines)),
        text=phrase(
            "Voicemail has ended. Once the last caller is called back, write: how many messages, "
            "how many returned, when the last one."
        ),
        options=[
            option(
                COUNTED, phrase("All are called back"), phrase("Your words stand in the record"),
                "required",
            )
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(hours=project.voicemail.callback_due_hours),
    )  # fmt: skip


def _queues(lines: Sequence[Line]) -> str:
    return ", ".join(dict.fromkeys(line.queue for line in lines))
