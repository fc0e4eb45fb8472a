"""Reviews of the plan in the record: opened, written, sent for approval (R51, reports §7).

What people write are entries; the last one of each part is in force, as in ``write_up``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.incidents import Opened, Report
from kitart.journal.late_entries import NotTaken, Standing, Writer, in_force
from kitart.journal.tables import Incident, TimelineEntry
from kitart.plan.reviewed import PLAN, PLAN_REVIEW
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.review import Trigger

BEGAN, REASON = "review began", "review reason"
CHECKED, EXPLAINED, DECIDED = "review item", "plan change explained", "review decision"
TRAINING, DATES = "training needed", "review dates"
PROPOSED, IN_FORCE = "plan version proposed", "plan version in force"
WRITING = (CHECKED, EXPLAINED, DECIDED, TRAINING, DATES)
APPROVED = "approved"
"""The state of a review that is over: its version is in force."""
MAY_REVIEW = ("it_manager", "account_manager", "ert", "cmt_lead", "cmt", "data_protection")
OWNER = "it_manager"
"""The role that answers for the plan."""


@dataclass(frozen=True)
class Said:
    """What a person wrote: the entry's data and words, by whom and when."""

    seq: int
    type: str
    data: dict[str, Any]
    text: str
    role: str
    person: str
    at: datetime


@dataclass(frozen=True)
class Written:
    """All that is in force of a review; ``decisions``, ``own`` changes and ``training`` by their
    numbers."""

    reasons: tuple[Trigger, ...]
    items: dict[str, Said]
    explained: dict[str, Said]
    own: dict[int, Said]
    decisions: dict[int, Said]
    training: dict[int, Said]
    next_on: date | None
    effective_on: date | None
    reviewers: tuple[tuple[str, str], ...]
    """Who wrote, by role and code, the first one first."""


@dataclass(frozen=True)
class Version:
    """A version of the plan that was sent for approval: the how-manieth, and its hash."""

    number: int
    hash: str
    by: str
    at: datetime


def open_or_join(
    session: Session, plan: Plan, base: str, asked_by: str, *, now: datetime, real_now: datetime
) -> Opened:
    """Open the record of a review, or join the open one; the plan's snapshot must be kept already.

    ``base`` is the hash of the version that the last review put into force: what changed since is
    told from it.
    """
    report = Report(
        kind=PLAN_REVIEW, system_id=PLAN, title="Review of the plan", cause_at=now,
        reported_at=now, reported_by=asked_by, priority_proposed="P4", plan_hash=plan.hash,
    )  # fmt: skip
    opened = incidents.open_or_join(session, report, now=now, real_now=real_now)
    if opened.new:
        # No run drives a review: people do, and the watch reminds them.
        incidents.settle(session, opened.incident.number, now=now)
        timeline.append(
            session, opened.incident.number, BEGAN,
            f"Compared with version {base[:12]}",
            now=now, author=asked_by, source=incidents.source_of(asked_by), key=BEGAN,
            data={"version": base},
        )  # fmt: skip
    return opened


def open_one(session: Session) -> Incident | None:
    """The review that is open, if one is."""
    query = sa.select(Incident).where(Incident.open_key == PLAN)
    return session.scalars(query).first()


def newest(session: Session) -> Incident | None:
    """The review that began last."""
    return session.scalars(_reviews().order_by(Incident.seq.desc()).limit(1)).first()


def last_approved(session: Session) -> Incident | None:
    """The review that ended last, its version in force."""
    query = _reviews().where(Incident.state == APPROVED)
    return session.scalars(query.order_by(Incident.closed_at.desc()).limit(1)).first()


def approved_since(session: Session, moment: datetime) -> list[Incident]:
    """The reviews whose version came into force since a moment (UTC), oldest first."""
    query = _reviews().where(Incident.state == APPROVED, Incident.closed_at >= moment)
    return list(session.scalars(query.order_by(Incident.seq)))


def _reviews() -> sa.Select[tuple[Incident]]:
    return sa.select(Incident).where(Incident.kind == PLAN_REVIEW)


def base_of(session: Session, number: str) -> str:
    """The hash of the plan that a review compares with; raises ``LookupError`` for no review."""
    found = timeline.entries(session, number, BEGAN)
    if not found:
        raise LookupError(f"{number} is no review of the plan")
    return str(found[0].data["version"])


