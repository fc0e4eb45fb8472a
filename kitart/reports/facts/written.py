"""What people wrote for the reports, part by part (reports §4, D24, D29)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from kitart.reports.facts.fact import Fact, Utc

Audience = Literal["internal", "client-safe"]


class WrittenText(Fact):
    """One part that is in force; without a client it is about all. ``seq`` is its entry."""

    seq: int
    part: str
    text: str
    by_role: str
    at: Utc
    day: date | None = None
    audience: Audience = "internal"
    client_id: str | None = None


class CorrectiveAction(Fact):
    """A corrective action (D29)."""

    number: int
    finding: str
    action: str
    owner_role: str
    due: date
    check: str
    status: str = "open"
    evidence: str = ""
    effect: str = ""
    audience: Audience = "internal"
    client_id: str | None = None
    seq: int = 0
    resources: str = ""


def said(
    written: Sequence[WrittenText], part: str, client_id: str | None = None
) -> WrittenText | None:
    """The text of a part: about this client before one about all; ``None`` where none is."""
    found = [each for each in written if each.part == part]
    own = [each for each in found if client_id is not None and each.client_id == client_id]
    about_all = [each for each in found if each.client_id is None]
    return next(iter((*own[-1:], *about_all[-1:])), None)


def lines(written: Sequence[WrittenText], part: str) -> tuple[str, ...]:
    """All that was written under a part, about this client and about all, one line each."""
    return tuple(
        line.strip()
        for each in written
        if each.part == part
        for line in each.text.splitlines()
        if line.strip()
    )
