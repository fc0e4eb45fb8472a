"""What a test of the contact list showed (R9, R10, R50, D14; reports section 6.2).

A test with gaps is a good test: it was evaluated, and the gaps are known.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["answered", "silent", "failed", "untried"]
"""Answered by the person; accepted by the provider but not answered; refused on each try; not sent
at all, for a reason. "Accepted" is never "answered" (A14)."""

GAPS: tuple[Outcome, ...] = ("silent", "failed")


@dataclass(frozen=True)
class Tried:
    """One person on one channel. ``answered_at`` is ``None`` without an answer; ``why`` says why
    nothing could be sent, or what the provider said."""

    person: str
    role: str
    place: int
    channel: str
    accepted: bool
    failed: bool
    answered_at: datetime | None
    why: str = ""


@dataclass(frozen=True)
class Line:
    """What became of one person's channel; ``minutes`` from the start of the test."""

    person: str
    role: str
    place: int
    channel: str
    outcome: Outcome
    minutes: float | None
    why: str


@dataclass(frozen=True)
class ErtTime:
    """How long a member of the ERT took, on whichever channel came first."""

    person: str
    minutes: float | None
    met: bool


@dataclass(frozen=True)
class Evaluation:
    """The whole test. ``share`` is of the contacts that were tried; ``None`` if none was."""

    lines: tuple[Line, ...]
    ert: tuple[ErtTime, ...]
    tried: int
    answered: int
    share: float | None
    silent_deputies: tuple[str, ...]
    share_met: bool
    ert_met: bool

    @property
    def gaps(self) -> tuple[Line, ...]:
        """Each contact that was tried and did not answer."""
        return tuple(line for line in self.lines if line.outcome in GAPS)

    @property
    def untried(self) -> tuple[Line, ...]:
        """Each contact that nothing could be sent to: neither valid nor a gap, but not known."""
        return tuple(line for line in self.lines if line.outcome == "untried")

    @property
    def passed(self) -> bool:
        """Whether all three criteria hold; a test that does not pass is evaluated all the same."""
        return self.share_met and self.ert_met and not self.silent_deputies


def evaluate(
    tried: Sequence[Tried],
    began_at: datetime,
    ert_due_at: datetime,
    deputies: Collection[str],
    least_share: float,
) -> Evaluation:
    """Judge the answers of a test that began at ``began_at`` (UTC).

    The ERT is in time if one member answered by ``ert_due_at`` (R9, R10); a test of other roles
    does not ask it. A deputy counts as reached by an answer on any channel; one whom the test did
    not try (on leave) is no silent one.
    """
    lines = tuple(_line(one, began_at) for one in tried)
    sent = [line for line in lines if line.outcome != "untried"]
    answered = [line for line in lines if line.outcome == "answered"]
    ert = tuple(_ert_times(tried, began_at, ert_due_at))
    share = len(answered) / len(sent) if sent else None
    heard = {line.person for line in answered}
    asked = dict.fromkeys(line.person for line in sent)
    return Evaluation(
        lines=lines,
        ert=ert,
        tried=len(sent),
        answered=len(answered),
        share=share,
        silent_deputies=tuple(p for p in asked if p in deputies and p not in heard),
        share_met=share is not None and share >= least_share,
        ert_met=not ert or any(each.met for each in ert),
    )


def all_answered(tried: Sequence[Tried], *, tried_again: bool) -> bool:
    """Whether waiting longer brings nothing; a channel that failed once is still to be
    ``tried_again``."""
    open_now = ("silent",) if tried_again else ("silent", "failed")
    return all(_outcome(one) not in open_now for one in tried)


def _line(one: Tried, began_at: datetime) -> Line:
    outcome = _outcome(one)
    why = {
        "answered": "",
        "silent": "accepted by the provider, not answered",
        "failed": one.why or "could not be sent",
        "untried": one.why or "not sent",
    }[outcome]
    minutes = _minutes(one.answered_at, began_at)
    return Line(one.person, one.role, one.place, one.channel, outcome, minutes, why)


def _outcome(one: Tried) -> Outcome:
    if one.answered_at is not None:
        return "answered"
    if one.accepted:
        return "silent"
    return "failed" if one.failed else "untried"


def _ert_times(tried: Sequence[Tried], began_at: datetime, due_at: datetime) -> list[ErtTime]:
    """Each ERT member that a message was tried to, with the first answer on any channel."""
    members: dict[str, list[datetime]] = {}
    for one in tried:
        if one.role == "ert" and _outcome(one) != "untried":
            members.setdefault(one.person, []).extend([one.answered_at] if one.answered_at else [])
    found = []
    for person, answers in members.items():
        first = min(answers, default=None)
        met = first is not None and first <= due_at
        found.append(ErtTime(person, _minutes(first, began_at), met))
    return found


def _minutes(at: datetime | None, began_at: datetime) -> float | None:
    return None if at is None else round((at - began_at).total_seconds() / 60, 1)