def give_reasons(
    session: Session, number: str, triggers: Iterable[Trigger], *, words: str = "", now: datetime,
    writer: Writer | None = None,
) -> int:  # fmt: skip
    """Record why the plan is reviewed, each reason once; how many were new."""
    new = 0
    for each in triggers:
        about = f" {each.reference}" if each.reference else ""
        said = {"person": writer.person, "role": writer.role} if writer else {}
        entry = timeline.append(
            session, number, REASON, words or f"{each.reason}{about}, {each.on:%Y-%m-%d}",
            now=now, author=role_name(writer.role) if writer else "Kitart",
            source="person" if writer else "system",
            data={"kind": each.reason, "day": each.on.isoformat(), "number": each.reference} | said,
            key=f"reason:{each.reason}:{each.reference}:{words[:80]}",
        )  # fmt: skip
        new += entry is not None
    return new


def check(
    session: Session, number: str, item: str, answer: str, note: str, writer: Writer,
    *, now: datetime,
) -> bool:  # fmt: skip
    """Answer an item of the checklist; ``False`` where just that stands already."""
    data = {"item": item, "answer": answer}
    return _write(session, number, CHECKED, data, note, writer, now, ("item",))


def explain(
    session: Session, number: str, change: str, why: str, risk: str, writer: Writer,
    *, now: datetime,
) -> bool:  # fmt: skip
    """Say why something in the plan was changed and what risk it brings; ``change`` is its mark."""
    data = {"item": change, "risk": risk}
    return _write(session, number, EXPLAINED, data, why, writer, now, ("item",))


def add_change(
    session: Session, number: str, section: str, old: str, new: str, why: str, risk: str,
    writer: Writer, *, now: datetime,
) -> bool:  # fmt: skip
    """A change that the configured plan does not show, such as one of a procedure on paper."""
    data = {"about": section, "old": old, "new": new, "risk": risk}
    return _numbered(session, number, EXPLAINED, data, why, writer, now)


def decide(
    session: Session, number: str, proposal: str, decision: str, reason: str, writer: Writer,
    *, now: datetime,
) -> bool:  # fmt: skip
    """What was decided on a proposal: approved, rejected or postponed, with the reason."""
    data = {"stage": decision, "reason": reason}
    return _numbered(session, number, DECIDED, data, proposal, writer, now)


def need_training(
    session: Session, number: str, what: str, done_when: str, writer: Writer, *, now: datetime
) -> bool:
    """Training or information that is needed, and when it counts as done."""
    return _numbered(session, number, TRAINING, {"done_when": done_when}, what, writer, now)


def set_dates(
    session: Session, number: str, effective_on: date, next_on: date, writer: Writer,
    *, now: datetime,
) -> bool:  # fmt: skip
    """From when the version is in force, and when the plan is reviewed again."""
    data = {"day": effective_on.isoformat(), "due_on": next_on.isoformat()}
    text = f"In force from {effective_on:%Y-%m-%d}; next review by {next_on:%Y-%m-%d}"
    return _write(session, number, DATES, data, text, writer, now, ())


def written(entries: Iterable[TimelineEntry]) -> Written:
    """What is in force of a review, by its timeline."""
    rows = list(entries)
    standing = [e for e in in_force(rows) if e.original.erased_at is None]
    said = [_said(e) for e in standing if e.type in WRITING]
    last: dict[tuple[str, Any], Said] = {}
    for each in said:
        last[each.type, each.data.get("item") or each.data.get("number")] = each
    dates = next((s for s in reversed(said) if s.type == DATES), None)
    return Written(
        reasons=tuple(_trigger(e) for e in standing if e.type == REASON),
        items={str(k): s for (t, k), s in last.items() if t == CHECKED},
        explained={str(k): s for (t, k), s in last.items()
                   if t == EXPLAINED and isinstance(k, str)},
        own={k: s for (t, k), s in last.items() if t == EXPLAINED and isinstance(k, int)},
        decisions={k: s for (t, k), s in last.items() if t == DECIDED},
        training={k: s for (t, k), s in last.items() if t == TRAINING},
        next_on=_day(dates, "due_on"),
        effective_on=_day(dates, "day"),
        reviewers=tuple(dict.fromkeys((s.role, s.person) for s in said)),
    )  # fmt: skip


