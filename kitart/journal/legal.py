"""What people record that legal clocks follow from; the last word on each counts (reports §5).

Everything is an entry of the timeline: it stays, a newer one or a correction takes its place, and
its words can be erased. The answer to the plan's question "were personal data affected?" is the
first word about that; whoever answers it there need not say it again here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, late_entries, timeline
from kitart.journal.late_entries import CORRECTION, Standing, Writer
from kitart.journal.tables import Approval, Incident, TimelineEntry
from kitart.plan.roles import role_name
from kitart.rules.legal.matter import ALL, Matter, Notice, Said

QUESTION = "data-protection"
AFFECTED, AWARE, DESCRIBED = "personal data assessed", "awareness recorded", "breach described"
RISK, CLASSIFIED, APPLIES = "risk decided", "classification recorded", "regime decided"
NOTIFIED, WAIVED = "notification made", "notification decided against"
WORDS = (AFFECTED, AWARE, DESCRIBED, RISK, CLASSIFIED, APPLIES, NOTIFIED, WAIVED)
"""What people record. Notifications may come late and count at once, so none of it ends."""
REMINDED, MISSED, ASSESSED = "legal clock reminded", "legal clock missed", "assessment made"
LOOKED_BACK = timedelta(days=400)
"""So long after its closing an incident's clocks are looked at; the longest are of some months."""
LOSSES = ("confidentiality", "integrity", "availability")
"""What may be lost. Data out of reach are a breach only where it comes from one of security."""
DESCRIPTION = ("people", "records", "consequences", "measures", "contact")
"""What a notification says of a breach (GDPR 33(3))."""


@dataclass(frozen=True)
class Word:
    """What a person records: its kind, whom it concerns, of when, and why.

    ``at`` is ``None`` for what is true as of being said. ``data`` holds what its kind needs
    besides: ``answer``, ``regime``, ``duty``, or free words.
    """

    kind: str
    scope: str
    at: datetime | None
    reason: str
    data: Mapping[str, str]


@dataclass(frozen=True)
class Recorded:
    """An incident with what holds of all that was recorded of it.

    ``last`` names the last word or correction, and is another text after each; ``changed_at`` is
    when that was; ``words`` are all that stand, in the order in which they were recorded.
    """

    incident: Incident
    matter: Matter
    last: str
    changed_at: datetime | None
    words: Sequence[Standing]


def record(session: Session, number: str, word: Word, writer: Writer, *, now: datetime) -> bool:
    """Add a person's word; ``False`` when the same person said just that before.

    Also once the incident is closed: a month's clock outlives it. Raises ``LookupError`` for an
    incident that isn't there.
    """
    incidents.held(session, number)
    data = {"person": writer.person, "role": writer.role, "scope": word.scope, **word.data,
            "reason": word.reason}  # fmt: skip
    # The same form, sent twice by an impatient thumb, is one entry.
    about = ("scope", "regime", "duty")
    said = late_entries.in_force(timeline.entries(session, number, *WORDS, CORRECTION))
    before = [e for e in said if e.type == word.kind
              and all(e.data.get(name) == data.get(name) for name in about)]  # fmt: skip
    if before and before[-1].data == data and word.at in (None, before[-1].occurred_at):
        return False
    timeline.append(
        session, number, word.kind, f"{word.scope}: {_summary(word)}", now=now,
        occurred_at=word.at or now, author=role_name(writer.role), source="person", data=data,
    )  # fmt: skip
    return True


_SHORT = ("regime", "duty", "answer", "loss", "to", "channel", "reference")


def _summary(word: Word) -> str:
    said = [word.data[name] for name in _SHORT if word.data.get(name)]
    said += [f"{name}: {word.data[name]}" for name in DESCRIPTION if word.data.get(name)]
    return "; ".join([*said, word.reason] if word.reason else said)


def of_incident(session: Session, number: str) -> Recorded:
    """What was recorded of an incident; ``LookupError`` when there is none of that number."""
    row = incidents.get(session, number)
    entries = timeline.entries(session, number, *WORDS, CORRECTION)
    return _recorded(row, _answers(session, [number]), entries)


def among(
    row: Incident, questions: Iterable[Approval], entries: Iterable[TimelineEntry]
) -> Recorded:
    """The same, among all questions and entries of an incident that are read already."""
    answers = [q for q in questions if q.kind == QUESTION and q.answered_at is not None]
    ours = [e for e in entries if e.type in WORDS or e.type == CORRECTION]
    return _recorded(row, answers, ours)


