"""What is due about emergency voicemail: whom to ask, what to switch, prove, check and end.

Pure: the same record gives the same jobs, so a run begun anew goes on where the last one stood.
Nothing is switched here and nothing by itself: each job puts a question to a person (A24, D5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kitart.plan.schema import Plan
from kitart.rules.calendars import next_opening
from kitart.rules.voicemail_lines import (
    NOT_NOW,
    NOTICE,
    OFF,
    OVERFLOW,
    STAY,
    Asked,
    Line,
    Picture,
    Stage,
    Way,
)

ORDER_KEY = "voicemail-order"
A_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What a job is about."""

    ORDER = "order"
    SWITCH = "switch"
    DIVERT = "divert"
    TEST = "test"
    BOX = "box"
    END = "end"
    SWITCH_BACK = "switch back"
    TEST_BACK = "test back"
    CALLBACKS = "callbacks"
    CHECK = "check"
    NOTE = "note"


@dataclass(frozen=True)
class Job:
    """Something that is due; its key is the same until it is done."""

    kind: Kind
    key: str
    lines: tuple[Line, ...] = ()
    queues: tuple[str, ...] = ()
    mode: str = ""


def due(plan: Plan, picture: Picture, now: datetime) -> tuple[Job, ...]:
    """All jobs at ``now`` (UTC)."""
    return (
        *_orders(plan, picture, now),
        *_grouped(Kind.SWITCH, "voicemail-on", picture.of(Stage.ORDERED), now),
        *_grouped(Kind.DIVERT, "voicemail-divert", picture.of(Stage.ORDERED), now),
        *_each(Kind.TEST, "voicemail-test", picture.of(Stage.EXECUTED), now),
        *_boxes(picture),
        *_ends(plan, picture, now),
        *_grouped(Kind.SWITCH_BACK, "voicemail-end", picture.of(Stage.END_ORDERED), now),
        *_each(Kind.TEST_BACK, "line-test", picture.of(Stage.END_EXECUTED), now),
        *_callbacks(picture),
        *_checks(plan, picture, now),
        *_notes(picture),
    )


def over(picture: Picture) -> bool:
    """Whether every line is back on its way, and every box's callers are called back (E45)."""
    return not any(line.on for line in picture.lines) and picture.boxes <= picture.returned


def _orders(plan: Plan, picture: Picture, now: datetime) -> Iterator[Job]:
    """The account manager decides for the own projects (A27), the crisis team on a notice (E46)."""
    asked = [a for a in picture.asked if a.mode != OFF]
    yield from _unsettled(Kind.ORDER, picture, asked)
    recheck = timedelta(minutes=plan.limits.relocate_recheck)
    busy = {line.queue for line in picture.lines if line.on or now < line.not_before}
    busy |= _spoken_for(picture, asked, NOT_NOW, now - recheck)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for queue in picture.queues.values():
        if queue.mode is not None and queue.key not in busy:
            manager = plan.project(queue.project).account_manager
            groups[manager if queue.mode != NOTICE else "", queue.mode].append(queue.key)
    for (_, mode), queues in groups.items():
        yield _asking(Kind.ORDER, asked, mode, queues)


def _ends(plan: Plan, picture: Picture, now: datetime) -> Iterator[Job]:
    """Back to normal once the cover has held for a while, and a person says so (D5, D7)."""
    asked = [a for a in picture.asked if a.mode == OFF]
    yield from _unsettled(Kind.END, picture, asked)
    recheck = timedelta(minutes=plan.limits.relocate_recheck)
    stable = now - timedelta(minutes=plan.limits.stable_before_lowering)
    busy = _spoken_for(picture, asked, STAY, now - recheck)
    sent_away = {line.queue for line in picture.lines if line.mode != OVERFLOW and line.may_end}
    groups: dict[str, list[str]] = defaultdict(list)
    for key in dict.fromkeys(line.queue for line in picture.lines if line.may_end):
        since, queue = picture.since.get(key), picture.queues.get(key)
        if key in busy or queue is None:
            continue
        held = since is not None and since <= stable and queue.covered
        # Whoever sits there while all callers are sent away answers nobody: asked at once.
        idle = queue.opened and queue.live > 0 and key in sent_away
        if not held and not idle:
            continue
        groups[plan.project(queue.project).account_manager].append(key)
    for queues in groups.values():
        yield _asking(Kind.END, asked, OFF, queues)


