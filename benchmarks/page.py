"""The result as a table, and as the page ``docs/benchmarks.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.answering import Answered
from benchmarks.asking import Asked
from benchmarks.beginning import STOCK, Begun
from benchmarks.board import Shown
from benchmarks.cover import Proposed
from benchmarks.readiness import Looked
from benchmarks.reports import PRINTED, Written
from benchmarks.sms_gateway import MESSAGE_S
from benchmarks.storm import CONNECTIONS, Sent
from kitart.clock import real_now
from kitart.connectors.http import AT_ONCE

TEMPLATE = Path(__file__).with_name("page_template.md")


@dataclass(frozen=True)
class Stormed:
    """One storm of posts: what took it, and the bare insert that it is compared with."""

    what: str
    sent: Sent
    baseline: Sent


@dataclass(frozen=True)
class Measured:
    """One way of asking on one database, and the run that it is compared with."""

    database: str
    how: str
    asked: Asked
    baseline: Asked


def table(
    found: Sequence[Measured],
    answered: Answered,
    shown: Shown,
    proposed: Sequence[Proposed],
    looked: Sequence[Looked],
    written: Written,
    storms: Sequence[Stormed],
    plans: Sequence[Begun],
) -> str:
    """The figures as seven tables in Markdown."""
    lines = [
        "| Journal | Asked | People | Seconds | Each, ms | Faster | 429s |",
        "|---|---|---:|---:|---:|---:|---:|",
        *map(_row, found),
        "",
        "| From | to | Tries | Median, ms | 95 of 100 within, ms |",
        "|---|---|---:|---:|---:|",
    ]
    for start, end, times in (
        ("a monitor's post", "first SMS accepted", answered.paged),
        ("an answer by link", "the waiting plan goes on", answered.heard),
        ("asking for the board", f"the page with {shown.incidents} incidents", shown.opened),
        ("a write", f"the board with {shown.incidents} incidents shows it", shown.renewed),
        ("asking for the metrics", f"the figures of {shown.incidents} incidents", shown.scraped),
    ):
        lines.append(
            f"| {start} | {end} | {times.tries} | {times.median_ms:.0f} | {times.p95_ms:.0f} |"
        )
    parts = (begun(plans), _storms(storms), _cover(proposed), readiness(looked), _reports(written))
    return "\n".join((*lines, *(line for part in parts for line in ("", *part)), ""))


def page(table: str) -> str:
    """The whole page; it names the machine by its cores and its Python alone."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {real_now():%Y-%m-%d}"
    return TEMPLATE.read_text(encoding="utf-8").format(
        machine=machine, table=table, at_once=AT_ONCE, message_ms=1000 * MESSAGE_S
    )


def begun(plans: Sequence[Begun]) -> list[str]:
    """The table of the plans that began, each beside the stock worker's with as many at once."""
    return [
        "| Worker, database | At once | First page: half within, s | the last, s "
        "| First step: half within, s | the last, s | Of the stock worker | A waiting run, MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {each.worker}, {each.database} | {each.at_once} "
            f"| {median(each.paged_ms) / 1000:.2f} | {max(each.paged_ms) / 1000:.2f} "
            f"| {median(each.begun_ms) / 1000:.2f} | {max(each.begun_ms) / 1000:.2f} "
            f"| {_of_stock(each, plans)} | {each.waiting_mb:.0f} |"
            for each in plans
        ),
    ]


def _of_stock(one: Begun, plans: Sequence[Begun]) -> str:
    for other in plans:
        if (other.worker, other.database, other.at_once) == (STOCK, one.database, one.at_once):
            return f"{median(one.begun_ms) / median(other.begun_ms):.2f}"
    return "not measured"


def _storms(storms: Sequence[Stormed]) -> list[str]:
    return [
        f"| A storm, {CONNECTIONS} connections | Posts | Posts a second | Of bare "
        "| Half within, ms | 99 of 100 within, ms |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {each.what} | {len(each.sent.took_ms)} | {each.sent.posts_a_second:.0f} "
            f"| {each.sent.posts_a_second / each.baseline.posts_a_second:.2f} "
            f"| {each.sent.within_ms(50):.0f} | {each.sent.within_ms(99):.0f} |"
            for each in storms
        ),
    ]


def _cover(proposed: Sequence[Proposed]) -> list[str]:
    return [
        "| Times the sample | Agents | Out | Seats filled | Proposal, ms | Growth | Reasons, ms |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {each.times} | {each.agents} | {each.out} | {each.filled} | {each.proposed_ms:.1f} "
            f"| {each.proposed_ms / proposed[0].proposed_ms:.1f} | {each.read_ms:.1f} |"
            for each in proposed
        ),
    ]


def readiness(looked: Sequence[Looked]) -> list[str]:
    """The table of the looks at thirty days."""
    return [
        "| Times the sample | Agents | Answers | Hours, s | Whole look, s | Growth "
        "| One by the rules of cover, ms |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {each.times} | {each.agents} | {each.answers} | {each.hours_s:.1f} "
            f"| {each.whole_s:.1f} | {each.whole_s / looked[0].whole_s:.1f} "
            f"| {each.asked_ms:.1f} |"
            for each in looked
        ),
    ]


def _reports(written: Written) -> list[str]:
    lines = [
        "| A closing report | Tries | Median, ms |",
        "|---|---:|---:|",
        f"| page and plain text, from the facts | {written.tries} | {written.html_ms:.0f} |",
    ]
    if written.first_pdf_ms is not None and written.pdf_ms is not None:
        lines += [
            f"| the first PDF, {written.pdf_kb:.0f} kB | 1 | {written.first_pdf_ms:.0f} |",
            f"| a PDF after that | {PRINTED} | {written.pdf_ms:.0f} |",
        ]
    grown = f"{written.many} reports made the process {written.grown_kb} kB larger."
    return [*lines, "", f"{grown} The first {written.many // 10} of them are not counted."]


def _row(one: Measured) -> str:
    asked, base = one.asked, one.baseline
    return (
        f"| {one.database} | {one.how} | {asked.people} | {asked.seconds:.1f} "
        f"| {asked.each_ms:.1f} | {base.each_ms / asked.each_ms:.1f} | {asked.refused} |"
    )
