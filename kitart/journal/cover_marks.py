"""Moments of cover that the timeline alone holds: levels, voicemail, corrected times (E39)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kitart.journal import levels
from kitart.journal.late_entries import Standing
from kitart.rules.cover.clocks import LevelStep

Moments = dict[int, tuple[datetime | None, datetime | None]]
CAME = ("backup live",)
WENT = ("backup lost", "backup relieved", "backup stood down")
VOICEMAIL, OVERFLOW, NOTICE = "voicemail", "overflow", "notice"
# What sends callers to voicemail: all of them, or those whom nobody answers.
TO_VOICEMAIL = (VOICEMAIL, OVERFLOW)


@dataclass(frozen=True)
class Voicemail:
    """The voicemail of one queue: ordered, set, heard working on every line, ended (A16, R42)."""

    ordered_at: datetime | None = None
    executed_at: datetime | None = None
    verified_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def on(self) -> bool:
        """Whether callers reach it: set, and not ended since."""
        return self.executed_at is not None and self.ended_at is None


def level_history(entries: Iterable[Standing]) -> dict[str, list[LevelStep]]:
    """The level in force for each project from moment to moment, as people said it (A12, R18)."""
    said = sorted(
        (e for e in entries if e.type in (levels.SET, levels.CHANGED, levels.SETTLED)),
        key=lambda each: (each.occurred_at, each.seq),
    )
    found: dict[str, list[LevelStep]] = {}
    for place, entry in enumerate(said):
        project = str(entry.data["project"])
        level = levels.folded(said[: place + 1]).of(project)
        steps = found.setdefault(project, [])
        if not steps or steps[-1].level != level:
            steps.append(LevelStep(entry.occurred_at, level))
    return found


def voicemail_of(entries: Sequence[Standing], queue: str, lines: Collection[str]) -> Voicemail:
    """The voicemail of ``queue`` ("BRAVO/es") with these ``lines``, from the routing entries.

    It is heard only once every line of it was; what was set again after its end counts anew, with
    the first order. An overflow is voicemail too, for those whom nobody answers.
    """
    mine = [e for e in entries if e.type.startswith("routing ") and _concerns(e, queue, lines)]
    ordered = next(
        (e.occurred_at for e in mine if e.type == "routing ordered" and _to_voicemail(e)), None
    )
    executed: dict[str, datetime] = {}
    verified: dict[str, datetime] = {}
    ended: datetime | None = None
    for entry in mine:
        line = str(entry.data.get("line", ""))
        switched_back = not _to_voicemail(entry)
        if entry.type == "routing ended" or (entry.type == "routing executed" and switched_back):
            ended = entry.occurred_at
        elif entry.type == "routing executed":
            if ended is not None:
                executed, verified, ended = {}, {}, None
            executed.setdefault(line, entry.occurred_at)
        elif entry.type == "routing verified" and not switched_back:
            verified.setdefault(line, entry.occurred_at)
    heard = set(executed) <= set(verified)
    return Voicemail(
        ordered_at=ordered,
        executed_at=min(executed.values(), default=None),
        verified_at=max(verified.values(), default=None) if executed and heard else None,
        ended_at=ended if executed else None,
    )


Away = tuple[datetime, datetime | None]
"""From when to when callers of a queue reach nobody in a seat, whoever sits there."""


def away_of(entries: Sequence[Standing], queue: str, lines: Collection[str]) -> tuple[Away, ...]:
    """The times in which all callers of a queue went to voicemail or heard a notice: who is live
    meanwhile answers nobody (A16). An overflow takes only what nobody answers."""
    found: list[Away] = []
    for entry in entries:
        if not entry.type.startswith("routing ") or not _concerns(entry, queue, lines):
            continue
        sent_away = entry.data.get("mode", VOICEMAIL) in (VOICEMAIL, NOTICE)
        opened = bool(found) and found[-1][1] is None
        if entry.type == "routing executed" and sent_away and not opened:
            found.append((entry.occurred_at, None))
        elif opened and (
            entry.type in ("routing end executed", "routing ended")
            or (entry.type == "routing executed" and not sent_away)
        ):
            found[-1] = (found[-1][0], entry.occurred_at)
    return tuple(found)


def moments_of_reports(standing: Iterable[Standing]) -> Moments:
    """Corrected times by the number of a report: since when out, and when back (E39)."""
    return _corrected(standing, "report", ("agent offline",), ("agent back",))


def moments_of_calls(standing: Iterable[Standing]) -> Moments:
    """Corrected times by the number of a call-out: when live, and when gone again (E39)."""
    return _corrected(standing, "call", CAME, WENT)


def _corrected(
    standing: Iterable[Standing], key: str, came: Sequence[str], went: Sequence[str]
) -> Moments:
    found: Moments = {}
    for entry in standing:
        if entry.corrected_by is None or entry.withdrawn or key not in entry.data:
            continue
        first, last = found.get(entry.data[key], (None, None))
        if entry.type in came:
            found[entry.data[key]] = (entry.occurred_at, last)
        elif entry.type in went:
            found[entry.data[key]] = (first, entry.occurred_at)
    return found


def _to_voicemail(entry: Standing) -> bool:
    return entry.data.get("mode", VOICEMAIL) in TO_VOICEMAIL


def _concerns(entry: Standing, queue: str, lines: Collection[str]) -> bool:
    """Whether an entry is about this queue: named whole ("BRAVO/es"), by project and language, or
    by one of its lines."""
    project, _, language = queue.partition("/")
    named = entry.data.get("queue")
    if named is None:
        return entry.data.get("line") in lines
    return named == queue or (named == language and entry.data.get("project") == project)
