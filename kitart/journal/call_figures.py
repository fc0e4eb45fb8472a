"""What was counted of a client's calls: an entry for each count, the newest in force (c5-c8)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy.orm import Session

from kitart.journal import timeline
from kitart.journal.late_entries import Writer
from kitart.plan.roles import role_name
from kitart.rules.call_figures import Slice, Tally, Usual

COUNTED, NOT_COUNTED, TOLD = "calls counted", "calls not counted", "calls told"
FIGURES = ("offered", "answered", "abandoned", "voicemails_left", "voicemails_returned")
"""What a person may count."""


Reason = Literal["phones down", "unreadable"]


class Entry(Protocol):
    """An entry as it stands, from the record or as corrected."""

    @property
    def type(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...
    @property
    def seq(self) -> int: ...


def as_data(
    project: str,
    language: str,
    since: datetime,
    found: Tally,
    spoken: dict[Any, int],
    parts: Iterable[Slice],
    usual: Usual | None,
) -> dict[str, Any]:
    """One queue's count as it stands in an entry: numbers and moments, no caller and no agent."""
    return {
        "project": project,
        "language": language,
        "since": since.isoformat(),
        "offered": found.offered,
        "answered": found.answered,
        "abandoned": found.abandoned,
        "recording": found.recording,
        "in_time": found.in_time,
        "spoken": dict(spoken),
        "slices": [
            [
                part.start.isoformat(), part.end.isoformat(), part.tally.offered,
                part.tally.answered, part.tally.abandoned, part.tally.recording,
            ]
            for part in parts
        ],
        "usual": None
        if usual is None
        else {
            "weeks": usual.weeks, "offered": usual.offered, "answered": usual.answered,
            "abandoned": usual.abandoned, "least": usual.least, "most": usual.most,
        },
    }  # fmt: skip


def keep(
    session: Session,
    incident: str,
    client: str,
    queues: Sequence[dict[str, Any]],
    *,
    until: datetime,
    compared: bool,
    now: datetime,
) -> None:
    """Record a count of a client's calls up to ``until``; ``compared`` with what is usual."""
    said = "; ".join(
        f"{queue['project']}/{queue['language']} {queue['offered']} offered, "
        f"{queue['answered']} answered, {queue['abandoned']} abandoned"
        for queue in queues
    )
    timeline.append(
        session, incident, COUNTED, f"Calls by the phone system's records: {said or 'none'}",
        now=now, occurred_at=until, source="phone system",
        data={"client": client, "until": until.isoformat(), "compared": compared,
              "queues": list(queues)},
        key=f"calls:{client}:{until.isoformat()}{':compared' if compared else ''}",
    )  # fmt: skip


def keep_missing(
    session: Session, incident: str, client: str, reason: Reason, detail: str, *, now: datetime
) -> None:
    """Record, once an hour, that the calls could not be counted and why."""
    timeline.append(
        session, incident, NOT_COUNTED, f"The calls could not be counted: {detail}",
        now=now, data={"client": client, "kind": reason},
        key=f"no-calls:{client}:{reason}:{now:%Y%m%d%H}",
    )  # fmt: skip


def tell(
    session: Session,
    incident: str,
    project: str,
    language: str,
    figures: dict[str, int],
    *,
    client: str,
    until: datetime,
    method: str,
    writer: Writer,
    now: datetime,
) -> None:
    """Record what a person counted of a queue up to ``until``; with ``method`` an estimate.

    The same figures sent twice by the same person are one entry.
    """
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
    how = f"estimated: {method}" if method else "counted by hand"
    same = repr((project, language, said, how, until.isoformat(), writer.person))
    timeline.append(
        session, incident, TOLD, f"{project}/{language}: {said} ({how})",
        now=now, occurred_at=until, author=role_name(writer.role), source="person",
        data={
            "client": client, "project": project, "language": language, "figures": figures,
            "method": method, "until": until.isoformat(), "person": writer.person,
            "role": writer.role,
        },
        key=f"{TOLD}:{hashlib.sha256(same.encode()).hexdigest()[:24]}",
    )  # fmt: skip


def last_count(entries: Iterable[Entry], client: str) -> Entry | None:
    """The newest count of this client's calls."""
    mine = [e for e in entries if e.type == COUNTED and e.data.get("client") == client]
    return max(mine, key=lambda e: e.seq, default=None)


def why_missing(entries: Iterable[Entry], client: str) -> Reason | None:
    """Why they could not be counted when that was tried last; ``None`` when they could."""
    mine = [
        e for e in entries
        if e.type in (COUNTED, NOT_COUNTED) and e.data.get("client") == client
    ]  # fmt: skip
    last = max(mine, key=lambda e: e.seq, default=None)
    return last.data.get("kind") if last is not None and last.type == NOT_COUNTED else None


def last_told(entries: Iterable[Entry], project: str, language: str) -> Entry | None:
    """The newest count that a person gave of a queue."""
    mine = [
        e for e in entries
        if e.type == TOLD and (e.data.get("project"), e.data.get("language")) == (project, language)
    ]  # fmt: skip
    return max(mine, key=lambda e: e.seq, default=None)
