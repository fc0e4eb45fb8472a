"""Figures, each with its kind (D3), and the calls and forms that they count."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from kitart.reports.facts.fact import Fact, Utc


class Number(Fact):
    """A figure with its kind; "not available" with a reason is a figure, blank is not (D3)."""

    kind: Literal["measured", "counted", "estimated", "not available"]
    value: int | None = None
    why: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.value is None) != (self.kind == "not available"):
            raise ValueError(f"kind is {self.kind!r} and value is {self.value!r}: they disagree")
        if self.kind in ("estimated", "not available") and not self.why.strip():
            raise ValueError(f"why is empty: {self.kind!r} needs its method or reason")
        return self


def measured(value: int) -> Number:
    """A figure from a system's own record."""
    return Number(kind="measured", value=value)


def counted(value: int) -> Number:
    """A figure counted by hand."""
    return Number(kind="counted", value=value)


def estimated(value: int, method: str) -> Number:
    """An estimate with its method."""
    return Number(kind="estimated", value=value, why=method)


def not_available(reason: str) -> Number:
    """No figure, and why."""
    return Number(kind="not available", why=reason)


class CallSlice(Fact):
    """Calls of one part of the time."""

    start: Utc
    end: Utc
    offered: int
    answered: int
    abandoned: int
    recording: int = 0


class UsualCalls(Fact):
    """The same weekday and hours of ``weeks`` weeks before: the middle, the least, the most."""

    weeks: int
    offered: int
    answered: int
    abandoned: int
    least: int
    most: int


class SpokenBy(Fact):
    """Answered calls by the kind of speaker who answered (c7)."""

    native: int = 0
    non_native: int = 0
    english_only: int = 0
    unknown: int = 0


class ServiceTarget(Fact):
    """The agreed service level, and how many calls were answered in that time, if known (c5)."""

    percent: int
    within_s: int
    in_time: int | None = None


class CallFacts(Fact):
    """Calls of a queue since the effect began, until ``until``.

    What the phone system counted may have parts, speakers and what is usual beside it; what a
    person counted has not.
    """

    project_id: str
    lang: str
    offered: Number
    answered: Number
    abandoned: Number
    voicemails_left: Number
    voicemails_returned: Number
    recording: Number | None = None
    until: Utc | None = None
    slices: tuple[CallSlice, ...] = ()
    spoken_by: SpokenBy | None = None
    usual: UsualCalls | None = None
    target: ServiceTarget | None = None


class ManualLogging(Fact):
    """Whether contacts are logged by hand while a system fails, and how many (R46).

    ``count_said`` is the count of forms in the words of the person who made it.
    """

    decision: Literal["decided", "not needed", "not yet decided"] = "decided"
    started_at: Utc | None = None
    ended_at: Utc | None = None
    contacts: Number | None = None
    count_said: str = ""
    handed_over_at: Utc | None = None
