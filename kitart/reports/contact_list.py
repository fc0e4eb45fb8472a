"""The contact list for whoever keeps it: last test, gaps, what is verified (R50, D27)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from rich.table import Table
from sqlalchemy.orm import Session

from kitart.journal import contact_tests
from kitart.journal.tables import Incident
from kitart.plan.contact_list import contact_list, last_verified
from kitart.plan.schema import Plan
from kitart.rules.contact_test import GAPS


def overview(session: Session, plan: Plan, today: date) -> dict[str, Any]:
    """What is known, ready for JSON: ``last_test`` (``None`` before the first), ``last_evaluated``
    (the one that counts, D28) and ``contacts``; moments in UTC."""
    last, counts = contact_tests.last(session), contact_tests.last_evaluated(session)
    verified = contact_tests.verified(session)
    oldest = today - timedelta(days=plan.limits.verified_days)
    contacts = []
    for entry in contact_list(plan):
        day = last_verified(plan, entry.person, entry.channel, verified)
        contacts.append(
            {
                "person": entry.person.id,
                "role": entry.person.kind,
                "channel": entry.channel.kind,
                "verified": day.isoformat() if day else None,
                "by_test": day is not None and day != entry.channel.verified,
                "doubtful": day is None or day < oldest,
            }
        )
    return {
        "last_test": _test(session, last),
        "last_evaluated": _test(session, counts),
        "contacts": contacts,
    }


def _test(session: Session, row: Incident | None) -> dict[str, Any] | None:
    if row is None:
        return None
    found = contact_tests.evaluated(session, row.number)
    about: dict[str, Any] = {
        "incident": row.number,
        "state": row.state if row.closed_at else "running",
        "opened_at": row.opened_at.isoformat(),
    }
    if found is None:
        return about
    gaps = [line for line in found["lines"] if line["outcome"] in GAPS]
    untried = [line for line in found["lines"] if line["outcome"] == "untried"]
    kept = ("answered", "tried", "share", "passed", "ert_met", "ert_limit", "silent_deputies")
    return about | {name: found[name] for name in kept} | {"gaps": gaps, "untried": untried}


def shown(found: dict[str, Any]) -> Iterator[Table | str]:
    """The same for a person at a terminal."""
    last, counts = found["last_test"], found["last_evaluated"]
    if last is None:
        yield "The contact list has not been tested yet: 'kitart contact test' begins a test."
    else:
        yield f"Last test: {_line(last)}"
    if counts is not None and counts["incident"] != last["incident"]:
        yield f"The last that counts: {_line(counts)}"
    if counts is not None and counts["gaps"]:
        yield _gaps(counts)
    yield _contacts(found["contacts"])


def _line(test: dict[str, Any]) -> str:
    begun = f"{test['incident']}, {test['opened_at'][:16].replace('T', ' ')} UTC, {test['state']}"
    if "answered" not in test:
        return begun
    gaps = len(test["gaps"])
    criteria = "met" if test["passed"] else "not all met"
    return (
        f"{begun}: {test['answered']} of {test['tried']} answered, "
        f"{gaps} gap{'' if gaps == 1 else 's'}, {len(test['untried'])} not tried; "
        f"criteria {criteria}"
    )


def _gaps(test: dict[str, Any]) -> Table:
    table = _table(f"Gaps of {test['incident']}", "Person", "Role", "Channel", "Why")
    for line in test["gaps"]:
        table.add_row(line["person"], line["role"], line["channel"], line["why"])
    return table


def _contacts(contacts: list[dict[str, Any]]) -> Table:
    table = _table("Contacts", "Person", "Role", "Channel", "Last verified", "Note")
    for each in contacts:
        how = "by a test" if each["by_test"] else ""
        table.add_row(
            each["person"], each["role"], each["channel"], each["verified"] or "never",
            "doubtful" if each["doubtful"] else how,
        )  # fmt: skip
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
