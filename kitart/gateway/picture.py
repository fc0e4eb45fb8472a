"""An incident over time, drawn: the system, the objective, reports and decisions.

Everything that is drawn is said in words too (``Picture.words``): the picture is never the only
way to know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kitart.gateway.board import SYSTEM_STATES
from kitart.gateway.visits import Visitor
from kitart.journal import approvals
from kitart.journal.tables import Approval, Document, Incident
from kitart.language import Phrase, phrase
from kitart.messaging.occasion import report_name
from kitart.reports.course import course_of
from kitart.reports.facts import IncidentFacts

LEFT, RIGHT, BAR = 10, 10, 16
WIDTHS = {"narrow": 360, "broad": 720}
LANES = {"system": 46, "objective": 96, "reports": 146, "decisions": 196}
"""Where each lane's drawing begins, from above; its name stands over it."""
HEIGHT = 246
TICKS = {"narrow": 3, "broad": 6}
STEPS_MINUTES = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 43200)


@dataclass(frozen=True)
class Span:
    """A bar of a lane: ``kind`` is its look; ``word`` stands in it if there is room."""

    x: float
    width: float
    y: int
    kind: str
    word: str


@dataclass(frozen=True)
class Mark:
    """A numbered point of a lane, or a tick of the axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Drawing:
    """One size of the picture."""

    name: str
    width: int
    spans: Sequence[Span]
    ticks: Sequence[Mark]
    reports: Sequence[Mark]
    decisions: Sequence[Mark]
    now: float | None


@dataclass(frozen=True)
class Picture:
    """Both sizes, and the same in words: (lane, sentences)."""

    drawings: Sequence[Drawing]
    height: int
    lanes: dict[str, tuple[int, str]]
    words: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class _Span:
    start: datetime
    end: datetime
    lane: str
    kind: str
    word: str


def picture(
    visitor: Visitor,
    row: Incident,
    facts: IncidentFacts,
    sent: Sequence[Document],
    decided: Sequence[Approval],
) -> Picture:
    """The picture of an incident until it was closed, or until now."""
    until = row.closed_at or visitor.now
    goals = _goals(facts, until)
    spans = [*_states(visitor, facts, until), *_goal_spans(visitor, goals, until)]
    reports = [(d.sent_at, _report(visitor, d)) for d in sent if d.sent_at is not None]
    decisions = [(q.answered_at, _decision(visitor, q)) for q in decided if q.answered_at]
    moments = [s.start for s in spans] + [s.end for s in spans]
    moments += [row.reported_at, until, *(at for at, _ in reports)]
    first, last = min(moments), max(moments)
    last = max(last, first + timedelta(minutes=30))
    names = {
        "system": visitor.read(phrase("System")),
        "objective": visitor.read(phrase("Recovery time objective")),
        "reports": visitor.read(phrase("Reports sent")),
        "decisions": visitor.read(phrase("Decisions")),
    }
    running = row.closed_at is None
    return Picture(
        drawings=[
            _drawn(visitor, size, first, last, spans, [at for at, _ in reports],
                   [at for at, _ in decisions], until if running else None)
            for size in WIDTHS
        ],
        height=HEIGHT,
        lanes={lane: (top, names[lane]) for lane, top in LANES.items()},
        words=[
            (names["system"], _state_words(visitor, facts)),
            (names["objective"], [text for *_, text in _goal_words(visitor, goals, until)]),
            (names["reports"], _numbered(visitor, reports)),
            (names["decisions"], _numbered(visitor, decisions)),
        ],
    )  # fmt: skip


def _goals(
    facts: IncidentFacts, until: datetime
) -> list[tuple[str, datetime, datetime, datetime | None]]:
    """Projects, start of the effect, end of the objective and when it was restored."""
    together: dict[tuple[datetime, datetime, datetime | None], list[str]] = {}
    for client in dict.fromkeys(each.client_id for each in facts.effects):
        for project in course_of(facts, client, until).projects:
            start = project.effect.effect_start
            if start is not None and project.rto:
                key = (start, project.rto[-1].due, project.restored)
                together.setdefault(key, []).append(project.effect.project_id)
    found = [(", ".join(names), *key) for key, names in together.items()]
    return sorted(found, key=lambda goal: goal[2])


def _states(visitor: Visitor, facts: IncidentFacts, until: datetime) -> list[_Span]:
    seen = sorted(facts.states, key=lambda each: each.at)
    ends = [each.at for each in seen[1:]] + [until]
    return [
        _Span(state.at, max(end, state.at), "system", state.state,
              visitor.read(SYSTEM_STATES[state.state]))
        for state, end in zip(seen, ends, strict=True)
    ]  # fmt: skip


def _goal_spans(
    visitor: Visitor,
    goals: Sequence[tuple[str, datetime, datetime, datetime | None]],
    until: datetime,
) -> list[_Span]:
    found = []
    # The one that ends first is drawn; the words name all.
    for projects, start, due, restored in goals[:1]:
        found.append(_Span(start, due, "objective", "goal", projects))
        end = restored or until
        if end > due:
            found.append(_Span(due, end, "objective", "passed", visitor.read(phrase("overdue"))))
    return found


def _drawn(
    visitor: Visitor,
    size: str,
    first: datetime,
    last: datetime,
    spans: Sequence[_Span],
    reports: Sequence[datetime],
    decisions: Sequence[datetime],
    now: datetime | None,
) -> Drawing:
    room = WIDTHS[size] - LEFT - RIGHT
    whole = (last - first).total_seconds()

    def x(moment: datetime) -> float:
        return round(LEFT + room * (moment - first).total_seconds() / whole, 1)

    return Drawing(
        name=size,
        width=WIDTHS[size],
        spans=[
            Span(x(s.start), max(round(x(s.end) - x(s.start), 1), 1.5), LANES[s.lane], s.kind,
                 s.word if x(s.end) - x(s.start) > 7 * len(s.word) + 8 else "")
            for s in spans
        ],
        ticks=[
            Mark(x(at), f"{at.astimezone(ZoneInfo(visitor.zone)):{_tick_form(whole)}}")
            for at in _ticks(first, last, TICKS[size])
        ],
        reports=[Mark(x(at), str(n)) for n, at in enumerate(reports, 1)],
        decisions=[Mark(x(at), str(n)) for n, at in enumerate(decisions, 1)],
        now=x(now) if now is not None else None,
    )  # fmt: skip


def _tick_form(whole_s: float) -> str:
    return "%H:%M" if whole_s <= 2 * 86400 else "%m-%d"


def _ticks(first: datetime, last: datetime, at_most: int) -> list[datetime]:
    minutes = (last - first).total_seconds() / 60
    step = next((s for s in STEPS_MINUTES if minutes / s <= at_most), STEPS_MINUTES[-1]) * 60
    begin = -(-first.timestamp() // step) * step
    count = int((last.timestamp() - begin) // step) + 1
    return [datetime.fromtimestamp(begin + step * i, UTC) for i in range(max(count, 0))]


def _state_words(visitor: Visitor, facts: IncidentFacts) -> list[str]:
    return [
        visitor.read(
            phrase("{state} since {when}", state=SYSTEM_STATES[each.state],
                   when=visitor.times(each.at))
        )
        for each in sorted(facts.states, key=lambda state: state.at)
    ]  # fmt: skip


def _goal_words(
    visitor: Visitor,
    goals: Sequence[tuple[str, datetime, datetime, datetime | None]],
    until: datetime,
) -> list[tuple[datetime, str]]:
    found = []
    for projects, start, due, restored in goals:
        ended: Phrase = phrase("not yet")
        if restored is not None and restored <= until:
            ended = visitor.times(restored)
        said = phrase(
            "{projects}: effect since {start}, objective ends {due}, restored: {restored}",
            projects=projects, start=visitor.times(start), due=visitor.times(due), restored=ended,
        )  # fmt: skip
        found.append((start, visitor.read(said)))
    return found


def _numbered(visitor: Visitor, points: Sequence[tuple[datetime, str]]) -> list[str]:
    return [f"{n}. {visitor.time(at)}: {text}" for n, (at, text) in enumerate(points, 1)]


def _report(visitor: Visitor, row: Document) -> str:
    return visitor.read(
        phrase("{report} to {client}, version {version}", report=report_name(row.type),
               client=row.client, version=row.version)
    )  # fmt: skip


def _decision(visitor: Visitor, row: Approval) -> str:
    return visitor.read(
        phrase("{question} “{answer}”", question=approvals.title(row),
               answer=approvals.label(row, row.answer or ""))
    )  # fmt: skip