def _unsettled(kind: Kind, picture: Picture, asked: Iterable[Asked]) -> Iterator[Job]:
    """Questions that are open, or whose answer is not in the record yet."""
    for one in asked:
        if _waits(picture, one):
            yield Job(kind, one.key, queues=one.queues, mode=one.mode)


def _waits(picture: Picture, one: Asked) -> bool:
    return one.state == "open" or (one.state == "answered" and one.id not in picture.settled)


def _spoken_for(
    picture: Picture, asked: Iterable[Asked], declined: str, since: datetime
) -> set[str]:
    """Queues that somebody is being asked about, or has just said "not now" to."""
    return {
        queue
        for one in asked
        for queue in one.queues
        if _waits(picture, one)
        or (one.answer == declined and one.answered_at is not None and one.answered_at > since)
    }


def _asking(kind: Kind, asked: Iterable[Asked], mode: str, queues: list[str]) -> Job:
    """A question about these queues; each asking has a key of its own, until it is settled."""
    named = f"{ORDER_KEY}:{mode}:{'+'.join(queues)}"
    time = 1 + sum(a.key.rpartition(":")[0] == named for a in asked)
    return Job(kind, f"{named}:{time}", queues=tuple(queues), mode=mode)


def _grouped(kind: Kind, name: str, lines: Iterable[Line], now: datetime) -> Iterator[Job]:
    """Lines that one person can see to at once."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_carrier = line.way is Way.CARRIER
        fits = kind is Kind.SWITCH_BACK or by_carrier == (kind is Kind.DIVERT)
        if fits and line.not_before <= now:
            groups[f"{name}:{line.order}:{line.way}:{line.tries}"].append(line)
    for key, found in groups.items():
        yield Job(kind, key, lines=tuple(found))


def _each(kind: Kind, name: str, lines: Iterable[Line], now: datetime) -> Iterator[Job]:
    for line in lines:
        if line.not_before <= now:
            yield Job(kind, f"{name}:{line.line}:{line.order}:{line.tries}", lines=(line,))


def _has_box(line: Line) -> bool:
    return line.mode != NOTICE and line.way is not Way.CARRIER


def _boxes(picture: Picture) -> Iterator[Job]:
    """Somebody listens from the first message on (E45)."""
    lines = [each for each in picture.of(Stage.EXECUTED, Stage.VERIFIED) if _has_box(each)]
    for at, found in _by_order(lines).items():
        if at not in picture.boxes:
            yield Job(Kind.BOX, f"voicemail-box:{at[0]}:{at[1]}", lines=tuple(found))


def _callbacks(picture: Picture) -> Iterator[Job]:
    """Once a box takes no more messages: who left one is called back (E45)."""
    for at, found in _by_order(picture.lines).items():
        over = not any(line.on for line in found)
        if over and at in picture.boxes and at not in picture.returned:
            yield Job(Kind.CALLBACKS, f"callbacks:{at[0]}:{at[1]}", lines=tuple(found))


def _checks(plan: Plan, picture: Picture, now: datetime) -> Iterator[Job]:
    """At each opening of the project's service the mode is read back (E45)."""
    stages = (Stage.EXECUTED, Stage.VERIFIED, Stage.END_EXECUTED, Stage.ENDED)
    for line in picture.of(*stages):
        last = line.checked_at or line.executed_at
        if last is None or (line.way is not Way.IVR and line.stage is not Stage.VERIFIED):
            continue
        at = _opening_after(plan, line.project, last)
        if at <= now:
            key = f"check:{line.line}:{line.order}:{at.isoformat()}"
            yield Job(Kind.CHECK, key, lines=(line,))


def _opening_after(plan: Plan, project: str, moment: datetime) -> datetime:
    """A service that never closes is looked at each day."""
    return next_opening(plan.calendar_of(project), moment) or moment + A_DAY


def _notes(picture: Picture) -> Iterator[Job]:
    """Whether the queue of a line that is off its way is covered goes into the record: the time
    that it has held must not begin anew with a run."""
    for key in dict.fromkeys(line.queue for line in picture.lines if line.on):
        queue = picture.queues.get(key)
        if queue is not None and queue.covered != (key in picture.since):
            yield Job(Kind.NOTE, f"note:{key}:{queue.covered}", queues=(key,))


def _by_order(lines: Iterable[Line]) -> dict[tuple[int, str], list[Line]]:
    found: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.order, line.project].append(line)
    return found
