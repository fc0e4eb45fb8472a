"""The systems' last 24 hours as the board draws them, and whether we watch at all (R43)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.gateway.visits import Visitor
from kitart.journal import health
from kitart.journal.tables import WatchMark
from kitart.language import Phrase, phrase
from kitart.reports import moments
from kitart.rules.health_day import DAY, SLOTS, Day, Look, Stretch, day
from kitart.settings import HeartbeatSettings

STATES = {
    "up": phrase("works"),
    "down": phrase("does not work"),
    "unknown": phrase("can't tell"),
    "none": phrase("not looked at"),
}
WIDTH, LATENCY_HEIGHT = 480, 18
HEIGHTS = {"up": 10, "unknown": 16, "down": 24, "none": 2}
"""How high a state is drawn: it is told by its form too, not by its colour alone."""
SLOW_S = 1.0
"""The top of the drawing, unless an answer took longer."""
HOURS_LABELLED = (0, 8, 16, 24)


@dataclass(frozen=True)
class Bar:
    """A stretch of one state in the drawing."""

    state: str
    x: float
    width: float
    y: int
    height: int


@dataclass(frozen=True)
class StripShown:
    """One system's day; ``words`` say all that the drawing shows."""

    name: str
    state: str
    state_words: str
    words: str
    bars: Sequence[Bar]
    latency: Sequence[str]


@dataclass(frozen=True)
class HealthShown:
    """All systems with a probe, the hours under the strips, and what is wrong with ourselves."""

    strips: Sequence[StripShown]
    hours: Sequence[str]
    trouble: Sequence[Trouble]


@dataclass(frozen=True)
class Trouble:
    """Something wrong with our own watching; ``why`` is the machine's own words, in English."""

    words: str
    why: str = ""


@dataclass(frozen=True)
class Known:
    """What the journal has for it."""

    looks: Mapping[str, Sequence[Look]]
    marks: Mapping[str, WatchMark]


def known(session: Session, visitor: Visitor) -> Known:
    """Read the looks of a day and where the watches stand: two questions to the journal."""
    systems = [system.id for system in visitor.plan.systems if system.probe is not None]
    found: dict[str, list[Look]] = defaultdict(list)
    for row in health.probes(session, systems, visitor.now - DAY):
        found[row.system_id].append(Look(row.at, row.state, row.latency_s))
    return Known(found, health.marks(session))


def shown(visitor: Visitor, seen: Known, limits: HeartbeatSettings) -> HealthShown:
    """The strips of the systems that were ever looked at, in the register's order."""
    days = {
        system.name: day(seen.looks[system.id], visitor.now)
        for system in visitor.plan.systems if system.id in seen.looks
    }  # fmt: skip
    begin = next((each.begin for each in days.values()), visitor.now)
    return HealthShown(
        strips=[_strip(visitor, name, each) for name, each in days.items()],
        hours=[
            f"{(begin + timedelta(hours=hour)).astimezone(moments.zone_of(visitor.zone)):%H:%M}"
            for hour in HOURS_LABELLED
        ],
        trouble=_trouble(visitor, seen.marks, limits),
    )


def _strip(visitor: Visitor, name: str, of: Day) -> StripShown:
    return StripShown(
        name=name,
        state=of.now_state if of.now_state in STATES else "unknown",
        state_words=visitor.read(STATES.get(of.now_state, STATES["unknown"])),
        words=" ".join(visitor.read(said) for said in _words(visitor, of)),
        bars=[_bar(stretch) for stretch in of.stretches],
        latency=_latency(of),
    )


def _words(visitor: Visitor, of: Day) -> list[Phrase]:
    minutes = round(of.down.total_seconds() / 60)
    said = [phrase("Looks: {looks}, worked in {up}.", looks=of.looks, up=of.up)]
    if of.last_down is not None:
        said.append(
            phrase(
                "Minutes in which it did not work: {minutes}, last from {when}.",
                minutes=max(1, minutes), when=_clock(visitor, of.last_down),
            )
        )  # fmt: skip
    if of.unknown:
        said.append(phrase("Could not be told in {n}.", n=of.unknown))
    if of.mean_s is not None and of.most_s is not None:
        said.append(
            phrase(
                "Answers in {mean} s, the slowest in {most} s.",
                mean=_seconds(visitor, of.mean_s), most=_seconds(visitor, of.most_s),
            )
        )  # fmt: skip
    return said


def _seconds(visitor: Visitor, seconds: float) -> str:
    return moments.number_text(round(seconds, 1), visitor.language)


def _bar(stretch: Stretch) -> Bar:
    slot, height = WIDTH / SLOTS, HEIGHTS[stretch.state]
    return Bar(
        stretch.state, stretch.first * slot, stretch.slots * slot, HEIGHTS["down"] - height, height
    )


def _latency(of: Day) -> list[str]:
    """The lines of the answers' time, broken where nothing answered; higher is slower."""
    most = max(SLOW_S, *(took or 0.0 for took in of.took_s))
    slot = WIDTH / SLOTS
    lines: list[list[str]] = [[]]
    for place, took in enumerate(of.took_s):
        if took is None:
            lines.append([])
            continue
        y = LATENCY_HEIGHT * (1 - took / most)
        lines[-1] += [f"{place * slot:.0f},{y:.1f}", f"{(place + 1) * slot:.0f},{y:.1f}"]
    return [" ".join(line) for line in lines if line]


def _trouble(
    visitor: Visitor, marks: Mapping[str, WatchMark], limits: HeartbeatSettings
) -> list[Trouble]:
    """What is wrong with our own watching, as far as a watch ever stood."""
    found = []
    watch, heartbeat = marks.get(health.WATCH), marks.get(health.HEARTBEAT)
    if watch is not None:
        age_s = (real_now() - watch.at_real).total_seconds()
        if age_s > limits.watch_late_s:
            late = phrase("Nobody has looked at the systems for {n} minutes.", n=round(age_s / 60))
            found.append(Trouble(visitor.read(late)))
        elif not watch.ok:
            ours = phrase("Our own line is suspected: no incident is opened for what fails now.")
            found.append(Trouble(visitor.read(ours), watch.said))
    if heartbeat is not None and not heartbeat.ok and limits.url.get_secret_value():
        silent = phrase("No sign of life is sent to the outside.")
        found.append(Trouble(visitor.read(silent), heartbeat.said))
    return found


def _clock(visitor: Visitor, at: datetime) -> str:
    return moments.clock(at, visitor.zone)
