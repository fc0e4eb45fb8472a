"""A system's picture from what the journal holds of it, and what may be said of the effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from kitart.journal import by_word, incidents, observations, timeline
from kitart.journal.tables import Observation, TimelineEntry
from kitart.plan.schema import Plan, System
from kitart.rules.system_state import Look, Picture, picture

RECOVERED, REOPENED = "recovery declared", "reopened"
PROVED = "success factor proved"
OWN_CHECK = "our own check"
PERSON = observations.PERSON


class Seen(Protocol):
    """What one look says of a system, read in whichever way."""

    @property
    def at(self) -> datetime: ...
    @property
    def state(self) -> str: ...
    @property
    def source(self) -> str: ...


S = TypeVar("S", bound=Seen)


def system_looks(session: Session, incident: str, system_id: str) -> list[Observation]:
    """The looks that count: our own probes, and monitors or people that saw it fail.

    A monitor's "it is over" does not count: recovery is seen by ourselves or by a person. And a
    probe that never saw the failure can't see its end: what a person or a monitor reports stays
    so until a call has proved otherwise. Where there is no probe, people's looks count.
    """
    rows = observations.of_incident(session, incident, system_id)
    return that_count(rows, lambda: timeline.entries(session, incident, PROVED))


def that_count(rows: Sequence[S], proofs: Callable[[], Sequence[TimelineEntry]]) -> list[S]:
    """Of the looks at an incident's system those that count, as ``system_looks`` has it;
    ``proofs`` are the incident's entries that something was proved, asked for where they matter."""
    if not any(r.source == "probe" for r in rows):
        return [r for r in rows if r.source == PERSON or (r.state == "down" and _alert(r))]
    counted = [r for r in rows if r.source == "probe" or (r.state == "down" and _alert(r))]
    if any(r.source == "probe" and r.state == "down" for r in rows):
        return counted
    proved = proofs()
    since = proved[0].recorded_at if proved else None
    return [r for r in counted if r.state == "down" or (since is not None and r.at >= since)]


def last_of(told: Iterable[tuple[Seen, bool]]) -> str | None:
    """What ``observations.last_told`` makes of looks that were read already, oldest first, each
    with whether its incident is the system's own."""
    state: str | None = None
    for look, own in told:
        if look.state == "down" or look.source == PERSON or not own:
            state = look.state
    return state


def joined_down(session: Session, plan: Plan, incident: str) -> tuple[str, ...]:
    """The systems of the same fault that joined this incident and are still said to be down."""
    system = plan.system(incidents.get(session, incident).system_id)
    joined = [plan.system(other) for other in plan.one_fault_with(system.id)]
    unprobed = [other.id for other in joined if other.probe is None]
    said = observations.last_told(session, unprobed, [incident])
    return tuple(other for other in unprobed if said.get(other) == "down")


def system_picture(session: Session, plan: Plan, incident: str, now: datetime) -> Picture:
    """The incident's system as the looks show it at ``now`` (E34)."""
    row = incidents.get(session, incident)
    counted = system_looks(session, incident, row.system_id)
    return picture_of(
        plan, row.system_id, counted,
        lambda: observations.of_incident(session, incident, row.system_id), now,
    )  # fmt: skip


def picture_of(
    plan: Plan,
    system_id: str,
    counted: Sequence[Seen],
    told: Callable[[], Sequence[Seen]],
    now: datetime,
) -> Picture:
    """A system's picture from the looks that count and, where they matter, all that were told."""
    seen = _picture_of(counted, plan, now)
    if plan.system(system_id).probe is not None or seen.state == "up":
        return seen
    # Nobody looks each minute: that it comes and goes is known from the monitors alone.
    comes_and_goes = _picture_of(told(), plan, now).state == "unstable"
    return replace(seen, state="unstable") if comes_and_goes else seen


