"""The figures of a load as a table: minute by minute, and the verdict below it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path

from sandbox.load.figures import ALERT, ANSWER, FIRST_SMS, PAGE, within_ms
from sandbox.load.looking import Look
from sandbox.load.memory import RUNS
from sandbox.load.playing import Outcome

BEGIN, END = "<!-- load -->", "<!-- end of load -->"
HEAD = ("| Minute | Alert taken, ms | Page, ms | Answer taken, ms | First SMS, ms | Refused "
        "| Gateways, MB | Workers, runs, MB | Prefect, MB | Journal, MB | Rows |")  # fmt: skip
RULE = "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"


def write_table(page: Path, outcome: Outcome) -> None:
    """Put this load in the place of the one before."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = "\n".join(table(outcome))
    page.write_text(f"{before}{BEGIN}\n{lines}\n{END}{after}", encoding="utf-8")


def table(outcome: Outcome) -> Iterator[str]:
    """The table in Markdown, line by line."""
    size = outcome.size
    yield (
        f"{size.minutes:g} minutes, {size.incidents} incidents open all the time and {size.brief} "
        f"more opened and ended, {size.alerts} alerts, {size.people} people asked, "
        f"{size.pages} pages open. {_machine()}: {outcome.what}, and all who play beside it."
    )
    yield ""
    yield HEAD
    yield RULE
    for minute in range(ceil(size.minutes)):
        yield _row(outcome, minute)
    yield ""
    yield "Times are the middle one and the one that 99 of 100 keep; of first messages the longest."
    yield ""
    yield "| Judged | Held | Seen |"
    yield "|---|---|---|"
    for check in outcome.checks:
        yield f"| {check.what} | {'yes' if check.ok else '**no**'} | {check.seen} |"


def _machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


def _row(outcome: Outcome, minute: int) -> str:
    from_s, to_s = 60.0 * minute, 60.0 * (minute + 1)
    figures = outcome.figures
    times = [_pair(figures.of(kind, from_s, to_s), 99) for kind in (ALERT, PAGE, ANSWER)]
    times.append(_pair(figures.of(FIRST_SMS, from_s, to_s), 100))
    statuses = figures.statuses(from_s, to_s)
    refused = ", ".join(f"{status}: {times}" for status, times in sorted(statuses.items())) or "0"
    looks = [look for look in outcome.looks if from_s <= look.at_s < to_s]
    cells = [str(minute + 1), *times, refused, *_sizes(looks)]
    return f"| {' | '.join(cells)} |"


def _pair(took: Sequence[float], percent: int) -> str:
    middle = within_ms(took, 50)
    most = max(took, default=None) if percent == 100 else within_ms(took, percent)
    return "" if middle is None or most is None else f"{middle:.0f} / {most:.0f}"


def _sizes(looks: Sequence[Look]) -> Iterator[str]:
    if not looks:
        yield from ("", "", "", "", "")
        return
    last = looks[-1]
    for part in (("gateway",), ("worker", RUNS), ("prefect",)):
        yield f"{sum(mb for name, mb in last.memory_mb.items() if name.startswith(part)):.0f}"
    yield f"{last.journal.bytes / 1e6:.1f}"
    yield f"{last.journal.rows}"
