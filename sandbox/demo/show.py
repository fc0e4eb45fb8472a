"""Showing the outage while it goes on: live on a terminal, line by line anywhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kitart.plan.schema import Plan
from sandbox.demo.journal_view import QueueSeen, Seen

NEWEST = 15
AROUND = 10
"""Lines of the picture that are not the course."""
QUIET_TYPES = ("document filed",)


class Screen:
    """The running picture. ``show`` may be called as often as one likes."""

    def __init__(self, console: Console, plan: Plan, title: str, rto_minutes: float) -> None:
        self._console = console
        self._plan = plan
        self._title = title
        self._rto = timedelta(minutes=rto_minutes)
        self._printed = 0
        self._live = (
            Live(console=console, auto_refresh=False, transient=False)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> Screen:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def say(self, text: str) -> None:
        """A line that stays."""
        self._console.print(text, markup=False)

    def show(self, seen: Seen, now: datetime) -> None:
        """The state at ``now`` on the plan's clock."""
        if self._live:
            self._live.update(self._picture(seen, now), refresh=True)
            return
        for entry in seen.entries[self._printed :]:
            line = f"{entry.occurred_at:%H:%M:%S}  {entry.type:<24}  {entry.text}"
            self._console.print(line, markup=False)
        self._printed = len(seen.entries)

    def _picture(self, seen: Seen, now: datetime) -> Panel:
        shown = [entry for entry in seen.entries if entry.type not in QUIET_TYPES]
        course = Table(box=None, pad_edge=False, expand=True, show_header=False)
        course.add_column(width=8, style="cyan", no_wrap=True)
        course.add_column(width=22, style="bold", no_wrap=True)
        course.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        around = AROUND + (len(seen.queues) + 1 if seen.queues else 0)
        newest = max(3, min(NEWEST, self._console.height - around))
        for entry in shown[-newest:]:
            course.add_row(f"{entry.occurred_at:%H:%M:%S}", entry.type, Text(entry.text))
        clients = Table(box=None, pad_edge=False, show_header=False)
        for client in self._plan.clients:
            clients.add_row(client.id, client.name, seen.reports.get(client.id, "nothing yet"))
        return Panel(
            Group(self._clock(seen, now), Text(), *self._seats(seen), course, Text(), clients),
            title=self._title,
            title_align="left",
        )

    def _seats(self, seen: Seen) -> list[RenderableType]:
        """A line for each queue that the outage touches: seats, who fills them, level, clock."""
        if not seen.queues:
            return []
        table = Table(box=None, pad_edge=False, show_header=False)
        for each in seen.queues:
            full = each.filled >= each.needed
            seats = Text(
                f"{each.filled} of {each.needed} seats",
                "green" if full else "yellow" if each.filled else "red",
            )
            level = f"level {each.level}" if each.level else "no level"
            table.add_row(each.queue, seats, each.cover, level, self._of_queue(each))
        return [table, Text()]

    def _of_queue(self, queue: QueueSeen) -> Text:
        if queue.short_for is None:
            return Text("nobody was missed")
        limit = timedelta(minutes=self._plan.limits.rto[max(1, queue.level)])
        style = "red" if queue.short_for > limit else "green" if queue.recovered else "yellow"
        said = "filled again after" if queue.recovered else "short for"
        return Text(f"{said} {_clock(queue.short_for)}", style)

    def _clock(self, seen: Seen, now: datetime) -> Text:
        head = f"{seen.number} {seen.state}   sandbox time {now:%a %H:%M:%S} UTC   "
        if seen.queues or seen.effect_at is None:
            return Text(head)  # each queue has a clock of its own
        end = seen.recovered_at or now
        used = end - seen.effect_at
        rto = f"recovery time {_clock(used)} of {_clock(self._rto)}"
        if seen.recovered_at:
            kept = used <= self._rto
            return Text.assemble(
                head, (f"{rto}: {'met' if kept else 'missed'}", "green" if kept else "red")
            )
        left = self._rto - used
        style = "red" if left < timedelta() else "yellow" if left < self._rto / 2 else "green"
        return Text.assemble(head, (f"{rto}, {_clock(left)} left", style))


def _clock(length: timedelta) -> str:
    sign = "-" if length < timedelta() else ""
    minutes, seconds = divmod(abs(int(length.total_seconds())), 60)
    return f"{sign}{minutes}:{seconds:02d}"
