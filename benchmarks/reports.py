"""How long a closing report takes as HTML and as PDF, and what many of them leave in memory."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from kitart.clock import monotonic_s
from kitart.reports import facts as f
from kitart.reports.closing_report import build_closing_report
from kitart.reports.pdf import PdfNotMade, pdf_of
from kitart.reports.rendering import Document, render
from kitart.rules.verdicts import Outcome

TRIES, PRINTED, MANY = 30, 5, 200
START = datetime(2026, 11, 19, 9, 2, tzinfo=UTC)
LANGUAGES = ("de", "en", "es", "it")


@dataclass(frozen=True)
class Written:
    """Milliseconds; ``first_pdf_ms`` begins with no process at hand, ``pdf_ms`` with a warm one.
    Both are ``None`` where none can be printed. ``grown_kb``: by how much the process was larger
    after ``many`` reports than after a few."""

    tries: int
    html_ms: float
    first_pdf_ms: float | None
    pdf_ms: float | None
    pdf_kb: float | None
    many: int
    grown_kb: int


def write_reports(tries: int = TRIES, printed: int = PRINTED, many: int = MANY) -> Written:
    """Measure a closing report of four queues with their picture, forty entries and eight calls for
    backups. Raises ``RuntimeError`` for a report that does not say how it went."""
    facts = _facts()
    made = _report(facts)
    if "missed by 0:19 h" not in made.text or "<svg" not in made.html:
        raise RuntimeError("the report does not say what it should")
    html_ms = _median_ms(lambda: _report(facts), tries)
    grown_kb = _grown_kb(facts, many)
    first_ms = pdf_ms = pdf_kb = None
    try:
        first_ms, content = _timed(lambda: pdf_of(made.html, START))
        pdf_kb = len(content) / 1024
        # Each another document: the same would be taken from memory.
        pages = [made.html.replace("</h1>", f" {n}</h1>", 1) for n in range(printed)]
        times = [_timed(partial(pdf_of, page, START))[0] for page in pages]
        pdf_ms = median(times)
    except PdfNotMade:
        pass  # on a machine without Pango the rest is measured all the same
    return Written(tries, html_ms, first_ms, pdf_ms, pdf_kb, many, grown_kb)


def _report(facts: f.IncidentFacts) -> Document:
    return render(build_closing_report(facts, "CL-2", now=START + timedelta(hours=6)))


def _timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    since_s = monotonic_s()
    done = work()
    return 1000 * (monotonic_s() - since_s), done


def _median_ms(work: Callable[[], object], tries: int) -> float:
    times = []
    for _ in range(tries):
        since_s = monotonic_s()
        work()
        times.append(1000 * (monotonic_s() - since_s))
    return median(times)


def _grown_kb(facts: f.IncidentFacts, many: int) -> int:
    """The process's largest size after many reports, less that after the first tenth."""
    for _ in range(many // 10):
        _report(facts)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(many - many // 10):
        _report(facts)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def _at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def _facts() -> f.IncidentFacts:
    return f.IncidentFacts(
        number="INC-0142",
        kind="workplace unusable",
        system=f.SystemFacts(id="WORKPLACE", name="Place of work", carries_calls=False),
        reported_at=_at(2),
        detected_by="an agent",
        clients=(
            f.ClientFacts(id="CL-2", name="Bravo Travel", zone="Europe/London",
                          contact=f.Contact(role="account manager", phone="+447700900107")),
        ),
        effects=(
            f.ProjectEffect(
                project_id="BRAVO", client_id="CL-2", effect_start=START,
                effect_start_kind="reported",
                queues=tuple(f.QueueFacts(lang=lang, lines=(f"+4480815702{n:02d}",))
                             for n, lang in enumerate(LANGUAGES)),
            ),
        ),
        cover=tuple(map(_queue, LANGUAGES)),
        level_changes=(f.LevelChange(at=_at(6), level=2, by_role="account manager",
                                     project_id="BRAVO"),),
        timeline=tuple(_entry(n) for n in range(40)),
        calls=tuple(
            f.CallFacts(project_id="BRAVO", lang=lang, offered=f.measured(96),
                        answered=f.measured(71), abandoned=f.measured(25),
                        voicemails_left=f.counted(0), voicemails_returned=f.counted(0))
            for lang in LANGUAGES
        ),
        normal_at=_at(168),
    )  # fmt: skip


def _entry(n: int) -> f.TimelineEntry:
    return f.TimelineEntry(
        seq=n, occurred_at=_at(n), recorded_at=_at(n), type="backup live",
        author_role="account manager", source="person",
        text="A backup took a seat. Queue: {queue}.", values=(("queue", "BRAVO/de"),),
        audience="client-safe",
    )  # fmt: skip


def _queue(lang: str) -> f.QueueCover:
    edges = ((0, 22, 0), (22, 31, 1), (31, 49, 2), (49, 144, 3))
    return f.QueueCover(
        project_id="BRAVO", lang=lang, open=True, needed=3, own=3, taken=3, threatened_at=START,
        shortages=(
            f.ShortageFacts(
                start=START, first_cover_at=_at(22), answered_at=_at(49), recovered_at=_at(49),
                restored_at=_at(49),
                objectives=(
                    f.Objective(
                        limit_minutes=30, in_force_from=START, due=_at(30), late_by_s=19 * 60,
                        source="the plan's objective for cover levels 1 to 3",
                        outcome=Outcome.MISSED.value,
                    ),
                ),
            ),
        ),
        backups=tuple(
            f.BackupStart(rung="non_native", asked_at=_at(7), due_at=_at(37), live_at=_at(live))
            for live in (22, 31)
        ),
        held=(
            *(f.SeatsHeld(start=_at(start), end=_at(end), needed=3, own=0,
                          by_rung=(f.RungSeats(rung="non_native", seats=seats),))
              for start, end, seats in edges),
            f.SeatsHeld(start=_at(144), end=_at(168), needed=3, own=3),
        ),
    )  # fmt: skip
