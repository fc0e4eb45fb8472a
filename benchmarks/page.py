"""The result as a table, and as the page ``docs/benchmarks.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.answering import Answered
from benchmarks.asking import Asked
from benchmarks.board import Shown
from benchmarks.cover import Proposed
from benchmarks.sms_gateway import MESSAGE_S
from kitart.clock import real_now
from kitart.connectors.http import AT_ONCE

TEMPLATE = Path(__file__).with_name("page_template.md")


@dataclass(frozen=True)
class Measured:
    """One way of asking on one database, and the run that it is compared with."""

    database: str
    how: str
    asked: Asked
    baseline: Asked


def table(
    found: Sequence[Measured], answered: Answered, shown: Shown, proposed: Sequence[Proposed]
) -> str:
    """The figures as three tables in Markdown."""
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
    ):
        lines.append(
            f"| {start} | {end} | {times.tries} | {times.median_ms:.0f} | {times.p95_ms:.0f} |"
        )
    return "\n".join((*lines, "", *_cover(proposed), ""))


def page(table: str) -> str:
    """The whole page; it names the machine by its cores and its Python alone."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {real_now():%Y-%m-%d}"
    return TEMPLATE.read_text(encoding="utf-8").format(
        machine=machine, table=table, at_once=AT_ONCE, message_ms=1000 * MESSAGE_S
    )


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


def _row(one: Measured) -> str:
    asked, base = one.asked, one.baseline
    return (
        f"| {one.database} | {one.how} | {asked.people} | {asked.seconds:.1f} "
        f"| {asked.each_ms:.1f} | {base.each_ms / asked.each_ms:.1f} | {asked.refused} |"
    )
