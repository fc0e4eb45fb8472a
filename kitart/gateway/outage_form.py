"""The questions to who can't work, as the agent and the supervisor answer them (R17, D13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kitart.gateway import typed
from kitart.journal.outage_reports import HELP, NO, NOT_SAID, SAFE, UNKNOWN, WHAT, YES
from kitart.language import phrase

SAFE_OPTIONS = (
    (YES, phrase("Yes, safe")),
    (NO, phrase("No, not safe")),
    (HELP, phrase("I need help")),
)
WHAT_OPTIONS = (
    ("power", phrase("Power")),
    ("internet", phrase("Internet")),
    ("device", phrase("Computer or headset")),
    ("health", phrase("Health")),
    ("other", phrase("Something else")),
)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Answers:
    """A form as it was filled in; ``problem`` says what is missing, "" when it is complete."""

    safe: str = ""
    what: str = ""
    can_move: str = ""
    since: str = ""
    until: str = ""
    occurred_at: datetime = NEVER
    until_at: datetime | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        """All that was answered, in one text: a form sent again with other words is another."""
        return "/".join((self.safe, self.what, self.can_move, self.since, self.until))


def read_answers(
    form: Mapping[str, str], now: datetime, zone: str, *, safe: tuple[str, ...] = (YES, NO, HELP)
) -> Answers:
    """The answers of a form; times are of the clock in ``zone``, around ``now`` (UTC).

    Who isn't safe need not say more, and is not asked to move (E17).
    """
    given = Answers(
        safe=_one_of(form.get("safe", ""), safe),
        what=_one_of(form.get("what", ""), WHAT),
        can_move=_one_of(form.get("move", ""), (YES, NO, UNKNOWN)),
        since=form.get("since", "")[:8],
        until=form.get("until", "")[:8],
    )
    problem = _missing(given)
    occurred, until = now, None
    try:
        occurred = typed.last_time(given.since, now, zone)
        until = typed.next_time(given.until, now, zone)
    except ValueError:
        problem = problem or phrase("Write times as 14:05, or leave them empty.")
    return Answers(
        given.safe, given.what, given.can_move if given.safe in (YES, UNKNOWN) else NOT_SAID,
        given.since, given.until, occurred, until, problem,
    )  # fmt: skip


def _missing(given: Answers) -> str:
    if given.safe not in SAFE:
        return phrase("Please say first whether you are safe.")
    if given.safe in (NO, HELP):
        return ""
    if not given.what:
        return phrase("Please say what happened.")
    if not given.can_move:
        return phrase("Please say whether moving within 30 minutes is possible.")
    return ""


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else ""