def propose(
    session: Session, number: str, plan: Plan, writer: Writer, *, now: datetime
) -> Version | None:
    """Send the plan as it stands for approval; its snapshot must be kept already.

    ``None`` while just this version is before the approvers. Raises ``NotTaken`` once the review
    is over.
    """
    _open(session, number)
    before = versions(session, number)
    if before and before[-1].hash == plan.hash and not _sent_back(session, number, before[-1]):
        return None
    place = len(before) + 1
    timeline.append(
        session, number, PROPOSED, f"Version {plan.version} is sent for approval",
        now=now, author=role_name(writer.role), source="person", key=f"proposed:{place}",
        data={"person": writer.person, "role": writer.role, "version": plan.hash,
              "number": place},
    )  # fmt: skip
    return versions(session, number)[-1]


def versions(session: Session, number: str) -> list[Version]:
    """The versions that were sent for approval, oldest first."""
    return [
        Version(e.data["number"], e.data["version"], e.data.get("person", ""), e.recorded_at)
        for e in timeline.entries(session, number, PROPOSED)
    ]


def is_before_approvers(session: Session, number: str, proposed: list[Version]) -> bool:
    """Whether the newest version that was sent for approval was not sent back."""
    return bool(proposed) and not _sent_back(session, number, proposed[-1])


def hash_of(session: Session, row: Incident) -> str:
    """The version of the plan under which people of a review are asked: the newest that was sent
    for approval, else the one it began with. A new CMT lead approves under the new plan."""
    proposed = versions(session, row.number)
    return proposed[-1].hash if proposed else row.plan_hash


def question_key(number: str, version: int, step: str) -> str:
    """The key of an approval's question: of the ``owner`` or of the ``cmt``."""
    return f"{number}:plan-version:{version}:{step}"


def send_back(session: Session, number: str, version: int, *, now: datetime) -> None:
    """Note that a version was sent back or overtaken: it may be sent for approval again."""
    timeline.append(
        session, number, "plan version not approved", f"Version {version} is not put into force",
        now=now, data={"number": version}, key=f"not-approved:{version}",
    )  # fmt: skip


def _sent_back(session: Session, number: str, version: Version) -> bool:
    return timeline.has(session, number, f"not-approved:{version.number}")


def _open(session: Session, number: str) -> Incident:
    row = incidents.held(session, number)
    if row.kind != PLAN_REVIEW:
        raise NotTaken(f"{number} is no review of the plan")
    if row.closed_at is not None:
        raise NotTaken(f"{number} is over: its version is in force")
    return row


def _numbered(
    session: Session, number: str, type: str, data: dict[str, Any], text: str, writer: Writer,
    now: datetime,
) -> bool:  # fmt: skip
    _open(session, number)
    rows = [e for e in timeline.entries(session, number, type) if "number" in e.data]
    same = [e for e in rows if e.text == text and data.items() <= e.data.items()]
    if same:
        return False  # sent twice
    place = 1 + max((e.data["number"] for e in rows), default=0)
    _append(session, number, type, data | {"number": place}, text, writer, now)
    return True


def _write(
    session: Session, number: str, type: str, data: dict[str, Any], text: str, writer: Writer,
    now: datetime, same_by: tuple[str, ...],
) -> bool:  # fmt: skip
    _open(session, number)
    before = [
        e for e in in_force(timeline.entries(session, number))
        if e.type == type and all(e.data.get(name) == data[name] for name in same_by)
        and "number" not in e.data
    ]  # fmt: skip
    if before and before[-1].text == text and data.items() <= before[-1].data.items():
        return False
    _append(session, number, type, data, text, writer, now)
    return True


def _append(
    session: Session, number: str, type: str, data: dict[str, Any], text: str, writer: Writer,
    now: datetime,
) -> None:  # fmt: skip
    timeline.append(
        session, number, type, text, now=now, author=role_name(writer.role), source="person",
        data={"person": writer.person, "role": writer.role} | data,
    )  # fmt: skip


def _said(entry: Standing) -> Said:
    data = entry.data
    return Said(entry.seq, entry.type, data, entry.text, data["role"], data["person"],
                entry.recorded_at)  # fmt: skip


def _trigger(entry: Standing) -> Trigger:
    data = entry.data
    reference = data.get("number") or ("" if data["kind"] == "scheduled" else entry.text)
    return Trigger(data["kind"], date.fromisoformat(data["day"]), reference)


def _day(said: Said | None, name: str) -> date | None:
    return date.fromisoformat(said.data[name]) if said else None