def all_of_them(session: Session, since: datetime) -> list[Recorded]:
    """Every real or exercised incident about which something was recorded or answered, oldest
    first: open, or closed after ``since``. Four questions to the journal, however many."""
    recent = sa.or_(Incident.closed_at.is_(None), Incident.closed_at > since)
    numbers = set(session.scalars(
        sa.select(TimelineEntry.incident).where(TimelineEntry.type.in_(WORDS)).distinct()
    ))  # fmt: skip
    numbers |= {each.incident for each in _answers(session, None)}
    rows = session.scalars(
        sa.select(Incident).where(Incident.number.in_(numbers), recent).order_by(Incident.seq)
    ).all()
    wanted = [row.number for row in rows]
    entries: dict[str, list[TimelineEntry]] = defaultdict(list)
    for entry in session.scalars(
        sa.select(TimelineEntry)
        .where(TimelineEntry.incident.in_(wanted), TimelineEntry.type.in_((*WORDS, CORRECTION)))
        .order_by(TimelineEntry.seq)
    ):
        entries[entry.incident].append(entry)
    answers = _answers(session, wanted)
    return [
        _recorded(row, [a for a in answers if a.incident == row.number], entries[row.number])
        for row in rows
    ]


def _answers(session: Session, numbers: list[str] | None) -> list[Approval]:
    query = sa.select(Approval).where(Approval.kind == QUESTION, Approval.answered_at.is_not(None))
    if numbers is not None:
        query = query.where(Approval.incident.in_(numbers))
    return list(session.scalars(query.order_by(Approval.id)))


def _recorded(
    row: Incident, answers: Sequence[Approval], entries: Sequence[TimelineEntry]
) -> Recorded:
    words = late_entries.in_force(entries)
    # Corrections count too: what stands is another, though nobody said anything new.
    ours = [e for e in entries if _is_ours(e, entries)]
    last = ":".join([*(f"q{a.id}" for a in answers[-1:]), *(str(e.seq) for e in ours[-1:])])
    times = [*(a.answered_at for a in answers if a.answered_at), *(e.recorded_at for e in ours)]
    return Recorded(row, _matter(answers, words), last, max(times, default=None), words)


def _is_ours(entry: TimelineEntry, entries: Sequence[TimelineEntry]) -> bool:
    if entry.type != CORRECTION:
        return True
    return any(e.seq == entry.data.get("corrects") and e.type in WORDS for e in entries)


def _matter(answers: Iterable[Approval], words: Sequence[Standing]) -> Matter:
    affected: dict[str, Said] = {}
    for answer in answers:
        assert answer.answered_at is not None
        affected[ALL] = Said(
            answer=_AS_SAID.get(answer.answer or "", "no"), at=answer.answered_at,
            reason=answer.note or "", role=answer.answered_role or "",
            recorded_at=answer.answered_at, person=answer.answered_by or "",
        )  # fmt: skip
    for word in _of(words, AFFECTED):
        scope, said = word.data["scope"], _said(word)
        if scope not in affected or said.recorded_at >= affected[scope].recorded_at:
            affected[scope] = said
    notices: dict[tuple[str, str], list[Notice]] = defaultdict(list)
    for word in _of(words, NOTIFIED):
        notices[word.data["scope"], word.data["duty"]].append(_notice(word))
    return Matter(
        affected=affected,
        aware={(w.data["scope"], w.data["regime"]): _said(w) for w in _of(words, AWARE)},
        risk={w.data["scope"]: _said(w) for w in _of(words, RISK)},
        classified={w.data["scope"]: _said(w) for w in _of(words, CLASSIFIED)},
        applies={(w.data["scope"], w.data["regime"]): _said(w) for w in _of(words, APPLIES)},
        described={
            w.data["scope"]: {name: w.data.get(name, "") for name in DESCRIPTION}
            for w in _of(words, DESCRIBED)
        },
        notices={key: tuple(sorted(all, key=lambda n: n.at)) for key, all in notices.items()},
        waived={(w.data["scope"], w.data["duty"]): _said(w) for w in _of(words, WAIVED)},
    )  # fmt: skip


_AS_SAID = {"yes": "yes", "no": "no", "being-checked": "being checked"}


def _of(words: Sequence[Standing], kind: str) -> list[Standing]:
    return [word for word in words if word.type == kind]


def _said(word: Standing) -> Said:
    return Said(
        answer=word.data.get("answer", ""), at=word.occurred_at, reason=_reason(word),
        role=word.data["role"], recorded_at=word.recorded_at, seq=word.seq,
        loss=tuple(each for each in word.data.get("loss", "").split(",") if each in LOSSES),
        person=word.data.get("person", ""),
    )  # fmt: skip


def _notice(word: Standing) -> Notice:
    data: dict[str, Any] = word.data
    return Notice(
        to=data.get("to", ""), at=word.occurred_at, channel=data.get("channel", ""),
        reference=data.get("reference", ""), note=_reason(word), role=data["role"],
        recorded_at=word.recorded_at, seq=word.seq,
    )  # fmt: skip


def _reason(word: Standing) -> str:
    """The reason as it stands: in a correction's words where one changed them."""
    reason = str(word.data.get("reason", ""))
    fix = word.corrected_by
    if fix is None or not fix.data.get("text"):
        return reason
    # A correction is of the whole text, which begins with whom and what the word is about.
    before = word.original.text.removesuffix(reason)
    return str(fix.data["text"]).removeprefix(before)
