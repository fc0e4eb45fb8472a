"""Calls that Kitart itself placed to lines: one entry each, with what was heard (R42, E41, E45)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import timeline
from kitart.plan.schema import Line
from kitart.rules.line_proof import Fault, LineHeard, Wanted

CALLED, NOT_CALLED = "line called", "line not called"


def note(
    session: Session,
    incident: str,
    occasion: str,
    line: Line,
    heard: LineHeard,
    found: Sequence[Fault],
    *,
    wanted: Wanted,
    said: Callable[[dict[str, Any]], str],
    now: datetime,
) -> None:
    """Keep a call and what it proves, in the words that ``said`` has for it; once for each
    occasion and line."""
    data = as_data(line, heard, found, wanted, occasion)
    timeline.append(
        session, incident, CALLED, said(data), now=now, occurred_at=heard.placed_at,
        source="our own call", data=data, key=_key(occasion, line.id),
    )  # fmt: skip


def as_data(
    line: Line, heard: LineHeard, found: Sequence[Fault], wanted: Wanted, occasion: str
) -> dict[str, Any]:
    """A call and what it proves, as plain values."""
    return {
        **asdict(heard),
        "placed_at": heard.placed_at.isoformat(),
        "met": heard.met.value,
        "sounds": list(heard.sounds),
        "recordings": list(heard.recordings),
        "project": line.project,
        "queue": f"{line.project}/{line.lang}",
        "wanted": wanted,
        "faults": [[each.flaw.value, each.about] for each in found],
        "occasion": occasion,
    }


def note_not_called(
    session: Session, incident: str, occasion: str, line: Line, text: str, now: datetime
) -> None:
    """No call could be placed: a person calls."""
    timeline.append(
        session, incident, NOT_CALLED, text, now=now,
        data={"line": line.id, "project": line.project, "occasion": occasion},
        key=_key(occasion, line.id),
    )  # fmt: skip


def of(session: Session, incident: str, occasion: str, line: str) -> dict[str, Any] | None:
    """The call to a line on an occasion, as it was kept; also one that could not be placed."""
    key = _key(occasion, line)
    found = timeline.entries(session, incident, CALLED, NOT_CALLED)
    return next((dict(entry.data) for entry in found if entry.key == key), None)


def proves(call: dict[str, Any] | None) -> bool:
    """Whether a call was placed, and nothing is wrong with what was heard."""
    return call is not None and "faults" in call and not call["faults"]


def evidence(call: dict[str, Any]) -> dict[str, Any]:
    """What a proof names of the call: the phone system's own record, and the message."""
    message = call.get("message") or {}
    return {
        "call": call["record"],
        "message": message.get("id", ""),
        "message_s": message.get("length_s"),
    }


def _key(occasion: str, line: str) -> str:
    return f"line call:{occasion}:{line}"
