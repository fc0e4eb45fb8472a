"""Who the sandbox people are, and what they did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Person:
    """Somebody with a code, and numbers for SMS and for calls and a mail address (each may be
    empty)."""

    code: str
    phone: str = ""
    mail: str = ""
    voice: str = ""


@dataclass(frozen=True)
class DiaryEntry:
    """One thing a person did. ``outcome`` is: answered, read, scanned, left unread, no link,
    already answered, not offered (the page lacks the wanted answer), refused (the answer was not
    taken, 4xx), or failed (nobody to talk to)."""

    person: str
    at: datetime
    real_at: datetime
    letter_id: str
    outcome: str
    link: str = ""
    seen: str = ""
    kind: str = ""
    answer: str = ""
    status: int | None = None
    page_after: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat(), "real_at": self.real_at.isoformat()}
