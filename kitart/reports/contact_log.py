"""The log of verified contacts: contact, channel, tested on, result, by whom (reports §7, R50)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.table import Table
from sqlalchemy.orm import Session

from kitart.journal import contact_tests, plans, timeline
from kitart.journal.contact_tests import BEGAN, PLANNED
from kitart.journal.tables import Incident
from kitart.language import Phrase, phrase
from kitart.plan.addresses import masked
from kitart.plan.kinds import CHATS

RESULTS: dict[str, Phrase] = {
    "answered": phrase("answered"),
    "silent": phrase("no answer"),
    "failed": phrase("could not be sent"),
    "untried": phrase("not tried"),
}


@dataclass(frozen=True)
class Line:
    """One contact in one test. ``tested_at`` is when the test began (UTC), ``minutes`` how long
    the answer took; ``by`` is who began the test, ``schedule`` where nobody did."""

    person: str
    role: str
    channel: str
    address: str
    tested_at: datetime
    result: str
    minutes: float | None
    why: str
    test: str
    by: str

    def plain(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self) | {"tested_at": self.tested_at.isoformat()}


def lines(session: Session) -> list[Line]:
    """Every contact of every test that was evaluated, the newest test first; addresses masked."""
    tests = contact_tests.all_evaluated(session)
    return [line for row in tests for line in _of_test(session, row)]


def newest(found: list[Line]) -> list[Line]:
    """The newest line of each contact and channel."""
    last: dict[tuple[str, str, str], Line] = {}
    for line in found:
        last.setdefault((line.person, line.channel, line.address), line)
    return sorted(last.values(), key=lambda line: (line.person, line.channel))


def _of_test(session: Session, row: Incident) -> Iterator[Line]:
    result = contact_tests.evaluated(session, row.number)
    if result is None:
        return
    people = {p["id"]: p for p in plans.snapshot(session, row.plan_hash)["people"]}
    entries = {e.type: e for e in timeline.entries(session, row.number, PLANNED, BEGAN)}
    began = entries[BEGAN].occurred_at if BEGAN in entries else row.opened_at
    by = entries[PLANNED].author if PLANNED in entries else row.reported_by
    for line in result["lines"]:
        yield Line(
            person=line["person"], role=line["role"], channel=line["channel"],
            address=_address(people.get(line["person"]), line), tested_at=began,
            result=line["outcome"], minutes=line["minutes"], why=line["why"], test=row.number,
            by=by,
        )  # fmt: skip


def _address(person: dict[str, Any] | None, line: dict[str, Any]) -> str:
    channels = person["channels"] if person else []
    place = line["place"]
    if not 0 <= place < len(channels) or channels[place]["kind"] != line["channel"]:
        return ""
    address = str(channels[place]["address"])
    return address if line["channel"] in CHATS else masked(address)


def shown(found: list[Line]) -> Iterator[Table | str]:
    """The same for a person at a terminal."""
    if not found:
        yield "No test of the contact list was evaluated yet: 'kitart contact test' begins one."
        return
    table = Table(title="Contacts tested", title_justify="left")
    for column in ("Contact", "Channel", "Tested on", "Result", "By whom", "Test"):
        table.add_column(column, overflow="fold")
    for line in found:
        took = f" after {line.minutes} min" if line.minutes is not None else ""
        why = f": {line.why}" if line.why else ""
        table.add_row(
            line.person, f"{line.channel} {line.address}", f"{line.tested_at:%Y-%m-%d %H:%M} UTC",
            f"{RESULTS[line.result]}{took}{why}", line.by, line.test,
        )  # fmt: skip
    yield table
