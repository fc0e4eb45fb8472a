"""The verdict on real calls, from the phone system's own records and boxes (R42, E45)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kitart.plan.schema import Plan
from sandbox.demo.checks import Check
from sandbox.demo.outside import Outside

FAINTEST_DB, SHORTEST_S = -40.0, 2.0


@dataclass(frozen=True)
class RealCalls:
    """What the phone system has on record: calls, and messages that were listened to; ``kitart`` is
    the number that Kitart calls from."""

    kitart: str
    records: tuple[dict[str, Any], ...]
    messages: tuple[dict[str, Any], ...]

    @classmethod
    def read(cls, told: dict[str, Any]) -> RealCalls:
        return cls(told["kitart"], tuple(told["records"]), tuple(told["messages"]))

    def own(self, number: str) -> list[dict[str, Any]]:
        """The calls of Kitart's own to a line, oldest first."""
        return [r for r in self.records if (r["caller"], r["line"]) == (self.kitart, number)]

    def left(self, number: str, *, by_kitart: bool) -> list[dict[str, Any]]:
        """The messages on a line, Kitart's own or callers'."""
        return [
            m for m in self.messages
            if m["line"] == number and (m["caller"] == self.kitart) is by_kitart
        ]  # fmt: skip


def judge_calls(
    plan: Plan, lines: Iterable[str], calls: RealCalls, seen: Outside
) -> Iterator[Check]:
    """Each switched line was called by Kitart, on voicemail and back; messages are heard; the
    reports name call and message."""
    numbers = {line: plan.line(line).number for line in sorted(lines)}
    mute = [
        line for line, number in numbers.items()
        if not any(r["met"] == "voicemail" for r in calls.own(number))
        or not any(_can_be_heard(m) for m in calls.left(number, by_kitart=True))
    ]  # fmt: skip
    yield Check(
        "Kitart called each switched line, left a message, and it can be heard in the box",
        bool(numbers) and not mute,
        f"not on {', '.join(mute)}" if mute else _shown(calls, numbers.values(), by_kitart=True),
    )
    lost = [
        line for line, number in numbers.items()
        if not any(_can_be_heard(m) for m in calls.left(number, by_kitart=False))
    ]  # fmt: skip
    yield Check(
        "What callers said there can be heard too",
        not lost,
        f"not on {', '.join(lost)}" if lost else _shown(calls, numbers.values(), by_kitart=False),
    )
    away = [line for line, number in numbers.items() if not _came_back(calls, number)]
    yield Check(
        "After switching back a call to each was answered by an agent or the queue, not voicemail",
        not away, f"not {', '.join(away)}" if away else f"{len(numbers)} lines",
    )  # fmt: skip
    named = {line: _named(calls, number, seen) for line, number in numbers.items()}
    missing = [line for line, ok in named.items() if not ok]
    yield Check(
        "The filed reports name the call and the message by the phone system's own numbers",
        not missing, f"not of {', '.join(missing)}" if missing else ", ".join(named),
    )  # fmt: skip


def _can_be_heard(message: dict[str, Any]) -> bool:
    return bool(message["seconds"] >= SHORTEST_S and message["loudness_db"] > FAINTEST_DB)


def _shown(calls: RealCalls, numbers: Iterable[str], *, by_kitart: bool) -> str:
    left = [m for number in numbers for m in calls.left(number, by_kitart=by_kitart)]
    return ", ".join(f"{m['seconds']:.0f} s at {m['loudness_db']:.0f} dB" for m in left)


def _came_back(calls: RealCalls, number: str) -> bool:
    """Whether the last call to the line, by whomever, met no recording."""
    last = [r for r in calls.records if r["line"] == number]
    return bool(last) and max(last, key=lambda r: str(r["started_at"]))["met"] == ""


def _named(calls: RealCalls, number: str, seen: Outside) -> bool:
    """Whether a filed document has the call on voicemail, and the message that it left."""
    ids = [r["call_id"] for r in calls.own(number) if r["met"] == "voicemail"]
    left = [m["id"] for m in calls.left(number, by_kitart=True)]
    pages = [
        c.decode("utf-8", "replace") for path, c in seen.files.items() if path.endswith("html")
    ]
    return any(i in page for i in ids for page in pages) and any(
        i in page for i in left for page in pages
    )
