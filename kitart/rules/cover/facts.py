"""What the ladder has to know beside the plan: who is out, who is taken, who said no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kitart.plan.hours import in_utc


@dataclass(frozen=True)
class Out:
    """An agent who can't work, with the forecast of when that is over (A4).

    ``live_again_at`` is when the agent expects to answer calls again, at home or from a checked
    place; ``None`` is "unknown", and stands too for a place that was not accepted (E12).
    ``reported_at`` is when the 30 minutes began; ``None`` is the moment of the facts. An agent who
    is not ``safe`` is counted on for nothing (E17). ``hits_area``: what put the agent out may hit
    the neighbours too, a power cut as against an illness (E6).
    """

    agent: str
    live_again_at: datetime | None = None
    reported_at: datetime | None = None
    safe: bool = True
    hits_area: bool = True


@dataclass(frozen=True)
class Reservation:
    """A hold on an agent by another incident until a moment (aware), when it lapses (D8, E3)."""

    incident: str
    until: datetime


@dataclass(frozen=True)
class Facts:
    """All that is known at the aware moment ``at``, kept in UTC; ``ValueError`` without a zone.

    ``projects``: those of the incident; ``None`` looks at all of the plan's. ``affected_areas``
    come on top of the areas of those who are out. ``holding``: who has a seat of this incident
    already, by accepting or being live, and in which queue ("BRAVO/es"): they keep it. ``said_no``:
    declined, did not answer or did not come (D12, E7, E9). ``elsewhere``: seats of a queue
    that another incident sees to (E5). ``willing``: off duty, and known to
    come all the same. ``rest_waived``: may be called though the rest is not respected, by a
    person's recorded exception (E19). ``start_minutes``: the agent's own word instead of the usual
    time (E8).
    ``worked_until``: the end of work that no roster knows (E19). ``call_outs``: in the last 30
    days.
    """

    at: datetime
    out: tuple[Out, ...] = ()
    projects: frozenset[str] | None = None
    affected_areas: frozenset[str] = frozenset()
    assigned: Mapping[str, str] = field(default_factory=dict)
    reserved: Mapping[str, Reservation] = field(default_factory=dict)
    holding: Mapping[str, str] = field(default_factory=dict)
    said_no: frozenset[str] = frozenset()
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    willing: frozenset[str] = frozenset()
    rest_waived: frozenset[str] = frozenset()
    start_minutes: Mapping[str, int] = field(default_factory=dict)
    worked_until: Mapping[str, datetime] = field(default_factory=dict)
    call_outs: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", in_utc(self.at))

    def back_in_time(self, out: Out, minutes: int) -> bool:
        """Whether the forecast of ``out`` lies within ``minutes`` of the report (A4, E11).

        A forecast is decided on at once: nobody waits for the time to pass.
        """
        if not out.safe or out.live_again_at is None:
            return False
        # In UTC: with one zone on both sides Python reckons by the wall, also where clocks change.
        reported = in_utc(out.reported_at or self.at)
        return in_utc(out.live_again_at) <= reported + timedelta(minutes=minutes)