def _picture_of(rows: Iterable[Seen], plan: Plan, now: datetime) -> Picture:
    limits = plan.limits
    return picture(
        sorted((Look(r.at, r.state) for r in rows), key=lambda look: look.at),
        stable_minutes=limits.stable_before_recovered,
        unstable_changes=limits.unstable_changes,
        unstable_window_minutes=limits.unstable_window,
        now=now,
    )


def seen_up_since(session: Session, plan: Plan, incident: str, now: datetime) -> datetime | None:
    """Since when a recovery may be under way: by the picture, or by a probe that sees nothing
    wrong and saw nothing wrong before; either still has to be proved by calls."""
    seen = system_picture(session, plan, incident, now)
    if seen.up_since is not None:
        return seen.up_since if seen.spans else None
    row = incidents.get(session, incident)
    probes = observations.of_incident(session, incident, row.system_id, "probe")
    if not probes or any(look.state != "up" for look in probes):
        return None
    return probes[0].at if row.priority is not None else None


def proved_again(session: Session, plan: Plan, incident: str, now: datetime) -> bool:
    """Whether the system is up, and was shown to do again what it is for since it came up."""
    up_since = system_picture(session, plan, incident, now).up_since
    proofs = timeline.entries(session, incident, PROVED)
    return up_since is not None and any(proof.occurred_at >= up_since for proof in proofs)


def take(
    session: Session,
    incident: str,
    system: System,
    state: str,
    detail: str,
    *,
    now: datetime,
    latency_s: float | None = None,
) -> None:
    """Keep one look of ours at an incident's own system, whoever looked: the incident's run, or
    the health watch while no run does. A change goes in the timeline."""
    before = observations.of_incident(session, incident, system.id, "probe")
    # A look that was not to be had (asked to wait, no answer of our own side) changes nothing.
    seen_before = [look.state for look in before if look.state in ("up", "down")]
    observations.add(
        session, system.id, state, "probe", detail,
        now=now, incident=incident, latency_s=latency_s,
    )  # fmt: skip
    if state in ("up", "down") and seen_before[-1:] != [state]:
        timeline.append(
            session, incident, f"system {state}", f"{system.name}: {detail}",
            now=now, source=OWN_CHECK, data={"system": system.id},
        )  # fmt: skip
    if effect_confirmed(session, incident):
        note_effect(session, incident, system.carries_calls, now=now)
    if state in ("up", "down"):
        incidents.seen(session, incident, state == "up")


def effect_confirmed(session: Session, incident: str) -> bool:
    """Whether more than a monitor says so: our probe or a person saw it fail, or its priority was
    set."""
    row = incidents.get(session, incident)
    found = timeline.entries(session, incident, by_word.ASSESSED)
    if row.priority is not None or any(e.data.get("state") == "down" for e in found):
        return True
    probes = observations.of_incident(session, incident, row.system_id, "probe")
    return any(look.state == "down" for look in probes)


def effect_known_at(session: Session, incident: str) -> datetime | None:
    """When it was confirmed, as far as that is in the timeline already."""
    entries = timeline.entries(session, incident, "effect confirmed")
    return entries[0].recorded_at if entries else None


def note_effect(session: Session, incident: str, on_callers: bool, *, now: datetime) -> None:
    """Keep in the timeline, once, that the effect is confirmed."""
    timeline.append(
        session,
        incident,
        "effect confirmed",
        f"The effect on {'callers' if on_callers else 'our work'} is confirmed: "
        "more than a monitor says so",
        now=now,
        key="effect-confirmed",
    )


def declared_at(session: Session, incident: str) -> datetime | None:
    """When the recovery that holds was declared: seen, proved, stable, and no relapse since."""
    course = timeline.entries(session, incident, RECOVERED, REOPENED)
    return course[-1].recorded_at if course and course[-1].type == RECOVERED else None


def recovery_declared(session: Session, incident: str) -> bool:
    """Whether a recovery is declared and holds (E35)."""
    return declared_at(session, incident) is not None


def _alert(look: Seen) -> bool:
    return look.source.startswith("alert ") or look.source == PERSON
